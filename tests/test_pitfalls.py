"""Pitfalls: numbers that once came out wrong, by hand; and what the command line prints where it is hard to print."""

from __future__ import annotations

import json
import math
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

import lcaengine as lca
from lcaengine.footprints.display import format_value
from tests.conftest import Run
from tests.tables import CO2, Row, Tables, emits, exchange, makes, process, product, takes, write_inventory

X, Y = product("x"), product("y")
EXAMPLE = "example:two-suppliers"


@cache
def core() -> lca.Method:
    return lca.read_method("core")


def row(**values: object) -> Row:
    return values


def system(*rows: Row, flows: Sequence[Row] = (X, Y), **tables: Sequence[Row]) -> Tables:
    """Give an inventory of exchanges; processes are those of the rows, unless they are given."""
    names = dict.fromkeys(str(each["process_id"]) for each in rows)
    return {"processes": [process(name) for name in names], "flows": [CO2, *flows], "exchanges": rows, **tables}


def score(folder: Path, tables: Tables) -> lca.Footprints:
    return lca.score(lca.read_inventory(write_inventory(folder, tables)), core())


# A2: a declares greenhouse gases only, b buys a: 5 + 1; the energy of neither is known.
DECLARED = system(
    *(makes("a", "x"), makes("b", "y"), takes("b", "x", 1), emits("b", 1)),
    impacts=[row(process_id="a", indicator="ghg", amount=5, unit="kg CO2e", per="kg")],
)


def test_what_is_missing_is_no_number(tmp_path: Path) -> None:
    footprints = score(tmp_path / "in", DECLARED)
    assert footprints.get("ghg", process_id="b") == pytest.approx(6.0)
    assert footprints.status_of(1, footprints.method.find("energy")) == "missing"
    assert np.isnan(footprints.value[:, :, footprints.method.find("energy")]).all()
    assert not np.isnan(footprints.value[:, :, footprints.method.find("ghg")]).any()
    assert all(math.isnan(footprints.get("energy", process_id=each)) for each in "ab")
    assert footprints.to_wide()["energy.total"].to_pylist() == [None, None]
    for wide, column in ((True, "energy.total"), (False, "value")):
        files = [
            lca.write_results(footprints, tmp_path / f"{wide}{end}", wide)[0] for end in (".parquet", ".csv", ".json")
        ]
        results = json.loads(files[2].read_text(encoding="utf-8"))["results"]
        for rows in (pq.read_table(files[0]).to_pylist(), pacsv.read_csv(files[1]).to_pylist(), results):
            known = [r[column] for r in rows if wide or r["indicator"] == "energy"]
            assert known
            assert set(known) == {None}


# A3: a makes 1 kg x and 0.1 kg y at 1 kg CO2 each kg; at 1000 of x a year, 100 kg y. b makes 1000 kg y at 10.
# (100 x 1 + 1000 x 10) / 1100 = 9.1818; the same where x is power, and 10/11 of the burden goes with 1 kWh of it.
@pytest.mark.parametrize("unit", ["kg", "kWh"])
def test_mix_by_production_of_a_co_product(tmp_path: Path, unit: str) -> None:
    rule = {"kg": "mass", "kWh": "as_given"}[unit]
    shares = [row(process_id="a", product_flow_id=f, factor=s) for f, s in (("x", 10 / 11), ("y", 1 / 11))]
    made = [
        process("a", allocation=rule, production_amount=1, production_unit={"kg": "t", "kWh": "MWh"}[unit]),
        process("b", production_amount=1000, production_unit="kg"),
    ]
    rows = [
        makes("a", "x", 1, unit),
        exchange("a", "y", "output", 0.1),
        emits("a", 1.1),
        makes("b", "y"),
        emits("b", 10),
    ]
    tables = system(*rows, flows=[product("x", unit), Y], processes=made)
    footprints = score(tmp_path, {**tables, "allocation": shares} if rule == "as_given" else tables)
    assert footprints.get("ghg", process_id="a", product_id="y") == pytest.approx(1.0)
    assert footprints.get("ghg", product_id="y") == pytest.approx(10100 / 1100)


