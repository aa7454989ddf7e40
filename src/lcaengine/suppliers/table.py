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
    """List what is missing from the suppliers' own rows, once a kind of row, with how many suppliers it concerns.

    Returns
    -------
    pyarrow.Table
        flow_id, kind, indicator, amount (summed), unit, used_by.
    """
    process = np.repeat(np.arange(len(part)), np.diff(part.starts))
    rows: list[tuple[str | None, str, str | None, float | None, int]] = []
    for kind, is_gap in (("unlinked_input", probes.is_unlinked), ("uncharacterized_flow", probes.is_uncharacterized)):
        for code in np.flatnonzero(is_gap[at]).tolist():
            own = (part.code == code) & (part.amount != 0)
            if own.any():
                amount = float(part.amount[own].sum() * probes.per_unit[at[code]])
                flow = part.keys.column("flow_id")[code].as_py()
                rows.append((flow, kind, None, amount, len(np.unique(process[own]))))
    for bit, k in enumerate(probes.balanced):
        count = int(scores.is_open[:, bit].sum())
        if count:
            rows.append((None, "unknown_release", probes.indicators[k], None, count))
    names = ("flow_id", "kind", "indicator", "amount", "used_by")
    types = (pa.string(), pa.string(), pa.string(), pa.float64(), pa.int64())
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    return pa.table({n: pa.array(list(c), t) for n, c, t in zip(names, columns, types, strict=True)})
