"""Rows alike in what identifies an exchange: which of them takes which draw, and what is said where nobody knows."""

from __future__ import annotations

import json
import math
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import lcaengine as lca
from lcaengine.reports.samples import describe_samples
from lcaengine.uncertainty.unpaired import find_alike
from tests.conftest import Run
from tests.scoring import core
from tests.tables import Row, Tables, emits, makes, process, product, write_inventory

CO2 = {"flow_id": "co2", "name": "Carbon dioxide, fossil", "kind": "elementary", "unit": "kg", "compartment": "air"}
UNKNOWN = "which takes whose draw of rows alike is not known"


def burns(amount: float, sigma: float, unit: str = "kg", **more: Any) -> Row:
    """Give a lognormal row of carbon dioxide of one mine."""
    spread = {"uncertainty_type": "lognormal", "loc": math.log(amount), "scale": sigma}
    return emits("mine", amount, unit, **{**spread, **more})


def mine(*rows: Row) -> Tables:
    made = makes("mine", "ore")
    return {"processes": [process("mine", "extraction")], "flows": [CO2, product("ore")], "exchanges": [made, *rows]}


def read(folder: Path, *rows: Row) -> lca.Inventory:
    return lca.read_inventory(write_inventory(folder, mine(*rows)))


def draw(folder: Path, *rows: Row) -> dict[int, NDArray[np.float64]]:
    """Draw all rows, by the row of the file without the reference, from 0; as multiples of the static amount."""
    inventory = read(folder, *rows)
    listed = lca.list_distributions(inventory)
    values = lca.draw_values(listed, 7, 0, 6) / listed.amount[:, None]
    at = inventory.exchanges.rows[listed.row] - 2
    return dict(zip(at.tolist(), values, strict=True))


def pair_up(folder: Path, first: list[Row], second: list[Row]) -> Any:
    """Compare the mine of two inventories in the same draws."""
    both = [lca.score(read(folder / name, *rows), core()) for name, rows in (("a", first), ("b", second))]
    named = [lca.Alternative(name, each, process_id="mine") for name, each in zip("ab", both, strict=True)]
    return lca.compare_draws(named, 200, 1, ["ghg"]).pairs[0]


def test_another_unit_changes_no_draw(tmp_path: Path) -> None:
    """Of 10 and 20 kg the second sorts last; written as 10,000 g, 10 kg still stands for 10 kg."""
    kinds: list[tuple[Row, Row]] = [
        (burns(10.0, 0.05), burns(10_000.0, 0.05, "g")),
        (burns(1.1, 0.05), burns(0.0011, 0.05, "t")),
        (_normal(10.0, 1.0, "kg"), _normal(10_000.0, 1000.0, "g")),
        (_triangular(10.0, "kg"), _triangular(10_000.0, "g")),
        (emits("mine", 10.0, pedigree="2;3;1;4;3"), emits("mine", 10_000.0, "g", pedigree="2;3;1;4;3")),
    ]
    for at, (kilograms, others) in enumerate(kinds):
        beside = burns(20.0, 0.5)
        first, second = draw(tmp_path / f"a{at}", kilograms, beside), draw(tmp_path / f"b{at}", others, beside)
        for row in first:
            assert second[row] == pytest.approx(first[row], rel=1e-12), at


def _normal(mean: float, sd: float, unit: str) -> Row:
    return emits("mine", mean, unit, uncertainty_type="normal", loc=mean, scale=sd)


def _triangular(mode: float, unit: str) -> Row:
    return emits("mine", mode, unit, uncertainty_type="triangular", loc=mode, minimum=0.5 * mode, maximum=2.0 * mode)


def test_parameters_are_compared_in_base_units(tmp_path: Path) -> None:
    """Two rows of 10 kg, one of them written in g: the narrow one keeps its draw, whichever that is."""
    for sigma, other in ((0.05, 0.5), (0.5, 0.05)):
        first = draw(tmp_path / f"a{sigma}", burns(10.0, sigma), burns(10.0, other))
        second = draw(tmp_path / f"b{sigma}", burns(10_000.0, sigma, "g"), burns(10.0, other))
        assert all(second[row] == pytest.approx(first[row], rel=1e-12) for row in first)


@pytest.mark.parametrize("name", ["comment", "source_id"])
def test_an_edited_amount_changes_no_draw_where_words_tell_rows_apart(name: str, tmp_path: Path) -> None:
    rows = [burns(10.0, 0.05, **{name: "boiler"}), burns(20.0, 0.5, **{name: "kiln"})]
    first = draw(tmp_path / "a", *rows)
    second = draw(tmp_path / "b", burns(30.0, 0.05, **{name: "boiler"}), rows[1])
    for row in (0, 1):
        assert second[row] == pytest.approx(first[row], rel=1e-12)


def test_certain_rows_alike_change_no_draw(tmp_path: Path) -> None:
    rows = [burns(10.0, 0.05), burns(20.0, 0.5)]
    first = draw(tmp_path / "a", *rows)
    second = draw(tmp_path / "b", *rows, emits("mine", 1.0), emits("mine", 15.0, uncertainty_type="none"))
    assert {row: values.tolist() for row, values in first.items()} == {r: v.tolist() for r, v in second.items()}