# A5: p spares -0.25 kg y, that is takes 0.25; q makes y from 1 kg x. p = 1 + q/4, q = 1 + p: p = 5/3, q = 8/3.
def test_an_avoided_amount_below_zero_is_a_demand(tmp_path: Path) -> None:
    spared = exchange("p", "y", "output", -0.25, is_avoided=True)
    footprints = score(
        tmp_path, system(makes("p", "x"), spared, emits("p", 1), makes("q", "y"), takes("q", "x", 1), emits("q", 1))
    )
    assert [footprints.get("ghg", process_id=each) for each in "pq"] == pytest.approx([5 / 3, 8 / 3])


# A6: 2 kg of 40 MJ (LHV): 80 MJ, the best there is, and a warning with it.
def test_site_energy_at_a_lower_heating_value_says_so(tmp_path: Path) -> None:
    footprints = score(
        tmp_path,
        system(
            *(makes("p", "x"), takes("p", "fuel", 2), makes("g", "fuel")),
            flows=[X, product("fuel", category="energy carrier")],
            processes=[process("p", "extraction"), process("g")],
            properties=[row(flow_id="fuel", property="heating_value_lhv", value=40, unit="MJ/kg")],
        ),
    )
    assert footprints.get("energy_site", process_id="p") == pytest.approx(80.0)
    assert [each.code for each in footprints.warnings] == ["energy_lhv"]


# A10: a (1) and b (9) supply x half and half in the world, all from a in China. A bill without a place takes the
# world's: 2 x 5; who it is for selects nobody.
@pytest.mark.parametrize("supplier", ["", "beta", "nobody"])
def test_supplier_of_a_bill_is_a_label(tmp_path: Path, supplier: str) -> None:
    mix = [
        row(flow_id="x", process_id=p, share=s, location=at)
        for p, s, at in (("a", 0.5, ""), ("b", 0.5, ""), ("a", 1, "CN"))
    ]
    made = [process("a", supplier_id="alpha"), process("b", supplier_id="beta")]
    lines = [row(demand_id="bill", product_id="x", amount=1, unit="kg", supplier_id=supplier)] * 2
    rows = [makes("a", "x"), emits("a", 1), makes("b", "x"), emits("b", 9)]
    footprints = score(tmp_path, system(*rows, processes=made, markets=mix, demand=lines))
    assert footprints.get("ghg", process_id="bill") == pytest.approx(10.0)
    labels = {r["supplier_id"] for r in footprints.to_arrow().to_pylist() if r["process_id"] == "bill"}
    assert labels == {supplier}


# A11: a maker without a place is the world's.
@pytest.mark.parametrize(
    ("maker", "buyer", "status"),
    [
        *[("", "US", "fallback"), ("GLO", "US", "fallback"), ("", "", "complete"), ("", "GLO", "complete")],
        *[("CN", "US", "fallback"), ("US", "US", "complete"), ("US", "US-TX", "complete")],
    ],
)
def test_a_maker_without_a_place_is_the_worlds(tmp_path: Path, maker: str, buyer: str, status: str) -> None:
    made = [process("a", location=maker), process("b", location=buyer)]
    footprints = score(
        tmp_path, system(makes("a", "x"), emits("a", 1), makes("b", "y"), takes("b", "x", 1), processes=made)
    )
    assert footprints.status_of(1, footprints.method.find("ghg")) == status
    assert [each.code for each in footprints.warnings] == (["fallback"] if status == "fallback" else [])


# A14: ore has two makers and a market of 0.6 x 2.4 + 0.4 x 0.75 = 1.74.
def test_get_never_picks_for_you() -> None:
    footprints = lca.score(lca.read_inventory(EXAMPLE))
    for words in ({}, {"location": "GLO"}):
        with pytest.raises(lca.LcaError, match="do:"):
            footprints.get("ghg", **words)
    assert footprints.get("ghg", product_id="ore") == pytest.approx(1.74)
    assert footprints.get("ghg", product_id="ore", process_id="mine-a") == pytest.approx(2.4)


