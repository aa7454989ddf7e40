"""Draws of the engine and of bw2calc, the field's reference: the same distributions, means and standard deviations."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bw_processing
import numpy as np
import pandas as pd
import pytest
from benchmarks.agreement import compare_distributions, main
from numpy.typing import NDArray

import lcaengine as lca
from lcaengine.system import build_system, match_factors
from tests import uslci
from tests.reference import bw2calc

needs_uslci = pytest.mark.skipif(not uslci.FOLDER.is_dir(), reason=f"US LCI is not at {uslci.FOLDER}")
Numbers = NDArray[np.float64]

DRAWS, PRODUCTS = 250, 50
CUTOFF = lca.Policy(unlinked="cutoff", open_water="consumed")
STANDARD_ERRORS = 4.5
"""Of a hundred figures that agree, some of which move together, one is beyond it in a thousand runs or so."""


@dataclass(frozen=True)
class Entry:
    """A matrix entry a row: places, amounts above zero or below, and standard deviations of the logarithm."""

    row: NDArray[np.int64]
    column: NDArray[np.int64]
    amount: Numbers
    sigma: Numbers


def add(package: Any, matrix: str, entry: Entry, *, flip: NDArray[np.bool_] | None = None) -> None:
    """Add entries to a datapackage; lognormals around |amount|, mirrored where the amount is below zero."""
    indices = np.empty(len(entry.row), bw_processing.INDICES_DTYPE)
    indices["row"], indices["col"] = entry.row, entry.column
    stated = np.zeros(len(entry.row), bw_processing.UNCERTAINTY_DTYPE)
    for name in ("shape", "minimum", "maximum"):
        stated[name] = np.nan
    drawn = entry.sigma > 0
    stated["uncertainty_type"] = np.where(drawn, 2, 1)
    stated["loc"] = np.where(drawn, np.log(np.abs(np.where(drawn, entry.amount, 1.0))), entry.amount)
    stated["scale"] = np.where(drawn, entry.sigma, np.nan)
    stated["negative"] = entry.amount < 0
    more = {} if flip is None else {"flip_array": flip}
    package.add_persistent_vector(
        matrix=matrix, indices_array=indices, data_array=entry.amount, distributions_array=stated, **more
    )


def draw_with_bw2calc(A: Entry, B: Entry, factor: Numbers, products: NDArray[np.int64]) -> Numbers:
    """Draw scores of some products with bw2calc's MultiLCA, draw by draw: (draws, products)."""
    package = bw_processing.create_datapackage(sum_intra_duplicates=True)
    kinds = len(factor)
    own = A.row == A.column
    add(package, "technosphere_matrix", Entry(A.row + kinds, A.column + kinds, A.amount, A.sigma), flip=~own)
    add(package, "biosphere_matrix", Entry(B.row, B.column + kinds, B.amount, B.sigma))
    used = np.flatnonzero(factor)
    indices = np.zeros(len(used), bw_processing.INDICES_DTYPE)
    indices["row"] = used
    package.add_persistent_vector(
        matrix="characterization_matrix", indices_array=indices, data_array=factor[used], identifier=["m", "ghg"]
    )
    multi = bw2calc.MultiLCA(
        demands={str(a): {int(a) + kinds: 1.0} for a in products},
        method_config={"impact_categories": [("m", "ghg")]},
        data_objs=[package],
        use_distributions=True,
        seed_override=11,
    )
    multi.lci()
    multi.lcia()
    scores = np.empty((DRAWS, len(products)))
    for draw in range(DRAWS):
        next(multi)
        scores[draw] = [multi.scores[("m", "ghg"), str(a)] for a in products]
    return scores


def assert_same_distribution(found: Numbers, reference: Numbers) -> None:
    """Assert that means and standard deviations of columns of draws differ by no more than chance makes them."""
    agreement = compare_distributions(found, reference)
    assert (agreement.mean < STANDARD_ERRORS).all()
    assert (agreement.sd < STANDARD_ERRORS).all()
    assert agreement.sharpness < 0.02  # it could have told them apart


