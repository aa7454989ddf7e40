"""Suppliers in parts, drawn: as one inventory with all of them, whatever the parts, threads and other rows."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy import stats

import lcaengine as lca
from lcaengine.policy import Policy
from lcaengine.suppliers import drawn, samples
from tests.conftest import Run
from tests.drawn_methods import factor, read_drawn
from tests.scoring import core
from tests.tables import Row, Tables, emits, exchange, makes, process, product, takes, write_inventory
from tests.test_suppliers import (
    BACKGROUND,
    FLOWS,
    OWN_FLOWS,
    OWN_PROPERTIES,
    PROPERTIES,
    compare,
    draw_suppliers,
    write_parts,
)

GHG: dict[str, Any] = {"indicators": ["ghg"]}
CUT = Policy(unlinked="cutoff")
STATISTICS = ("mean", "sd", "p2_5", "p50", "p97_5")


def lognormal(median: float, sigma: float) -> dict[str, Any]:
    negative = {"negative": True} if median < 0 else {}
    return {"uncertainty_type": "lognormal", "loc": math.log(abs(median)), "scale": sigma, **negative}


def spread_row(random: Random, row: Row) -> Row:
    """Give a row a distribution of some type, a pedigree, or none; what is made stays above zero."""
    x, is_made = float(str(row["amount"])), bool(row.get("is_reference"))
    if x == 0:
        return {**row, "uncertainty_type": "normal", "loc": 0.0, "scale": 1.0} if random.random() < 0.5 else row
    sigma = random.uniform(0.05, 0.4)
    low, high = sorted((0.7 * x, 1.4 * x))
    kinds: list[Row] = [
        *({}, lognormal(x, sigma), lognormal(x, sigma)),
        {"pedigree": "2;3;1;4;3"},
        {"uncertainty_type": "triangular", "loc": x, "minimum": low, "maximum": high},
        {"uncertainty_type": "uniform", "minimum": low, "maximum": high},
        {**lognormal(x, sigma), "minimum": low, "maximum": high},
        {"uncertainty_type": "beta_pert", "loc": x, "minimum": low, "maximum": high},
    ]
    if not is_made:  # an amount that may change its sign
        kinds.append({"uncertainty_type": "normal", "loc": x, "scale": 0.6 * abs(x)})
    return {**row, **random.choice(kinds)}


def spread_background(random: Random) -> dict[str, Sequence[Row]]:
    """Give the background with lognormals, and pedigrees."""
    rows = [
        {**row, **(lognormal(float(str(row["amount"])), 0.2) if random.random() < 0.6 else {"pedigree": "3;2;2;1;4"})}
        for row in BACKGROUND["exchanges"]
    ]
    return {**BACKGROUND, "exchanges": rows}


def write_drawn(tmp_path: Path, seed: int, count: int, parts: int) -> tuple[Path, Path, Path]:
    """Write a background, suppliers in parts, and one inventory with all of them."""
    random = Random(seed)
    processes, rows = draw_suppliers(random, count)
    rows += rows[5:25]  # rows alike in what identifies them
    exchanges = [
        spread_row(random, row) for at, row in enumerate(rows) if not (at >= len(rows) - 20 and row.get("is_reference"))
    ]
    background = spread_background(random)
    whole: dict[str, Sequence[Row]] = {
        **background,
        "processes": [*background["processes"], *processes],
        "exchanges": [*background["exchanges"], *exchanges],
        "flows": [*FLOWS, *OWN_FLOWS, product("nothing")],
        "properties": [*PROPERTIES, *OWN_PROPERTIES],
    }
    return (
        write_inventory(tmp_path / "background", background, "parquet"),
        write_parts(tmp_path / "suppliers", processes, exchanges, parts),
        write_inventory(tmp_path / "whole", whole, "parquet"),
    )


def read_results(folder: Path) -> pa.Table:
    tables = [pq.read_table(file) for file in sorted((folder / "results").iterdir())]
    return pa.concat_tables(tables, promote_options="permissive")


@pytest.mark.parametrize("seed", [1, 2])
def test_parts_draw_as_one_inventory(seed: int, tmp_path: Path) -> None:
    """Statistics agree to 1e-11 with `simulate` of one inventory: distributions of all types, pedigrees, rows alike."""
    background, source, whole = write_drawn(tmp_path, seed, 40, 3)
    asked: dict[str, Any] = {"draws": 51, "seed": 9, **GHG}
    one = lca.simulate(lca.read_inventory(whole), core(), policy=CUT, **asked)
    report = lca.simulate_suppliers(source, background, tmp_path / "out", core(), policy=CUT, **asked)
    assert (report.parts, report.suppliers) == (3, 40)
    assert report.run["uncertain_exchanges"] == one.uncertain - int(str(report.run["uncertain_in_background"]))
    expected, got = one.to_arrow(), read_results(tmp_path / "out")
    assert got.column_names == expected.column_names
    assert set(STATISTICS) < set(got.column_names)
    assert sum(sd > 0 for sd in got.column("sd").to_pylist() if sd is not None) > 40
    compare(got, expected, ["process_id", "indicator", "stage", "per"], skip=("inventory_hash",))


def test_factors_and_mixes_are_those_of_one_inventory(tmp_path: Path) -> None:
    """Factors, shares of a market and of an allocation take the same draws for the rows of suppliers."""
    random = Random(4)
    processes, rows = draw_suppliers(random, 30)
    rows += [takes("supplier 0", "steel", 2.0), takes("supplier 1", "electricity", 5.0, "kWh", location="JP")]
    background = {
        **BACKGROUND,
        "processes": [
            *(each for each in BACKGROUND["processes"] if each["process_id"] != "steelworks"),
            process("steelworks", "processing", location="DE", data_type="primary", allocation="as_given"),
        ],
        "exchanges": [*BACKGROUND["exchanges"], exchange("steelworks", "slag", "output", 0.3)],
        "flows": [*FLOWS, product("slag")],
        "markets": [
            BACKGROUND["markets"][0],
            {**BACKGROUND["markets"][1], "uncertainty_type": "normal", "loc": 0.7, "scale": 0.1},
            {**BACKGROUND["markets"][2], "uncertainty_type": "normal", "loc": 0.3, "scale": 0.1},
        ],
        "allocation": [
            {"process_id": "steelworks", "product_flow_id": "steel", "factor": 0.9}
            | {"uncertainty_type": "normal", "loc": 0.9, "scale": 0.02},
            {"process_id": "steelworks", "product_flow_id": "slag", "factor": 0.1},
        ],
    }
    whole: dict[str, Sequence[Row]] = {
        **background,
        "processes": [*background["processes"], *processes],
        "exchanges": [*background["exchanges"], *rows],
        "flows": [*background["flows"], *OWN_FLOWS, product("nothing")],
        "properties": [*PROPERTIES, *OWN_PROPERTIES],
    }
    method = read_drawn(
        tmp_path / "method",
        factor("ghg", "co2", 1.0, **lognormal(1.0, 0.2)),
        factor("ghg", "dust", 3.0, uncertainty_type="uniform", minimum=2.0, maximum=4.0),
    )
    asked: dict[str, Any] = {"policy": CUT, "draws": 51, "seed": 9, **GHG}
    one = lca.simulate(lca.read_inventory(write_inventory(tmp_path / "whole", whole, "parquet")), method, **asked)
    assert one.uncertain_by_table == {"exchanges": 0, "factors": 2, "markets": 2, "allocation": 1}
    source = write_parts(tmp_path / "suppliers", processes, rows, 3)
    place = write_inventory(tmp_path / "background", background, "parquet")
    lca.simulate_suppliers(source, place, tmp_path / "out", method, **asked)
    got = read_results(tmp_path / "out")
    assert sum(sd > 0 for sd in got.column("sd").to_pylist() if sd is not None) > 30
    compare(got, one.to_arrow(), ["process_id", "indicator", "stage", "per"], skip=("inventory_hash",))


def test_wide_says_what_long_says(tmp_path: Path) -> None:
    background, source, _ = write_drawn(tmp_path, 3, 12, 2)
    asked: dict[str, Any] = {"policy": CUT, "draws": 8, "limits": {"ghg": 5.0}, **GHG}
    for wide in (False, True):
        lca.simulate_suppliers(source, background, tmp_path / f"out {wide}", core(), wide=wide, **asked)
    unit = {row["process_id"]: row["per"] for row in read_results(tmp_path / "out True").to_pylist()}
    long = {
        (row["process_id"], row["stage"]): row
        for row in read_results(tmp_path / "out False").to_pylist()
        if row["per"] == unit[row["process_id"]]
    }
    for row in read_results(tmp_path / "out True").to_pylist():
        for stage in ("processing", "total"):
            other = long[row["process_id"], stage]
            assert [row[f"ghg.{stage}.{name}"] for name in STATISTICS] == [other[name] for name in STATISTICS]
        total, part = long[row["process_id"], "total"], long[row["process_id"], "processing"]
        assert row["ghg.total.p_limit"] == total["p_limit"]
        assert row["ghg.total.limit"] == total["limit"] == 5.0
        assert part["p_limit"] is part["limit"] is None


def test_a_limit_is_per_reference_unit_and_null_in_rows_per_kg(tmp_path: Path) -> None:
    """A gadget of half a kg, a tenth of it Nd: 4 kg CO2e a gadget are 8 a kg, and nobody set a limit for these."""
    background = write_inventory(tmp_path / "background", PLANT)
    own = makes("supplier 0", "gadget", unit="piece"), takes("supplier 0", "acid", 0.6, **lognormal(0.6, 0.3))
    source = write_parts(tmp_path / "s", [process("supplier 0", "assembly")], list(own), 1)
    stated = (("mass", 0.5), ("content:Nd", 0.05))
    rows = [{"flow_id": "gadget", "property": name, "value": value, "unit": "kg/piece"} for name, value in stated]
    pq.write_table(pa.Table.from_pylist([dict(product("gadget", "piece"))]), source / "flows.parquet")
    pq.write_table(pa.Table.from_pylist(rows), source / "properties.parquet")
    lca.simulate_suppliers(source, background, tmp_path / "out", core(), 200, 5, limits={"ghg": 4.0}, **GHG)
    got = {row["per"]: row for row in read_results(tmp_path / "out").to_pylist() if row["stage"] == "total"}
    assert 0.6 < got["piece"]["p_limit"] <= 1.0
    assert got["kg"]["p_limit"] is got["kg Nd"]["p_limit"] is None
    assert {per: each["limit"] for per, each in got.items()} == {"piece": 4.0, "kg": None, "kg Nd": None}
    assert got["kg Nd"]["value"] == pytest.approx(3.0 / 0.05)


def one_supplier(*rows: Row, **made: Any) -> tuple[list[Row], list[Row]]:
    """Give a supplier of oxide."""
    return [process("supplier 0", "assembly")], [makes("supplier 0", "oxide", **made), *rows]


PLANT: Tables = {
    "processes": [process("plant", "processing")],
    "flows": FLOWS,
    "exchanges": [makes("plant", "acid"), emits("plant", 5.0, **lognormal(5.0, 0.3))],
}


def test_a_chain_of_lognormals_is_a_lognormal(tmp_path: Path) -> None:
    """2 acid of 5 kg CO2 for a half: mu = ln 20, sigma^2 = .1^2 + .2^2 + .3^2; P(h <= 25) follows.

    Standard errors of 20,000 draws: of the mean sd / sqrt(n), of a quantile sqrt(p (1 - p) / n) / density.
    """
    exact, n = stats.lognorm(math.sqrt(0.14), scale=20.0), 20_000
    background = write_inventory(tmp_path / "background", PLANT)
    own = takes("supplier 0", "acid", 2.0, **lognormal(2.0, 0.1))
    source = write_parts(tmp_path / "s", *one_supplier(own, amount=0.5, **lognormal(0.5, 0.2)), 1)
    lca.simulate_suppliers(source, background, tmp_path / "out", core(), n, 5, limits={"ghg": 25.0}, **GHG)
    row = next(r for r in read_results(tmp_path / "out").to_pylist() if r["stage"] == "total")
    assert row["value"] == pytest.approx(20.0)
    assert abs(row["mean"] - exact.mean()) < 4 * exact.std() / math.sqrt(n)
    for level, name in ((0.025, "p2_5"), (0.5, "p50"), (0.975, "p97_5")):
        place = exact.ppf(level)
        assert abs(row[name] - place) < 4 * math.sqrt(level * (1 - level) / n) / exact.pdf(place)
    p = float(exact.cdf(25.0))
    assert abs(row["p_limit"] - p) < 4 * math.sqrt(p * (1 - p) / n)
    # (exp(sigma^2) - 1) of the variance, whose own relative error is sqrt((kurtosis - 1) / 4 n).
    kurtosis = float(exact.stats(moments="k")) + 3
    assert abs(row["sd"] / exact.std() - 1) < 4 * math.sqrt((kurtosis - 1) / (4 * n))


def spell_numbers(table: pa.Table, processes: Sequence[str]) -> dict[tuple[object, ...], list[str]]:
    """Give the bits of all statistics of some processes."""
    rows = [row for row in table.to_pylist() if row["process_id"] in processes]
    keys = ("process_id", "indicator", "stage", "per")
    return {tuple(row[k] for k in keys): [float(row[name] or 0.0).hex() for name in STATISTICS] for row in rows}


def test_other_suppliers_parts_and_orders_change_no_bit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two suppliers of twelve alone, rows the other way round, pieces of one supplier: the same bits."""
    background, source, _ = write_drawn(tmp_path, 4, 12, 2)
    files = sorted((source / "exchanges").iterdir())
    rows = [row for file in files for row in pq.read_table(file).to_pylist()]
    makers = [row for f in sorted((source / "processes").iterdir()) for row in pq.read_table(f).to_pylist()]
    few = ("supplier 3", "supplier 7")
    alone = write_parts(
        tmp_path / "few",
        [row for row in makers if row["process_id"] in few],
        [row for row in reversed(rows) if row["process_id"] in few],
        1,
    )
    asked: dict[str, Any] = {"policy": CUT, "draws": 16, **GHG}
    lca.simulate_suppliers(source, background, tmp_path / "many out", core(), **asked)
    monkeypatch.setattr(samples, "GIVEN_BYTES", 1)
    lca.simulate_suppliers(alone, background, tmp_path / "few out", core(), **asked)
    got = spell_numbers(read_results(tmp_path / "few out"), few)
    many = spell_numbers(read_results(tmp_path / "many out"), few)
    assert got == {key: many[key] for key in got}  # there, results have the stages of others, too
    assert len(got) >= 8
    lca.simulate_suppliers(alone, background, tmp_path / "other", core(), **{**asked, "seed": 2})
    assert spell_numbers(read_results(tmp_path / "other"), few) != got