# A15
def per_piece(mass: float) -> list[Row]:
    return [row(flow_id="x", property="mass", value=mass, unit="kg/piece")]


def two_makers(**tables: Sequence[Row]) -> Tables:
    return system(makes("a", "x"), makes("b", "x"), emits("b", 1), **tables)


def amounts(unit: str) -> list[Row]:
    return [row(flow_id="x", process_id=each, amount=1e308, unit=unit) for each in "ab"]


TOO_LARGE: dict[str, Tables] = {
    "per reference unit": system(makes("p", "x", 1e-5, "Mt"), emits("p", 1e305), flows=[product("x", "Mt")]),
    "per kg": system(
        makes("p", "x", 1, "piece"), emits("p", 1e10), flows=[product("x", "piece")], properties=per_piece(1e-305)
    ),
    "an amount": system(makes("p", "x"), emits("p", 1e308, "Mt")),
    "a sum of amounts": system(makes("p", "x"), emits("p", 1e308), emits("p", 1e308)),
    "a market": two_makers(markets=amounts("Mt")),
    "a production": two_makers(
        processes=[process(each, production_amount=1e308, production_unit="Mt") for each in "ab"]
    ),
    "a bill": system(
        makes("p", "x"), emits("p", 1), demand=[row(demand_id="d", product_id="x", amount=1e308, unit="Mt")]
    ),
    "a declared figure": system(
        makes("p", "x"), impacts=[row(process_id="p", indicator="energy", amount=1e308, unit="PJ", per="kg")]
    ),
    "a chain": system(makes("p", "x"), emits("p", 1e200), makes("q", "y"), takes("q", "x", 1e200)),
}


@pytest.mark.parametrize("name", TOO_LARGE)
def test_what_is_too_large_for_a_number_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises((lca.DataError, lca.SolveError), match=r"too large|not finite|error inf") as caught:
        score(tmp_path, TOO_LARGE[name])
    assert "do:" in str(caught.value).lower()


# Two makers of 1e308 kg a year each: half and half, 0 and 1.
@pytest.mark.parametrize(
    "tables",
    [
        two_makers(markets=amounts("kg")),
        two_makers(processes=[process(each, production_amount=1e308, production_unit="kg") for each in "ab"]),
    ],
)
def test_large_makers_share_a_market(tmp_path: Path, tables: Tables) -> None:
    assert score(tmp_path, tables).get("ghg", product_id="x") == pytest.approx(0.5)


# B2: supplier i emits 1 (primary) and buys a = i % 7 + 1 kWh of a grid that emits 1 and spares 0.5 MJ heat of 1 a kWh.
# Its footprint is 1 + a (1 - 0.5); its primary share 1 / (1 + a (1 + 0.5)).
def test_primary_share_of_many_who_buy_one_credit(tmp_path: Path) -> None:
    suppliers = [(f"s{i}", i % 7 + 1) for i in range(3000)]
    tables = system(
        *(
            makes("grid", "power", 1, "kWh"),
            emits("grid", 1),
            exchange("grid", "heat", "output", 0.5, "MJ", is_avoided=True),
        ),
        *(makes("boiler", "heat", 1, "MJ"), emits("boiler", 1)),
        *(
            r
            for s, a in suppliers
            for r in (makes(s, "x"), takes(s, "power", a, "kWh"), emits(s, 1, data_type="primary"))
        ),
        flows=[X, product("power", "kWh"), product("heat", "MJ")],
    )
    tables = {
        **tables,
        "processes": [process("grid"), process("boiler"), *(process(s, "processing") for s, _ in suppliers)],
    }
    footprints = score(tmp_path, tables)
    ghg, of = footprints.method.find("ghg"), dict(suppliers)
    bought = np.array([of.get(name, math.nan) for name in footprints.system.activities.name])
    mine = ~np.isnan(bought)
    assert mine.sum() == 3000
    assert footprints.value[mine, -1, ghg] == pytest.approx(1 + 0.5 * bought[mine])
    assert footprints.primary_data_share[mine, -1, ghg] == pytest.approx(1 / (1 + 1.5 * bought[mine]))