def test_an_added_row_that_a_comment_tells_apart_changes_no_blank_one(tmp_path: Path) -> None:
    rows = [burns(10.0, 0.05), burns(20.0, 0.5)]
    first, second = draw(tmp_path / "a", *rows), draw(tmp_path / "b", *rows, burns(1.0, 0.1, comment="flare"))
    assert all(np.array_equal(second[row], first[row]) for row in first)


def test_ordinals_are_those_of_a_plain_sort(tmp_path: Path) -> None:
    """A twin sorts rows by words and kilograms: the n-th takes the draw of the n-th of rows of 1, 2, 3 ... kg."""
    random = Random(3)
    rows = []
    for _ in range(40):
        unit, scale = random.choice([("kg", 1.0), ("g", 1000.0), ("t", 0.001)])
        kilograms, sigma = random.choice([1.0, 3.0, 7.0, 10.0]), random.choice([0.1, 0.2])
        words = {name: random.choice(["", "x", "y"]) for name in ("comment", "pedigree")}
        words["pedigree"] = "1;2;3;4;5" if words["pedigree"] else ""
        rows.append(
            (words["comment"], words["pedigree"], kilograms, sigma, burns(kilograms * scale, sigma, unit, **words))
        )
    order = sorted(range(len(rows)), key=lambda at: rows[at][:4])
    found = draw(tmp_path / "a", *(row[-1] for row in rows))
    plain = draw(tmp_path / "b", *(burns(1.0 + at, 1.0) for at in range(len(rows))))
    for place, at in enumerate(order):
        standard = np.log(found[at]) / rows[at][3]
        same = [other for other in order if rows[other][:4] == rows[at][:4]]  # who may stand for each other
        assert any(np.allclose(standard, np.log(plain[order.index(other)]), rtol=0, atol=1e-9) for other in same), (
            place,
            at,
        )


def test_pairs_say_which_rows_alike_cannot_be_told(tmp_path: Path) -> None:
    two = [burns(10.0, 0.05), burns(20.0, 0.5)]
    for at, second in enumerate(
        (
            [burns(30.0, 0.05), two[1]],  # another amount, and no words
            [*two, burns(1.0, 0.05)],  # another number
            [burns(10.0, 0.05, comment="boiler"), two[1]],  # another word
            [two[0]],  # one where there were two
        )
    ):
        for name, given in (("to", (two, second)), ("back", (second, two))):
            pair = pair_up(tmp_path / f"{at}{name}", *given)
            assert UNKNOWN in pair.note, at
            assert "co2 of mine" in pair.note, at


def test_pairs_say_nothing_where_rows_alike_are_told(tmp_path: Path) -> None:
    """Grams for kilograms leave the two the same; with comments, 11 kg for 10 kg are more in every draw."""
    two = [burns(10.0, 0.05), burns(20.0, 0.5)]
    same = pair_up(tmp_path / "same", two, [burns(10_000.0, 0.05, "g"), two[1]])
    assert (same.p_equal, UNKNOWN in same.note) == (1.0, False)
    told = [burns(10.0, 0.05, comment="boiler"), burns(20.0, 0.5, comment="kiln")]
    for amount in (11.0, 30.0):
        more = pair_up(tmp_path / f"more{amount}", told, [burns(amount, 0.05, comment="boiler"), told[1]])
        assert (more.p_less, UNKNOWN in more.note) == (1.0, False)
    apart = pair_up(tmp_path / "apart", [two[0]], [burns(12.0, 0.05)])  # no rows alike at all
    assert (apart.p_less, UNKNOWN in apart.note) == (1.0, False)


def test_check_and_records_count_rows_alike(run: Run, tmp_path: Path) -> None:
    """Two of three uncertain rows are alike; a certain one beside them is not counted."""
    rows = [burns(10.0, 0.05), burns(20.0, 0.5), burns(1.0, 0.1, location="CN"), emits("mine", 4.0)]
    inventory = read(tmp_path / "in", *rows)
    assert len(find_alike(inventory)) == 2
    found = [each for each in lca.check(tmp_path / "in").warnings() if each.code == "alike_rows"]
    assert [(each.table, each.row, each.what[:2]) for each in found] == [("exchanges", 2, "2 ")]
    samples = lca.simulate(inventory, core(), draws=2, seed=1, indicators=["ghg"])
    assert describe_samples(samples)["alike_rows"] == 2
    place = str(tmp_path / "in")
    code, out, _ = run("simulate", place, "--draws", "4")
    assert (code, "2 uncertain rows are alike" in " ".join(out.split())) == (0, True)
    write_inventory(tmp_path / "other", mine(*rows[1:]))
    asked = ("compare", place, "--with", str(tmp_path / "other"), "--of", "mine", "--draws", "4", "--indicator", "ghg")
    assert UNKNOWN in " ".join(run(*asked)[1].split())
    described = json.loads(run(*asked, "--json")[1])["run"]["inventories"]
    assert [each["alike_rows"] for each in described] == [2, 0]


def test_rows_of_unlike_identity_are_not_reported(tmp_path: Path) -> None:
    write_inventory(tmp_path, mine(burns(10.0, 0.05), burns(10.0, 0.05, location="CN"), emits("mine", 4.0)))
    assert not [each for each in lca.check(tmp_path).warnings() if each.code == "alike_rows"]
