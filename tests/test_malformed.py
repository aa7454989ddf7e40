"""Malformed inventories of every kind: a small one an error, through the library and through the command line.

The list of errors in rows is `CASES` of test_check (units, identities, closed lists, references, providers, markets,
allocation, properties, declared footprints) with `ROWS` of this file; `FILES` and `ZIPS` have those of files. Here
every one of them goes through `lcaengine check` and `lcaengine score` too. More of a kind stand in test_check (starved
loops), test_reading (files, types, zips), test_refusals (amounts and properties), test_method (factors) and
test_pitfalls (numbers too large for a float).
"""

from __future__ import annotations

import io
import math
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import lcaengine as lca
from lcaengine.io import tables as io_tables
from lcaengine.uncertainty.centers import find_off_center
from tests.conftest import Run
from tests.tables import ABOUT, Row, emits, exchange, makes, process, product, takes, write_inventory
from tests.test_check import BASE, CASES, COPRODUCTS, Case, add, allocated, exchanges, row, third
from tests.test_refusals import COLUMNS, FACTOR, write_method

Z = product("z")


def spread(column: str, value: str, amount: float = 2.0, named: str = "", **columns: Any) -> Case:
    """Give a case of an exchange of 2 kg with uncertainty columns, and the column and value at fault."""
    return Case(exchanges(emits("p", amount, **columns)), "uncertainty", "exchanges", 5, column, value, named)


def dated(**columns: Any) -> dict[str, list[Row]]:
    return {"processes": [process("r", **columns)], "flows": [Z], "exchanges": [makes("r", "z")]}


def holds(flow: str, value: float, unit: str, *more: Row) -> dict[str, list[Row]]:
    flows = [product("e", "piece")] if flow == "e" else []
    properties = [row(flow_id=flow, property="content:Nd", value=value, unit=unit), *more]
    return {"flows": flows, "properties": properties}


WEIGHS = row(flow_id="e", property="mass", value=20.0, unit="g/piece")