# B1
@pytest.mark.parametrize("command", ["score", "check"])
@pytest.mark.parametrize("target", ["in/exchanges.csv", "in/../in/new.csv", "in.json"])
def test_output_never_lands_on_the_input(run: Run, tmp_path: Path, command: str, target: str) -> None:
    place = write_inventory(tmp_path / "in", DECLARED)
    with zipfile.ZipFile(tmp_path / "in.json", "w") as archive:  # a zip is known by its content
        for file in place.iterdir():
            archive.write(file, file.name)
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    given = tmp_path / "in.json" if target == "in.json" else place
    code, out, err = run(command, given, "-o", tmp_path / target)
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before


# B7
def test_a_singular_loop_is_a_no(run: Run, tmp_path: Path) -> None:
    loop = [("p", "x", "y"), ("q", "y", "x")]
    rows = [r for at, own, of in loop for r in (makes(at, own), exchange(at, of, "output", 1, is_avoided=True))]
    place = write_inventory(tmp_path, system(*rows, emits("p", 1)))
    for command in ("check", "score"):
        code, out, err = run(command, place)
        assert code == 1
        assert "singular" in out + err


# C: six stages of a number of 5 or 9 letters: no line of 40 columns holds them, and every one is whole nevertheless.
STAGES = ("extraction", "processing", "assembly", "transport", "use", "end_of_life")


def long_chain(amount: float) -> Tables:
    names = [f"a_process_of_{stage}" for stage in STAGES]
    rows: list[Row] = []
    for k, name in enumerate(names):
        rows += [makes(name, f"x{k}"), emits(name, amount), *([takes(name, f"x{k - 1}", 1)] if k else [])]
    made = [process(name, stage) for name, stage in zip(names, STAGES, strict=True)]
    return system(*rows, flows=[product(f"x{k}") for k in range(6)], processes=made)


@pytest.mark.parametrize("columns", [40, 0, 80])
@pytest.mark.parametrize("amount", [1234.5, 1234567.0])
def test_numbers_are_never_cut(run: Run, tmp_path: Path, columns: int, amount: float) -> None:
    place = write_inventory(tmp_path, long_chain(amount))
    footprints = lca.score(lca.read_inventory(place), core())
    ghg = footprints.value[:, :, footprints.method.find("ghg")]
    numbers = {format_value(float(v)) for v in ghg.ravel()}
    code, out, _ = run("score", place, "--indicator", "ghg", "--all", columns=columns)
    assert code == 0
    assert numbers <= set(out.split())
    assert not re.search(r"\d…", out)
    code, out, _ = run("score", EXAMPLE, "--indicator", "ghg", columns=columns)
    assert (code, "5.40" in out.split()) == (0, True)


def test_processes_of_one_supplier_are_told_apart(run: Run, tmp_path: Path) -> None:
    made = [process(f"kiln_{k}", "processing", supplier_id="acme", location="CN") for k in (1, 9)]
    rows = [makes("kiln_1", "x"), emits("kiln_1", 1), makes("kiln_9", "x"), emits("kiln_9", 9)]
    _, out, _ = run("score", write_inventory(tmp_path, system(*rows, processes=made)), "--indicator", "ghg")
    for number in "19":
        (line,) = [line for line in out.splitlines() if f"kiln_{number}" in line]
        assert f"{number}.00" in line


def test_blocked_json_is_an_object_like_any_other(run: Run, tmp_path: Path) -> None:
    place = write_inventory(tmp_path, system(makes("p", "x", 1, "ton")))
    code, out, _ = run("score", place, "--json")
    content = json.loads(out)
    assert (code, sorted(content), content["run"]) == (1, ["findings", "run"], None)
    assert [each["code"] for each in content["findings"]] == ["unknown_unit"]
    assert sorted(json.loads(run("score", EXAMPLE, "--json")[1]))[-2:] == ["results", "run"]


def test_wide_needs_a_file(run: Run) -> None:
    code, out, err = run("score", EXAMPLE, "--wide")
    assert (code, out) == (2, "")
    assert "-o" in err