@needs_uslci
def test_fifty_products_of_us_lci(tmp_path: Path) -> None:
    """US LCI's own spreads are no use: 5,118 of 5,130 lognormals have a GSD of one or less. Each row is given one."""
    uslci.write_uslci(tmp_path)
    rows = uslci.read_rows()
    written = pd.read_parquet(tmp_path / "exchanges.parquet")
    amount = written["amount"].to_numpy()
    random = np.random.default_rng(3)
    sigma = np.where(rows["is_quantitative_reference"] | (amount == 0), 0.0, random.uniform(0.02, 0.25, len(rows)))
    drawn = sigma > 0
    written["uncertainty_type"] = pd.Series(["lognormal" if each else None for each in drawn])
    written["loc"] = np.where(drawn, np.log(np.abs(np.where(drawn, amount, 1.0))), np.nan)
    written["scale"] = np.where(drawn, sigma, np.nan)
    written["negative"] = pd.Series(amount < 0, dtype="boolean").where(drawn)
    written.to_parquet(tmp_path / "exchanges.parquet", index=False)

    inventory = lca.read_inventory(tmp_path)
    system = build_system(inventory, CUTOFF)
    names, matched, b = system.activities.name, match_factors(system, lca.read_method("core")), system.interventions
    ids = inventory.flows.ids.to_pylist()
    ghg = matched.indicator == lca.read_method("core").find("ghg")
    kinds = {(ids[flow], bool(way)): kind for kind, (flow, way) in enumerate(zip(b.flow, b.is_input, strict=True))}
    factor = np.zeros(len(b.flow))  # a kind has a place as well, which no factor of ghg asks for
    np.add.at(factor, matched.kind[ghg], matched.factor[ghg])

    number = {name: a for a, name in enumerate(names)}
    own = rows["process_id"].map(number).to_numpy().astype(np.int64)
    provider = rows["provider_id"].map(number)
    made = rows["is_quantitative_reference"].to_numpy()
    taken = rows["link_status"].isin(uslci.PROVIDED).to_numpy()
    elementary = (rows["flow_type"] == "ELEMENTARY_FLOW").to_numpy()
    used = made | taken
    maker = np.where(made, own, provider.fillna(-1)).astype(np.int64)
    A = Entry(maker[used], own[used], amount[used], sigma[used])
    pairs = zip(rows["flow_id"][elementary], rows["is_input"][elementary], strict=True)
    kind = np.array([kinds[pair] for pair in pairs], np.int64)
    B = Entry(kind, own[elementary], amount[elementary], sigma[elementary])

    footprints = lca.score(inventory, "core", CUTOFF)
    score = footprints.value[:, -1, footprints.method.find("ghg")]
    chain = np.bincount(A.column, minlength=len(names))  # those that rest on many inputs
    products = np.sort(np.argsort(np.where(score > 0, -chain, 0), kind="stable")[:PRODUCTS])
    keep = [names[a] for a in products]
    samples = lca.simulate(inventory, "core", DRAWS, 5, CUTOFF, indicators=["ghg"], keep=keep)
    assert samples.kept.tolist() == products.tolist()
    assert_same_distribution(samples.values[:, -1, 0].T, draw_with_bw2calc(A, B, factor, products))


def test_a_wrong_spread_would_be_seen() -> None:
    """The comparison can fail: a spread that is a tenth too wide, or a mean that is a sigma off, is told."""
    random = np.random.default_rng(1)
    draws = random.lognormal(0.0, 0.2, (4000, 3))
    with pytest.raises(AssertionError):
        assert_same_distribution(draws, random.lognormal(0.0, 0.25, (4000, 3)))
    with pytest.raises(AssertionError):
        assert_same_distribution(draws, random.lognormal(0.05, 0.2, (4000, 3)))


def test_a_drawn_system(capsys: pytest.CaptureFixture[str]) -> None:
    """As ``python -m benchmarks.agreement`` does at 20,000 activities."""
    agreement = main(["--size", "300", "--draws", "150", "--products", "20"])
    assert agreement.mean.max() < STANDARD_ERRORS
    assert agreement.sd.max() < STANDARD_ERRORS
    assert "300 activities, 150 draws" in capsys.readouterr().out