def test_threads_change_no_bit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    background, source, _ = write_drawn(tmp_path, 5, 40, 1)
    files = []
    for threads in ("1", "2"):
        monkeypatch.setenv("LCAENGINE_THREADS", threads)
        lca.simulate_suppliers(source, background, tmp_path / threads, core(), 16, 3, CUT, **GHG)
        files.append((tmp_path / threads / "results" / "part-0.parquet").read_bytes())
    assert files[0] == files[1]


def test_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    """What is written stays; another seed, number of draws or limit is another job."""
    background, source, _ = write_drawn(tmp_path, 6, 9, 3)
    out, asked = tmp_path / "out", {"policy": CUT, "draws": 8, **GHG}

    def stop(done: int, _parts: int, _suppliers: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        lca.simulate_suppliers(source, background, out, core(), progress=stop, **asked)
    written = {file.name: file.read_bytes() for file in (out / "results").iterdir()}
    assert len(written) >= 2
    report = lca.simulate_suppliers(source, background, out, core(), **asked)
    assert report.resumed == len(written)
    assert {name: (out / "results" / name).read_bytes() for name in written} == written
    fresh = lca.simulate_suppliers(source, background, tmp_path / "fresh", core(), **asked)
    assert dict(report.run) | {"warnings": []} == dict(fresh.run) | {"warnings": []}
    assert read_results(out).to_pylist() == read_results(tmp_path / "fresh").to_pylist()
    others: list[dict[str, Any]] = [{"seed": 2}, {"draws": 10}, {"limits": {"ghg": 1.0}}]
    for other in others:
        assert lca.simulate_suppliers(source, background, out, core(), **{**asked, **other}).resumed == 0
    assert lca.score_suppliers(source, background, out, core(), CUT).resumed == 0


def test_draws_without_an_answer_are_left_out_for_all(tmp_path: Path) -> None:
    """The mine takes x MJ of power for ore, the plant one ore for a MJ: no answer where x >= 1, as in one inventory."""
    loop = takes("mine", "power", 0.5, "MJ", **lognormal(0.5, 0.27))
    background: dict[str, Sequence[Row]] = {
        "processes": [process("mine", "extraction"), process("plant")],
        "flows": [*FLOWS, product("ore"), product("power", "MJ")],
        "exchanges": [
            *(makes("mine", "ore"), makes("plant", "power", unit="MJ"), emits("mine", 1.0)),
            *(loop, takes("plant", "ore", 1.0)),
        ],
    }
    processes, rows = one_supplier(takes("supplier 0", "power", 3.0, "MJ", **lognormal(3.0, 0.1)))
    source = write_parts(tmp_path / "s", processes, rows, 1)
    place = write_inventory(tmp_path / "background", background)
    report = lca.simulate_suppliers(source, place, tmp_path / "out", core(), 1000, 1, **GHG)
    whole = {
        **background,
        "processes": [*background["processes"], *processes],
        "flows": [*background["flows"], *OWN_FLOWS],
        "exchanges": [*background["exchanges"], *rows],
        "properties": OWN_PROPERTIES[1:],
    }
    one = lca.simulate(lca.read_inventory(write_inventory(tmp_path / "whole", whole)), core(), 1000, 1, **GHG)
    assert report.run["draws_without_answer"] == len(one.infeasible)
    assert 0 < len(one.infeasible) <= 10
    compare(
        read_results(tmp_path / "out"),
        one.to_arrow(),
        ["process_id", "indicator", "stage", "per"],
        skip=("inventory_hash",),
    )
    wide = {
        **background,
        "exchanges": [{**row, "scale": 0.5} if row is loop else row for row in background["exchanges"]],
    }
    with pytest.raises(lca.SolveError, match="draws of the background have no answer; in draw"):
        lca.simulate_suppliers(source, write_inventory(tmp_path / "wide", wide), tmp_path / "out 2", core(), 100, **GHG)


ACID = takes("supplier 0", "acid", 1.0)
BAD: dict[str, tuple[Row, str]] = {
    "sigma": ({**ACID, "uncertainty_type": "lognormal", "loc": 0.0, "scale": -1.0}, "it must be above zero"),
    "type": ({**ACID, "uncertainty_type": "guess"}, "uncertainty_type"),
    "no type": ({**ACID, "loc": 1.0}, "uncertainty_type is blank"),
    "pedigree": ({**ACID, "pedigree": "1;2"}, "is no pedigree"),
    "bounds": ({**ACID, "uncertainty_type": "normal", "loc": 1.0, "scale": 1e-3, "minimum": 2.0}, "amount|bounds"),
    "too far": ({**ACID, "uncertainty_type": "lognormal", "loc": 0.0, "scale": 80.0}, "lognormal|scale"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_distributions_are_refused_by_name(case: str, tmp_path: Path) -> None:
    row, says = BAD[case]
    source = write_parts(tmp_path / "s", *one_supplier(row), 1)
    background = write_inventory(tmp_path / "background", PLANT)
    with pytest.raises(lca.DataError, match=says):
        lca.simulate_suppliers(source, background, tmp_path / "out", core(), 8, **GHG)
    assert not list((tmp_path / "out" / "results").glob("*.parquet"))


def test_what_makes_nothing_in_a_draw_is_refused(tmp_path: Path) -> None:
    """A normal of 1 and sd 1 is below zero in a sixth of the draws."""
    made: dict[str, Any] = {"uncertainty_type": "normal", "loc": 1.0, "scale": 1.0}
    source = write_parts(tmp_path / "s", *one_supplier(ACID, **made), 1)
    background = write_inventory(tmp_path / "background", PLANT)
    with pytest.raises(lca.DataError, match="what process 'supplier 0' makes is not above zero in a draw"):
        lca.simulate_suppliers(source, background, tmp_path / "out", core(), 100, **GHG)


def test_a_draw_that_nobody_asked_for_refuses_nobody(tmp_path: Path) -> None:
    """What is made is a normal of 1 and sd 1 in 3 draws; draws are made in pairs, and the fourth is nobody's."""
    made: dict[str, Any] = {"uncertainty_type": "normal", "loc": 1.0, "scale": 1.0}
    processes, rows = one_supplier(ACID, **made)
    source, background = (
        write_parts(tmp_path / "s", processes, rows, 1),
        write_inventory(tmp_path / "background", PLANT),
    )
    every = {
        "processes": [*PLANT["processes"], *processes],
        "flows": [*FLOWS, *OWN_FLOWS],
        "exchanges": [*PLANT["exchanges"], *rows],
        "properties": OWN_PROPERTIES[1:],
    }
    listed = lca.list_distributions(lca.read_inventory(write_inventory(tmp_path / "every", every)))
    output = listed.take(np.flatnonzero(listed.kind == 3))
    four = {seed: lca.draw_values(output, seed, 0, 4)[0] for seed in range(200)}
    seed = next(seed for seed, drawn in four.items() if (drawn[:3] > 0).all() and drawn[3] <= 0)
    report = lca.simulate_suppliers(source, background, tmp_path / "out", core(), 3, seed, **GHG)
    assert report.suppliers == 1
    with pytest.raises(lca.DataError, match=r"not above zero in a draw \(the first: 3\)"):
        lca.simulate_suppliers(source, background, tmp_path / "four", core(), 4, seed, **GHG)


def test_amounts_off_their_center_are_counted(tmp_path: Path) -> None:
    """1.02 is 2 % off a median of 1, 1.005 half a percent; a mirrored one lies below zero; 1 is far from 4.5."""
    rows = [
        takes("supplier 0", "acid", 1.02, **lognormal(1.0, 0.1)),
        takes("supplier 0", "acid", 1.005, uncertainty_type="normal", loc=1.0, scale=0.1),
        takes("supplier 0", "acid", -1.0, **lognormal(-1.0, 0.1)),
        takes("supplier 0", "acid", 1.0, uncertainty_type="uniform", minimum=0.0, maximum=9.0),
    ]
    source = write_parts(tmp_path / "s", *one_supplier(*rows), 1)
    background = write_inventory(tmp_path / "background", PLANT)
    report = lca.simulate_suppliers(source, background, tmp_path / "out", core(), 8, **GHG)
    assert (report.run["amounts_off_center"], report.run["uncertain_exchanges"]) == (2, 4)


def test_rows_alike_are_told_apart_as_in_one_inventory(tmp_path: Path) -> None:
    """By comment, source, data type and base units, whatever stands in other columns; and they are counted."""
    rows = [
        emits("supplier 0", amount, unit, **lognormal(amount, sigma), **more)
        for amount, unit, sigma, more in (
            (9000.0, "g", 0.1, {}),
            (10.0, "kg", 0.9, {}),
            (0.002, "t", 0.4, {"comment": "boiler"}),
            (3.0, "kg", 0.2, {"comment": "kiln"}),
            (1.0, "kg", 0.6, {"data_type": "proxy"}),
            (800.0, "g", 0.3, {"is_avoided": False, "source_id": "meter"}),
        )
    ]
    rows += [emits("supplier 0", 2.0, pedigree="2;3;1;4;3"), emits("supplier 0", 1500.0, "g", pedigree="2;3;1;4;3")]
    processes, exchanges = one_supplier(*rows)
    meter: Tables = {"sources": [{"source_id": "meter", "citation": "meter"}]}
    source = write_parts(tmp_path / "s", processes, exchanges, 1)
    whole = {
        **PLANT,
        **meter,
        "flows": [*FLOWS, *OWN_FLOWS],
        "properties": OWN_PROPERTIES,
        "processes": [*PLANT["processes"], *processes],
        "exchanges": [*PLANT["exchanges"], *exchanges],
    }
    background = write_inventory(tmp_path / "background", {**PLANT, **meter})
    asked: dict[str, Any] = {"draws": 50, "seed": 3, **GHG}
    report = lca.simulate_suppliers(source, background, tmp_path / "out", core(), **asked)
    one = lca.simulate(lca.read_inventory(write_inventory(tmp_path / "whole", whole)), core(), **asked)
    compare(read_results(tmp_path / "out"), one.to_arrow(), ["indicator", "stage", "per"], skip=("inventory_hash",))
    assert report.run["alike_rows"] == len(rows)


def test_what_cannot_be_drawn_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = write_parts(tmp_path / "s", *one_supplier(ACID), 1)
    background = write_inventory(tmp_path / "background", PLANT)
    cases: list[tuple[dict[str, Any], str]] = [
        ({"draws": 1}, "are too few"),
        ({"draws": 8.0}, "no whole number"),
        ({"seed": -1}, "a seed of -1 is none"),
        ({"indicators": ["moon"]}, "there is no indicator 'moon'"),
        ({"indicators": "ghg"}, "indicators are 'ghg'"),
        ({"indicators": 5}, "indicators are 5"),
        ({"limits": {"ghg": True}}, "a limit of True is none"),
        ({"limits": {"moon": 1.0}}, "there is no indicator 'moon'"),
        ({"limits": {"energy": 1.0}, **GHG}, "which is not drawn"),
        ({"limits": {"ghg": math.nan}}, "a limit of nan is none"),
        ({"limits": {"ghg": "5"}}, "a limit of '5' is none"),
        ({"limits": {"ghg": 10**400}}, "a limit is too large for a number"),
        ({"progress": 3}, "progress is 3"),
    ]
    for given, says in cases:
        with pytest.raises(lca.LcaError, match=says):
            lca.simulate_suppliers(source, background, tmp_path / "out", core(), **given)
    assert not (tmp_path / "out").exists()
    monkeypatch.setattr(drawn, "MOST_BYTES", 100)
    with pytest.raises(lca.LcaError, match="name fewer indicators, or fewer draws"):
        lca.simulate_suppliers(source, background, tmp_path / "out", core(), 100, **GHG)


def test_indicators_in_turns_are_those_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where memory does not hold all indicators, they are drawn one after the other, in the same draws."""
    _, rows = one_supplier({**ACID, **lognormal(1.0, 0.2)})
    source = write_parts(tmp_path / "s", [process("supplier 0")], rows, 1)
    background = write_inventory(tmp_path / "background", {**PLANT, "processes": [process("plant")]})
    asked: dict[str, Any] = {"draws": 8, "indicators": ["ghg", "ghg_fossil"]}
    lca.simulate_suppliers(source, background, tmp_path / "once", core(), **asked)
    monkeypatch.setattr(drawn, "MOST_BYTES", 2 * 8 * 8)  # of the one probe: two parts in eight draws
    lca.simulate_suppliers(source, background, tmp_path / "turns", core(), **asked)
    assert read_results(tmp_path / "once").to_pylist() == read_results(tmp_path / "turns").to_pylist()


def test_on_the_command_line(run: Run, tmp_path: Path) -> None:
    """Lines of 80 letters at most; JSON says how draws came about; options that make no sense are refused."""
    words = ["simulate", str(lca.find_example("two-suppliers").parent / "suppliers"), "--draws", "8", "--background"]
    words += ["example:two-suppliers", "--indicator", "ghg", "-o", str(tmp_path / "out")]
    code, out, _ = run(*words)
    assert code == 0
    assert "8 draws, seed 1: 5 uncertain exchanges, 8 of the background" in out
    code, out, _ = run(*words, "--json")
    said = json.loads(out)
    assert (code, said["draws"], said["resumed"], said["drawn"]) == (0, 8, 1, ["ghg"])
    assert said["uncertain_exchanges"] == 5
    refused = (
        (["--limit", "ghg"], "is no limit"),
        (["--limit", "ghg=1", "--limit", "ghg=2"], "two limits"),
        (["--raw"], "statistics are kept"),
        (["--by", "supplier"], "drawn by stage"),
        (["-o", "out.parquet"], "written in parts"),
    )
    for more, says in refused:
        code, _, err = run(*words, *more)
        assert (code, says in err) == (2, True), err
    code, _, err = run("simulate", "example:two-suppliers", "--workers", "2")
    assert (code, "add --background" in err) == (2, True)