@pytest.mark.parametrize("name", ["OUT.CSV", "OUT.Parquet", "OUT.JSON"])
def test_endings_in_capitals(run: Run, tmp_path: Path, name: str) -> None:
    assert run("score", EXAMPLE, "-o", tmp_path / name)[0] == 0
    path = tmp_path / name
    read: dict[str, Any] = {
        "OUT.CSV": lambda: pacsv.read_csv(path).num_rows,
        "OUT.Parquet": lambda: pq.read_table(path).num_rows,
        "OUT.JSON": lambda: len(json.loads(path.read_text(encoding="utf-8"))["results"]),
    }
    assert read[name]() == 5 * 18 * 4  # activities, indicators, stages


def test_wide_csv_has_its_units_and_method_beside_it(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("score", EXAMPLE, "--wide", "-o", tmp_path / "out.csv")
    assert code == 0
    assert "out.run.json" in out.replace("\n", "")
    text = (tmp_path / "out.run.json").read_text(encoding="utf-8")
    content = json.loads(text)
    inventory, method = lca.read_inventory(EXAMPLE), lca.read_method("core")
    assert content["units"]["ghg"] == "kg CO2e"
    assert content["units"]["water_consumption"] == "m3"
    assert (content["method"], content["inventory_hash"]) == (method.label, inventory.hash)


Done = dict[str, tuple[int | None, bytes, str]]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """Run what needs a process of its own, all at once: exit code, output, errors."""
    made = [process("Grübe", "extraction", supplier_id="Müller ✓")]
    place = tmp_path_factory.mktemp("in") / "Grübe"
    write_inventory(place, system(makes("Grübe", "x"), emits("Grübe", 2), processes=made))
    clean = {key: value for key, value in os.environ.items() if key not in ("PYTHONIOENCODING", "PYTHONUTF8")}
    calls: dict[str, tuple[int | None, list[str]]] = {
        "ascii --all": (subprocess.PIPE, ["score", str(place), "--all"]),
        "ascii --json": (subprocess.PIPE, ["score", str(place), "--json"]),
        "full --all": (None, ["score", EXAMPLE, "--all"]),
        "full --json": (None, ["score", EXAMPLE, "--json"]),
        "left --json": (subprocess.PIPE, ["score", EXAMPLE, "--json"]),
        "left early": (subprocess.PIPE, ["examples"]),
    }
    runs = {}
    with Path("/dev/full").open("wb") as full:
        for name, (pipe, words) in calls.items():
            runs[name] = subprocess.Popen(
                [sys.executable, "-m", "lcaengine", *words],
                stdout=pipe or full,
                stderr=subprocess.PIPE,
                env={**clean, "PYTHONIOENCODING": "ascii"} if name.startswith("ascii") else clean,
            )
    for name, each in runs.items():
        if name.startswith("left") and each.stdout:
            each.stdout.close()  # as `head -1` does when it has its line
            each.stdout = None
    said = {name: each.communicate(timeout=120) for name, each in runs.items()}
    return {name: (runs[name].returncode, out, err.decode()) for name, (out, err) in said.items()}


# B4
@pytest.mark.parametrize("option", ["--all", "--json"])
def test_ids_that_the_terminal_cannot_write(done: Done, option: str) -> None:
    code, out, err = done[f"ascii {option}"]
    assert (code, err) == (0, "")
    text = out.decode("ascii")
    if option == "--json":
        assert {each["process_id"] for each in json.loads(text)["results"]} == {"Grübe"}
    else:
        assert "2.00" in text.split()


# B5
@pytest.mark.parametrize("option", ["--all", "--json"])
def test_a_full_disk_is_a_message(done: Done, option: str) -> None:
    code, _, err = done[f"full {option}"]
    assert code == 2
    assert err.startswith("error: ")
    assert "Traceback" not in err
    assert "Exception ignored" not in err


@pytest.mark.parametrize("way", ["left --json", "left early"])
def test_a_reader_that_leaves_early_is_no_error(done: Done, way: str) -> None:
    code, _, err = done[way]
    assert (code, err) == (0, "")