# What a distribution needs, and what contradicts it, as stats_arrays has it; ln 2 = 0.693.
ROWS: dict[str, Case] = {
    "lognormal without sigma": spread("scale", "", uncertainty_type="lognormal", loc=0.693, named="needs scale"),
    "lognormal without mu": spread("loc", "", uncertainty_type="2", scale=0.1, named="needs loc"),
    "lognormal of sigma 0": spread("scale", "0.0", uncertainty_type="2", loc=0.693, scale=0.0),
    "lognormal of sigma below 0": spread("scale", "-0.1", uncertainty_type="2", loc=0.693, scale=-0.1),
    "lognormal that is not mirrored": spread(
        "amount", "-2.0", -2.0, uncertainty_type="2", loc=0.693, scale=0.1, named="negative"
    ),
    "lognormal that is mirrored": spread(
        "amount", "2.0", uncertainty_type="2", loc=0.693, scale=0.1, negative=True, named="negative"
    ),
    "lognormal of zero": spread("amount", "0.0", 0.0, uncertainty_type="2", loc=0.693, scale=0.1),
    "lognormal beyond a float": spread("loc", "800.0", uncertainty_type="2", loc=800.0, scale=0.1, named="beyond"),
    "lognormal below a float": spread("loc", "-800.0", uncertainty_type="2", loc=-800.0, scale=0.1),
    "lognormal that draws beyond a float": spread("scale", "100.0", uncertainty_type="2", loc=0.693, scale=100.0),
    "lognormal above its bound": spread("amount", "2.0", uncertainty_type="2", loc=0.693, scale=1.0, maximum=1.5),
    "normal without deviation": spread("scale", "", uncertainty_type="normal", loc=2.0),
    "normal without mean": spread("loc", "", uncertainty_type="3", scale=2.0),
    "normal of deviation 0": spread("scale", "0.0", uncertainty_type="3", loc=2.0, scale=0.0),
    "normal cut off below the amount": spread(
        "amount", "2.0", uncertainty_type="3", loc=2.0, scale=0.1, minimum=0.0, maximum=1.0
    ),
    "uniform without bounds": spread("minimum", "", uncertainty_type="uniform", maximum=3.0),
    "uniform without a maximum": spread("maximum", "", uncertainty_type="4", minimum=3.0),
    "uniform the wrong way round": spread("minimum", "3.0", uncertainty_type="4", minimum=3.0, maximum=1.0),
    "uniform without width": spread("minimum", "2.0", uncertainty_type="4", minimum=2.0, maximum=2.0),
    "uniform below the amount": spread("amount", "2.0", uncertainty_type="4", minimum=0.0, maximum=1.0),
    "uniform above the amount": spread("amount", "2.0", uncertainty_type="4", minimum=2.1, maximum=3.0),
    "triangular without a mode": spread("loc", "", uncertainty_type="triangular", minimum=1.0, maximum=3.0),
    "triangular of a mode outside": spread("loc", "4.0", uncertainty_type="5", loc=4.0, minimum=1.0, maximum=3.0),
    "triangular without width": spread("minimum", "2.0", uncertainty_type="5", loc=2.0, minimum=2.0, maximum=2.0),
    "bernoulli of no probability": spread("loc", "1.5", 1.0, uncertainty_type="bernoulli", loc=1.5),
    "bernoulli of two": spread("amount", "2.0", uncertainty_type="6", loc=0.5),
    "bernoulli with a maximum": spread(
        "maximum", "1000.0", 1000.0, "0 or 1", uncertainty_type="6", loc=0.5, minimum=0.0, maximum=1000.0
    ),
    "bernoulli with a minimum": spread("minimum", "-1.0", 0.0, uncertainty_type="6", loc=0.5, minimum=-1.0),
    "bernoulli below zero": spread("amount", "-0.5", -0.5, uncertainty_type="6", loc=0.5),
    "discrete of a half": spread("minimum", "0.5", uncertainty_type="discrete_uniform", minimum=0.5, maximum=3.0),
    "discrete of its maximum": spread(
        "amount", "3.0", 3.0, "leaves its maximum out", uncertainty_type="7", minimum=1.0, maximum=3.0
    ),
    "discrete beyond its last": spread("amount", "2.5", 2.5, uncertainty_type="7", minimum=1.0, maximum=3.0),
    "discrete below zero": spread("amount", "-1.0", -1.0, uncertainty_type="7", maximum=3.0),
    "discrete without a maximum": spread("maximum", "", uncertainty_type="7", minimum=1.0),
    "weibull without shape": spread("shape", "", uncertainty_type="weibull", scale=1.0),
    "gamma of shape 0": spread("shape", "0.0", uncertainty_type="gamma", scale=1.0, shape=0.0),
    "gamma that begins above": spread("amount", "2.0", uncertainty_type="9", loc=3.0, scale=1.0, shape=1.0),
    "gamma that is mirrored": spread("amount", "2.0", uncertainty_type="9", scale=1.0, shape=1.0, negative=True),
    "beta of alpha 0": spread("loc", "0.0", 0.5, uncertainty_type="beta", loc=0.0, shape=1.0),
    "beta without beta": spread("shape", "", 0.5, uncertainty_type="10", loc=1.0),
    "beta outside 0 to 1": spread("amount", "2.0", uncertainty_type="10", loc=1.0, shape=1.0),
    "extreme value of a shape": spread("shape", "1.0", uncertainty_type="11", loc=2.0, scale=1.0, shape=1.0),
    "student without freedom": spread("shape", "", uncertainty_type="student_t", loc=2.0, scale=1.0),
    "student of scale 0": spread("scale", "0.0", uncertainty_type="12", scale=0.0, shape=3.0),
    "PERT without width": spread("minimum", "2.0", uncertainty_type="beta_pert", loc=2.0, minimum=2.0, maximum=2.0),
    "PERT of lambda 0": spread("scale", "0.0", uncertainty_type="13", loc=2.0, scale=0.0, minimum=1.0, maximum=3.0),
    "parameters without a distribution": spread("loc", "2.0", loc=2.0, scale=0.1, named="uncertainty_type"),
    "mirrored without a distribution": spread("negative", "True", negative=True),
    "uncertainty of an allocation": Case(
        allocated(
            "as_given",
            allocation=[
                row(process_id="r", product_flow_id="z", factor=0.5, uncertainty_type="4", minimum=0.6, maximum=0.8),
                row(process_id="r", product_flow_id="m", factor=0.5),
            ],
        ),
        *("uncertainty", "allocation", 1, "factor", "0.5"),
    ),
    **{
        f"uncertainty of a market's {column}": Case(
            {"markets": [row(flow_id="x", process_id="p", uncertainty_type="4", minimum=2.0, maximum=3.0, **given)]},
            *("uncertainty", "markets", 1, column, "1.0"),
        )
        for column, given in (("share", {"share": 1.0}), ("amount", {"amount": 1.0, "unit": "kg"}))
    },
    **{
        f"a sigma of {value}": Case(
            exchanges(emits("p", 2.0, uncertainty_type="2", loc=0.693, scale=value)),
            *("not_finite", "exchanges", 5, "scale", value),
        )
        for value in ("nan", "inf")
    },
    "unknown distribution": Case(
        exchanges(emits("p", 2.0, uncertainty_type="cauchy")),
        *("unknown_uncertainty_type", "exchanges", 5, "uncertainty_type", "cauchy", "lognormal"),
    ),
    **{
        f"pedigree {value!r}": Case(
            exchanges(emits("p", 2.0, pedigree=value)), "pedigree", "exchanges", 5, "pedigree", value, "2;3;1;4;3"
        )
        for value in ("2;3;1;4", "2;3;1;4;3;1", "2,3,1,4,3", "0;3;1;4;3", "2;3;1;4;6", "2; 3;1;4;3", "(2;3;1;4;3)", "5")
    },
    "an end before its beginning": Case(
        dated(valid_from="2025-01-01", valid_until="2024-12-31"),
        *("validity", "processes", 3, "valid_from", "2025-01-01", "valid_until"),
    ),
    "a day that is none": Case(
        dated(valid_from="2025-02-29"), "wrong_type", "processes", 3, "valid_from", "2025-02-29"
    ),
    "a content of nothing": Case(
        {"properties": [row(flow_id="x", property="content:", value=0.2, unit="kg/kg")]},
        *("property_unit", "properties", 1, "unit", "kg/kg", "names nothing"),
    ),
    "a content below zero": Case(holds("x", -0.1, "kg/kg"), "property_value", "properties", 1, "value", "-0.1"),
    "a content above the mass": Case(holds("x", 1.1, "kg/kg"), "property_value", "properties", 1, "value", "1.1", "Nd"),
    "a content above the mass of a piece": Case(
        holds("e", 0.021, "kg/piece", WEIGHS), "property_value", "properties", 1, "value", "0.021", "weighs"
    ),
    # p and q spare each other one for one; through r, which has a stage, the whole has a solution: det A = -0.25.
    "an unlabelled subsystem that is singular": Case(
        {
            "processes": [process("a"), process("b"), process("r", "processing")],
            "flows": [product("u"), product("v"), Z],
            "exchanges": [
                *(makes("a", "u"), exchange("a", "v", "output", 1.0, is_avoided=True), takes("a", "z", 0.5)),
                *(makes("b", "v"), exchange("b", "u", "output", 1.0, is_avoided=True)),
                *(makes("r", "z"), takes("r", "u", 0.5)),
            ],
        },
        *("singular", "exchanges", None, "", "a, b"),
    ),
    "two references": Case(
        third(Z, makes("r", "z"), makes("r", "z", 2.0)), "two_references", "exchanges", 6, "process_id", "r"
    ),
    "a loop that takes all it makes": Case(
        exchanges(takes("p", "x", 1.0, provider_id="p")), "loop_starved", "exchanges", None, "", "p"
    ),
    **{
        f"an amount of {value}": Case(
            exchanges(emits("p", value)), "not_finite", "exchanges", 5, "amount", str(value)
        )
        for value in (math.nan, math.inf)
    },
    "a key that stands twice": Case(
        {"processes": [process("q")]}, "duplicate_key", "processes", 3, "process_id", "q"
    ),
}  # fmt: skip
EVERY = {**CASES, **ROWS}


