"""What came of a part, as the tables that an inventory's results have."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.results import Scored, choose
from lcaengine.suppliers.part import Part
from lcaengine.suppliers.probes import Probes
from lcaengine.suppliers.scores import Scores

__all__ = ["list_gaps", "name_scores"]


def name_scores(part: Part, probes: Probes, scores: Scores, constants: Mapping[str, str]) -> Scored:
    """Give the scores of a part with what names them.

    Returns
    -------
    Scored
    """
    products = probes.products
    elements = sorted({name for each in products for name in each.per_content})

    def of_product(values: list[float]) -> NDArray[np.float64]:
        return np.array(values)[scores.product]

    identity = {
        "supplier_id": part.supplier_id,
        "process_id": part.process_id,
        "product_id": choose(pa.array([each.id for each in products], pa.string()), scores.product),
        "location": part.location,
        "per": choose(pa.array([each.unit for each in products], pa.string()), scores.product),
    }
    return Scored(
        identity=pa.table(identity),
        by="stage",
        parts=probes.parts,
        indicators=probes.indicators,
        units=probes.units,
        value=scores.value,
        primary_data_share=scores.primary_data_share,
        status=scores.status,
        fallback_share=scores.fallback_share,
        unlinked_mass_share=scores.unlinked_mass_share,
        missing_inputs=scores.missing_inputs,
        missing_factors=scores.missing_factors,
        per_kg=of_product([each.per_kg for each in products]),
        per_content={name: of_product([each.per_content.get(name, np.nan) for each in products]) for name in elements},
        constants=constants,
    )


def list_gaps(part: Part, at: NDArray[np.int64], probes: Probes, scores: Scores) -> pa.Table:
    """List what is missing from the suppliers' own rows, once a flow, with how many suppliers it concerns.

    Returns
    -------
    pyarrow.Table
        flow_id, kind, indicator, amount (sum of sizes, in the flow's reference unit; null where it is too large for a
        number), used_by.
    """
    process = np.repeat(np.arange(len(part)), np.diff(part.starts))
    flow = part.keys.column("flow_id").combine_chunks().dictionary_encode()
    of_kind = flow.indices.to_numpy(zero_copy_only=False)
    rows: list[tuple[str | None, str, str | None, float | None, int]] = []
    for kind, is_gap in (("unlinked_input", probes.is_unlinked), ("uncharacterized_flow", probes.is_uncharacterized)):
        own = np.flatnonzero(is_gap[at[part.code]] & (part.amount != 0))
        amount = part.amount[own] * probes.per_unit[at[part.code[own]]]
        for each in np.unique(of_kind[part.code[own]]).tolist():
            mine = of_kind[part.code[own]] == each
            users = len(np.unique(process[own[mine]]))
            with np.errstate(over="ignore"):
                total = float(amount[mine].sum())
            known = total if np.isfinite(total) else None
            rows.append((flow.dictionary[each].as_py(), kind, None, known, users))
    for bit, k in enumerate(probes.balanced):
        count = int(scores.is_open[:, bit].sum())
        if count:
            rows.append((None, "unknown_release", probes.indicators[k], None, count))
    names = ("flow_id", "kind", "indicator", "amount", "used_by")
    types = (pa.string(), pa.string(), pa.string(), pa.float64(), pa.int64())
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    return pa.table({n: pa.array(list(c), t) for n, c, t in zip(names, columns, types, strict=True)})