@pytest.mark.parametrize("name", ROWS)
def test_one_error(tmp_path: Path, name: str) -> None:
    case = ROWS[name]
    found = lca.check(write_inventory(tmp_path, add(case.rows))).blockers()
    assert [(f.code, f.table, f.row, f.column, f.value) for f in found] == [case[1:6]]
    assert case.named in f"{found[0].what} {found[0].fix}"
    assert found[0].what
    assert found[0].fix


@pytest.fixture(scope="module")
def method(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_method(tmp_path_factory.mktemp("method") / "m", f"{COLUMNS}\n{FACTOR.format(1)}")


def assert_refused(run: Run, place: Path, method: Path, code: int, named: str) -> None:
    """See that check and score say no, name the error, show no traceback and no number, and write nothing."""
    before = sorted(place.parent.rglob("*"))
    done, out, err = run("check", place, "--method", method)
    assert done == code
    assert named in " ".join((out + err).split())
    assert "Traceback" not in out + err
    for target in ("out.csv", "out.parquet"):
        done, out, err = run("score", place, "--method", method, "-o", place.parent / target)
        assert (done, out) == (code, "")
        assert named in " ".join(err.split())
        assert "Traceback" not in err
    assert run("score", place, "--method", method)[:2] == (code, "")
    assert sorted(place.parent.rglob("*")) == before


@pytest.mark.parametrize("name", EVERY)
def test_the_command_line_says_no(run: Run, tmp_path: Path, method: Path, name: str) -> None:
    place = write_inventory(tmp_path / "in", add(EVERY[name].rows))
    assert_refused(run, place, method, 1, EVERY[name].code)


def test_the_base_is_a_yes(run: Run, tmp_path: Path, method: Path) -> None:
    place = write_inventory(tmp_path / "in", BASE)
    assert [run(command, place, "--method", method)[0] for command in ("check", "score")] == [0, 0]


# Files: a change of the base inventory's folder, the exit code, and the one finding where there is one.
Change = Callable[[Path], object]


def written(name: str, content: bytes) -> Change:
    return lambda place: (place / name).write_bytes(content)


def replaced(name: str, old: bytes, new: bytes) -> Change:
    return lambda place: (place / name).write_bytes((place / name).read_bytes().replace(old, new, 1))


def as_parquet(change: Callable[[pa.Table], pa.Table], cut: int | None = None) -> Change:
    """Write the exchanges as Parquet, changed, and cut to so many bytes."""

    def write(place: Path) -> None:
        (place / "exchanges.csv").unlink()
        sink = io.BytesIO()
        table = pa.table({name: [row.get(name) for row in BASE["exchanges"]] for name in COLUMNS_OF_EXCHANGES})
        pq.write_table(change(table), sink)
        (place / "exchanges.parquet").write_bytes(sink.getvalue()[:cut])

    return write


COLUMNS_OF_EXCHANGES = ("process_id", "flow_id", "direction", "amount", "unit", "is_reference")
LONG = "x" * 10_000_000
FILES: dict[str, tuple[Change, str, str, int | None, str]] = {
    "a table is missing": (lambda place: (place / "flows.csv").unlink(), "missing_table", "flows", None, ""),
    "a column is missing": (replaced("exchanges.csv", b"unit", b"units"), "missing_column", "exchanges", None, "unit"),
    "a table is empty": (written("processes.csv", b"process_id,name\r\n"), "empty_table", "processes", None, ""),
    "not UTF-8": (replaced("flows.csv", b"slag", b"sl\xe4g"), "unreadable", "flows", None, ""),
    "10 MB in a field": (
        written("sources.csv", f"source_id,citation\r\ns,{LONG}\r\n".encode()),
        *("unreadable", "sources", None, ""),
    ),
    "10 MB in a field of Parquet": (
        as_parquet(lambda table: table.append_column("comment", pa.array([LONG, "", "", ""]))),
        *("unreadable", "exchanges", None, ""),
    ),
    "10 MB in a dictionary of Parquet": (
        as_parquet(lambda table: table.append_column("comment", pa.array([LONG] * 4).dictionary_encode())),
        *("unreadable", "exchanges", None, ""),
    ),
    "truncated Parquet": (as_parquet(lambda table: table, 700), "unreadable", "exchanges", None, ""),
    "lists for numbers": (
        as_parquet(lambda table: table.set_column(3, "amount", pa.array([[1.0]] * 4))),
        *("wrong_type", "exchanges", None, "amount"),
    ),
    "text for a number": (replaced("exchanges.csv", b"0.5", b"half"), "wrong_type", "exchanges", 4, "amount"),
    "no id at all": (
        written("flows.csv", b"flow_id,name,kind,unit\r\n,x,product,kg\r\n"),
        *("missing_value", "flows", 1, "flow_id"),
    ),
    "no inventory.toml": (
        lambda place: (place / "inventory.toml").unlink(),
        *("missing_table", "inventory.toml", None, ""),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_files(run: Run, tmp_path: Path, method: Path, name: str) -> None:
    change, *expected = FILES[name]
    change(write_inventory(tmp_path / "in", BASE))
    found = lca.check(tmp_path / "in").blockers()
    assert [[f.code, f.table, f.row, f.column] for f in found] == [expected]
    assert found[0].what
    assert found[0].fix
    assert_refused(run, tmp_path / "in", method, 1, str(expected[0]))


@pytest.mark.parametrize("as_codes", [False, True])
def test_one_word_many_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, as_codes: bool) -> None:
    words = pa.array(["x" * 1000]).dictionary_encode().take(pa.array([0] * 5000))
    place = write_inventory(tmp_path, BASE)
    pq.write_table(pa.table({"comment": words if as_codes else words.dictionary_decode()}), place / "sources.parquet")
    assert (place / "sources.parquet").stat().st_size < 5000
    assert {f.code for f in lca.check(place).blockers()} == {"missing_column"}  # 5 MB are no harm
    monkeypatch.setattr(io_tables, "UNPACKED_FREE", 3_000_000)
    (found,) = lca.check(place).blockers()
    assert (found.code, found.table) == ("unreadable", "sources")
    assert "unpacks" in found.what


def zip_of(place: Path, target: Path, **more: bytes) -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in place.iterdir():
            archive.write(file, file.name)
        for name, content in more.items():
            archive.writestr(name, content)
    return target


def lie(target: Path, name: str, true: int, told: int) -> Path:
    """Change the size that a zip declares of a member, in its directory and before the member itself."""
    content = target.read_bytes()
    assert content.count(true.to_bytes(4, "little")) >= 2, name
    target.write_bytes(content.replace(true.to_bytes(4, "little"), told.to_bytes(4, "little")))
    return target


ZEROS = b"0" * 40_000_000
ZIPS: dict[str, tuple[Callable[[Path, Path], object], int, str]] = {
    "a path that climbs out": (lambda place, zip_: zip_of(place, zip_, **{"../sources.csv": b"a\n"}), 2, "climbs out"),
    "a bomb": (lambda place, zip_: zip_of(place, zip_, **{"sources.csv": ZEROS}), 2, "unpacks"),
    "a bomb that says it is small": (
        lambda place, zip_: lie(zip_of(place, zip_, **{"sources.csv": ZEROS}), "sources.csv", len(ZEROS), 1000),
        *(1, "unreadable"),
    ),
    "a file that says it is large": (
        lambda place, zip_: lie(zip_of(place, zip_, **{"sources.csv": b"1" * 1234}), "sources.csv", 1234, 2 << 30),
        *(2, "unpacks"),
    ),
    "no zip": (lambda place, zip_: zip_.write_bytes(b"process_id,name\r\n"), 2, "neither a folder nor a readable zip"),
    "a member without a name": (
        lambda place, zip_: zip_.write_bytes(zip_of(place, zip_, Q=b"").read_bytes().replace(b"Q", b"\x00")),
        *(2, "zip"),
    ),
    "an encrypted member": (lambda place, zip_: encrypted(zip_of(place, zip_)), 2, "encrypted"),
}  # fmt: skip


def zip_of_zip(place: Path, target: Path) -> Path:
    inner = zip_of(place, place.parent / "inner").read_bytes()
    (place.parent / "inner").unlink()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("inventory.zip", inner)
    return target


def encrypted(target: Path) -> None:
    """Set the flag of encryption for every member in the zip's directory."""
    content = bytearray(target.read_bytes())
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        content[at + 8] |= 1
        at = content.find(b"PK\x01\x02", at + 4)
    target.write_bytes(content)


ZIPS["a zip in a zip"] = (zip_of_zip, 1, "missing_table")


@pytest.mark.parametrize("name", ZIPS)
def test_zips(run: Run, tmp_path: Path, method: Path, name: str) -> None:
    make, code, named = ZIPS[name]
    place = write_inventory(tmp_path / "in", BASE)
    make(place, tmp_path / "in.zip")
    assert_refused(run, tmp_path / "in.zip", method, code, named)


FACTORS = {
    "a factor of the wrong dimension": (FACTOR.format(1).replace("kg CO2e/kg", "kg CO2e/m3"), 1, "factor_dimension"),
    "two equal factors": (FACTOR.format(1) + FACTOR.format(2), 2, "equals row 1"),
    "two factors that are equals": (FACTOR.format(1) + FACTOR.format(2).replace("ghg,", "ghg,co2", 1), 0, ""),
    "a factor by id twice": (
        "ghg,co2,,,,output,,1,kg CO2e/kg,s\n" + FACTOR.format(2).replace("ghg,", "ghg,co2", 1),
        *(1, "equal_factors"),
    ),
}


@pytest.mark.parametrize("name", FACTORS)
def test_factors(run: Run, tmp_path: Path, name: str) -> None:
    rows, code, named = FACTORS[name]
    place = write_inventory(tmp_path / "in", BASE)
    method = write_method(tmp_path / "m", f"{COLUMNS}\n{rows}")
    if code:
        assert_refused(run, place, method, code, named)
    else:  # an id beats a name
        assert [run(command, place, "--method", method)[0] for command in ("check", "score")] == [0, 0]


@pytest.mark.parametrize("about", [b"a = " + b"[" * 5000, b"a = " + b"1" * 5000, b"name = 1", b"\xff"])
def test_method_toml(run: Run, tmp_path: Path, about: bytes) -> None:
    method = write_method(tmp_path / "m", f"{COLUMNS}\n{FACTOR.format(1)}")
    (method / "method.toml").write_bytes(about)
    assert_refused(run, write_inventory(tmp_path / "in", BASE), method, 2, "method.toml")


# Warnings: the amount is 2; ln 2 = 0.6931, ln 2.01 = 0.6981 (0.5 % off), ln 2.03 = 0.7080 (1.5 % off).
@pytest.mark.parametrize(
    ("columns", "warns"),
    [
        ({"uncertainty_type": "2", "loc": 0.6931, "scale": 0.1}, False),
        ({"uncertainty_type": "2", "loc": 0.6981, "scale": 0.1}, False),
        ({"uncertainty_type": "2", "loc": 0.7080, "scale": 0.1}, True),
        ({"uncertainty_type": "2", "loc": 2.0, "scale": 0.1}, True),
        ({"uncertainty_type": "3", "loc": 2.01, "scale": 0.1}, False),
        ({"uncertainty_type": "3", "loc": 2.03, "scale": 0.1}, True),
        ({"uncertainty_type": "3", "loc": 0.0, "scale": 1.0}, True),
        ({"uncertainty_type": "5", "loc": 2.0, "minimum": 0.0, "maximum": 9.0}, False),
        ({"uncertainty_type": "5", "loc": 3.0, "minimum": 0.0, "maximum": 9.0}, True),
        ({"uncertainty_type": "13", "loc": 3.0, "minimum": 0.0, "maximum": 9.0}, True),
        ({"uncertainty_type": "none", "loc": 2.0}, False),
        ({"uncertainty_type": "0", "loc": 3.0}, True),
        ({"uncertainty_type": "0"}, False),
        ({"uncertainty_type": "4", "minimum": 0.0, "maximum": 9.0}, True),
        ({"uncertainty_type": "4", "minimum": 1.0, "maximum": 3.02}, False),
        ({"uncertainty_type": "12", "loc": 3.0, "shape": 9.0}, True),
        ({"uncertainty_type": "12", "loc": 2.01, "shape": 9.0}, False),
        ({"negative": False}, False),
    ],
)
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_amounts_off_the_center_warn(tmp_path: Path, columns: dict[str, Any], warns: bool, sign: float) -> None:
    if sign < 0:  # the same distribution, mirrored
        columns = {**columns, "negative": "negative" not in columns and columns["uncertainty_type"] == "2"}
        ends = {"minimum": "maximum", "maximum": "minimum"}
        columns = {
            ends.get(name, name): -value
            if isinstance(value, float) and name in ("minimum", "maximum", "loc") and columns["uncertainty_type"] != "2"
            else value
            for name, value in columns.items()
        }
    every = lca.check(write_inventory(tmp_path, add(exchanges(emits("p", 2.0 * sign, **columns))))).items
    found = [each for each in every if each.code != "uncertainty_sign"]  # draws that cross zero: test_crossings
    expected = [("warning", "uncertainty_center", "exchanges", 5, "amount")] * warns
    assert [(str(f.severity), f.code, f.table, f.row, f.column) for f in found] == expected


# The mean of 0 and 1 with a probability p of one is p; of the whole numbers a .. b - 1 it is (a + b - 1) / 2.
@pytest.mark.parametrize(
    ("amount", "columns", "center"),
    [
        (0.3, {"uncertainty_type": "6", "loc": 0.3}, None),
        (0.5, {"uncertainty_type": "6", "loc": 0.5, "minimum": 0.0, "maximum": 1.0}, None),
        (0.0, {"uncertainty_type": "6", "loc": 0.0}, None),
        (0.5, {"uncertainty_type": "6", "loc": 0.0}, "0"),
        (1.0, {"uncertainty_type": "6", "loc": 0.3}, "0.3"),
        (0.0, {"uncertainty_type": "6", "loc": 0.3}, "0.3"),
        (1.5, {"uncertainty_type": "7", "minimum": 1.0, "maximum": 3.0}, None),  # of 1 and 2
        (2.0, {"uncertainty_type": "7", "minimum": 1.0, "maximum": 3.0}, "1.5"),
        (2.0, {"uncertainty_type": "7", "minimum": 1.0, "maximum": 4.0}, None),
        (1.0, {"uncertainty_type": "7", "maximum": 3.0}, None),  # of 0, 1 and 2
        (0.0, {"uncertainty_type": "7", "maximum": 3.0}, "1"),
        (-1.0, {"uncertainty_type": "7", "minimum": -3.0, "maximum": 2.0}, None),
        (1.0, {"uncertainty_type": "7", "minimum": -3.0, "maximum": 2.0}, "-1"),
    ],
)
def test_whole_numbers_off_their_mean_warn(
    tmp_path: Path, amount: float, columns: dict[str, Any], center: str | None
) -> None:
    folder = write_inventory(tmp_path, add(exchanges(emits("p", amount, **columns))))
    found = [each for each in lca.check(folder).items if each.code != "uncertainty_sign"]
    expected = [] if center is None else [("warning", "uncertainty_center", "exchanges", 5, "amount", center)]
    assert [(str(f.severity), f.code, f.table, f.row, f.column, f.value) for f in found] == expected
    listed = lca.list_distributions(lca.read_inventory(folder))
    assert find_off_center(listed).tolist() == [center is not None]  # that of suppliers in parts


PERIOD = ABOUT + 'reference_period = "2024-01-01/2024-12-31"\n'


@pytest.mark.parametrize(
    ("begins", "ends", "column"),
    [
        *(("2020-01-01", "2023-12-31", "valid_until"), ("", "2023-12-31", "valid_until")),
        ("2025-01-01", "", "valid_from"),
        *[("2020-01-01", "2024-01-01", ""), ("2024-12-31", "", ""), ("", "", ""), ("2024-05-01", "2024-05-02", "")],
    ],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["csv", "parquet"])
def test_data_from_another_time_warn(tmp_path: Path, begins: str, ends: str, column: str, encoding: str) -> None:
    tables = add(dated(valid_from=begins, valid_until=ends))
    found = lca.check(write_inventory(tmp_path / "a", tables, encoding, PERIOD)).items
    expected = [("warning", "reference_period", "processes", 3, column, ends if column == "valid_until" else begins)]
    assert [(str(f.severity), f.code, f.table, f.row, f.column, f.value) for f in found] == expected * bool(column)
    assert lca.check(write_inventory(tmp_path / "b", tables, encoding)).items == []  # no period is given


@pytest.mark.parametrize("period", ["2024-01-01/2024-12-31x", "20240101/20241231", "2024-W01-1/2024-W02-1", "/"])
def test_periods_have_one_spelling(tmp_path: Path, period: str) -> None:
    about = f'{ABOUT}reference_period = "{period}"\n'
    (found,) = lca.check(write_inventory(tmp_path, BASE, about=about)).items
    assert (found.code, found.column) == ("wrong_type", "reference_period")


def test_sources_and_suppliers_that_are_not_there_warn_once_an_id(tmp_path: Path) -> None:
    tables = add(
        {
            "processes": [process("r", source_id="s2", supplier_id="acme")],
            "flows": [Z],
            "exchanges": [makes("r", "z", source_id="s1"), *(emits("r", a, source_id="s3") for a in (1.0, 2.0))],
            "properties": [row(flow_id="x", property="content:Nd", value=0.2, unit="kg/kg", source_id="s3")],
            "demand": [row(demand_id="bill", process_id="r", amount=1.0, unit="kg", supplier_id="other")],
        }
    )  # fmt: skip
    assert lca.check(write_inventory(tmp_path / "without", tables)).items == []
    tables |= {"sources": [row(source_id="s1", citation="A book")], "suppliers": [row(supplier_id="acme", name="Acme")]}
    found = lca.check(write_inventory(tmp_path / "with", tables)).warnings()
    assert [(str(f.severity), f.code, f.table, f.row, f.value) for f in found] == [
        ("warning", "unknown_supplier_id", "demand", 1, "other"),
        ("warning", "unknown_source_id", "processes", 3, "s2"),
        ("warning", "unknown_source_id", "properties", 1, "s3"),
    ]


@pytest.mark.parametrize("value", [0.02, 0.02 * (1 + 1e-10), 0.0])
def test_contents_up_to_the_mass_pass(tmp_path: Path, value: float) -> None:
    assert lca.check(write_inventory(tmp_path, add(holds("e", value, "kg/piece", WEIGHS)))).items == []
    assert lca.check(write_inventory(tmp_path, add(holds("e", 9.0, "kg/piece")))).items == []  # no mass is known


@pytest.mark.parametrize(
    ("values", "value"),
    [
        (pa.array([1 << 30] * 2, pa.int32()).cast(pa.date32()), "out of range"),
        (pa.array([-(1 << 30)] * 2, pa.int32()).cast(pa.date32()), "out of range"),
        (pa.array([1 << 50] * 2, pa.timestamp("s")), "out of range"),
        (pa.array(["2024-W01-1"] * 2), "2024-W01-1"),
        (pa.array(["20240101"] * 2), "20240101"),
    ],
)
def test_days_that_are_none(tmp_path: Path, values: pa.Array, value: str) -> None:
    file = write_inventory(tmp_path, BASE, "parquet") / "processes.parquet"
    pq.write_table(pq.read_table(file).append_column("valid_from", values), file)
    found = lca.check(tmp_path).blockers()
    assert [(f.code, f.row, f.column, f.value) for f in found] == [
        ("wrong_type", at, "valid_from", value) for at in (1, 2)
    ]


@pytest.mark.parametrize("table", ["processes", "flows"])
def test_no_row_has_an_id(tmp_path: Path, table: str) -> None:
    name = {"processes": "process_id", "flows": "flow_id"}[table]
    rows = [{**each, name: ""} for each in BASE[table]]
    found = lca.check(write_inventory(tmp_path, {**BASE, table: rows})).blockers()
    assert {(f.code, f.table, f.column) for f in found} == {("missing_value", table, name)}


# Numbers near the ends of what a float holds: a message of the engine, and none of a library.
EXTREME: dict[str, list[Row]] = {
    "a mass of next to nothing": [row(flow_id="e", property="mass", value=5e-324, unit="kg/piece")],
    "a mass that leaves no number per kg": [row(flow_id="e", property="mass", value=1e-308, unit="g/piece")],
}


@pytest.mark.parametrize("name", EXTREME)
def test_masses_next_to_nothing(tmp_path: Path, name: str) -> None:
    tables = add(
        {**third(product("e", "piece"), makes("r", "e", 1.0, "piece"), emits("r", 1.0)), "properties": EXTREME[name]}
    )
    with pytest.raises((lca.DataError, lca.SolveError), match=r"too large|out of range"):
        lca.score(lca.read_inventory(write_inventory(tmp_path, tables)))


@pytest.mark.parametrize(("made", "taken"), [(5e-324, 1.0), (1e-300, 1e300)])
def test_a_loop_beyond_a_float_starves(tmp_path: Path, made: float, taken: float) -> None:
    tables = add(third(Z, makes("r", "z", made), takes("r", "z", taken)))
    assert [f.code for f in lca.check(write_inventory(tmp_path, tables)).blockers()] == ["loop_starved"]


def test_a_reference_of_zero_in_a_mix_by_production(tmp_path: Path) -> None:
    made = [process(name, production_amount=1.0, production_unit="kg") for name in "rs"]
    tables = add(
        {"processes": made, "flows": [Z], "exchanges": [makes("r", "z", 0.0), makes("s", "z"), takes("q", "z", 1.0)]}
    )
    assert "reference_amount" in {f.code for f in lca.check(write_inventory(tmp_path, tables)).blockers()}


def test_weights_beyond_a_float_share_nothing(tmp_path: Path) -> None:
    prices = [
        row(flow_id=flow, property="price", value=1e200, unit=f"USD2020/{unit}")
        for flow, unit in (("z", "kg"), ("m", "MJ"))
    ]
    tables = add(allocated("economic", properties=prices, exchanges=[makes("r", "z", 1e200), COPRODUCTS[1]]))
    (found,) = lca.check(write_inventory(tmp_path, tables)).blockers()
    assert (found.code, found.row) == ("allocation_weight", 3)


def test_a_background_beyond_a_float_is_refused_by_name(tmp_path: Path) -> None:
    tables = add(
        {
            "processes": [process("r"), process("s", "processing")],
            "flows": [Z, product("w")],
            "exchanges": [makes("r", "z"), emits("r", 1e200), makes("s", "w"), takes("s", "z", 1e200)],
        }
    )
    with pytest.raises(lca.SolveError, match="do:"):
        lca.score(lca.read_inventory(write_inventory(tmp_path, tables)))


FLIP = """
import sys
from pathlib import Path
import lcaengine as lca
from lcaengine.findings import Findings
from lcaengine.inventory import load_inventory
place = Path(sys.argv[1])
file = place / "flows.parquet"
whole = file.read_bytes()
for at in range(len(whole)):
    file.write_bytes(whole[:at] + bytes([whole[at] ^ 8]) + whole[at + 1 :])
    try:
        load_inventory(place, Findings())
    except lca.LcaError:
        pass
print("alive")
"""


def test_a_flipped_bit_of_parquet_never_ends_the_process(tmp_path: Path) -> None:
    place = write_inventory(tmp_path, BASE, "parquet")
    done = subprocess.run([sys.executable, "-c", FLIP, str(place)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "alive\n"), done.stderr
