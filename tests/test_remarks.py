"""Remarks beside draws: amounts off their distribution, gaps and warnings stand with every figure that is drawn."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lcaengine as lca
from lcaengine.findings import Findings
from lcaengine.uncertainty.centers import find_centers, find_far, find_off_center
from lcaengine.uncertainty.moments import find_moments
from tests.conftest import Run
from tests.scoring import system
from tests.tables import Tables, emits, exchange, makes, process, product, takes, write_inventory
from tests.test_simulate import chain, lognormal


def shifted() -> Tables:
    """mill <- 2 bar <- 3 ore <- CO2 written as 1.1, lognormal around exp(1.1) = 3.004."""
    off: dict[str, Any] = {"uncertainty_type": "lognormal", "loc": 1.1, "scale": 0.2}
    return chain(
        takes("mill", "bar", 2.0, **lognormal(2.0, 0.1)), takes("smelter", "ore", 3.0), emits("mine", 1.1, **off)
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_inventory(tmp_path / "off", shifted())


SIMULATE = ("--draws", 16, "--indicator", "ghg")
DRIVERS = ("--process", "mill", "--drivers", "--draws", 16)
COMPARE = ("--of", "mill", "--of", "smelter", "--draws", 16, "--indicator", "ghg")


@pytest.mark.parametrize(
    ("command", "options"), [("simulate", SIMULATE), ("contributions", DRIVERS), ("compare", COMPARE)]
)
def test_amounts_off_their_distribution_are_named(
    run: Run, folder: Path, command: str, options: tuple[object, ...]
) -> None:
    code, out, _ = run(command, folder, *options)
    said = " ".join(out.split())
    assert code == 0
    assert "1 amount(s) are more than 1 % off the center of their distribution" in said
    assert "the first: exchanges row 7, column amount." in said
    assert "1 warning(s): lcaengine check" in said
    code, out, _ = run(command, folder, *options, "--json")
    about: dict[str, Any] = json.loads(out)["run"]
    about = about.get("inventories", [about])[0]
    assert (code, about["amounts_off_center"], about["warnings"]) == (0, 1, 1)
    assert about["first_off_center"] == "exchanges row 7, column amount"


def test_first_order_blames_the_amount(run: Run, folder: Path) -> None:
    """A static 6.6 and draws around 18: sd of these is near 18 x 0.22, to first order 6.6 x 0.22."""
    code, out, _ = run("contributions", folder, "--process", "mill", "--drivers", "--draws", 200)
    said = " ".join(out.split())
    assert code == 0
    assert "mine: Carbon dioxide, fossil (air): the amount is 1.10 kg, its distribution lies around 3.00" in said
    assert "it is around the score as written, the draws are not" in said
    assert "spreads are wide" not in said
    found = lca.list_drivers(lca.score(lca.read_inventory(folder), "core"), process_id="mill", draws=0)
    (far,) = found.far
    assert (far.amount, far.center) == pytest.approx((1.1, math.exp(1.1)), rel=1e-12)
    assert far.unit == "kg"


def test_centers_by_hand(tmp_path: Path) -> None:
    """Center exp(loc), loc, none; a uniform from 1 to 3 has a mean of 2 and an sd of 0.577: 2.5 is near, 2.9 is far."""
    even: dict[str, Any] = {"uncertainty_type": "uniform", "minimum": 1.0, "maximum": 3.0}
    rows = [
        takes("mill", "bar", 2.5, **even),
        takes("smelter", "ore", 2.9, **even),
        emits("mine", 4.0, uncertainty_type="normal", loc=5.0, scale=0.1),
    ]
    listed = lca.list_distributions(lca.read_inventory(write_inventory(tmp_path, chain(*rows))))
    order = {2.5: "near", 2.9: "far", 4.0: "off"}
    far, center = find_far(listed, find_moments(listed))
    names = [order[each] for each in listed.amount.tolist()]
    assert dict(zip(names, far.tolist(), strict=True)) == {"near": False, "far": True, "off": True}
    assert dict(zip(names, center.tolist(), strict=True)) == pytest.approx({"near": 2.0, "far": 2.0, "off": 5.0})
    assert sum(find_off_center(listed)) == 1
    assert sum(find_centers(listed) == 5.0) == 1


def test_gaps_stand_beside_draws(run: Run, tmp_path: Path) -> None:
    """An input that nobody makes is cut off: the score says so, and so do its draws, as text and as JSON."""
    tables = chain(
        takes("mill", "bar", 2.0, **lognormal(2.0, 0.1)),
        takes("smelter", "ore", 3.0),
        takes("smelter", "lime", 1.0),
        emits("mine", 5.0),
    )
    folder = write_inventory(tmp_path / "i", {**tables, "flows": [*tables["flows"], product("lime")]})
    for command, options in (("simulate", SIMULATE), ("contributions", DRIVERS), ("compare", COMPARE)):
        code, out, err = run(command, folder, *options, "--unlinked", "cutoff")
        assert code == 0, err
        assert "Gaps: 1 unlinked input(s)" in " ".join(out.split()), command
        assert "cut off" in out, command
    code, out, _ = run("simulate", folder, *SIMULATE, "--unlinked", "cutoff", "--json")
    answer = json.loads(out)
    assert [each["flow_id"] for each in answer["gaps"]] == ["lime"]
    assert {each["indicator"] for each in answer["completeness"]} == {"ghg"}


@pytest.mark.parametrize("more", [(), ("--global", "--samples", 16)])
def test_what_one_figure_lacks_is_told_of_it_alone(run: Run, tmp_path: Path, more: tuple[object, ...]) -> None:
    """The smelter lacks lime and takes ore of another place; the mine rests on neither."""
    tables = chain(
        takes("smelter", "ore", 3.0, location="DE"),
        takes("smelter", "lime", 1.0),
        emits("mine", 5.0, **lognormal(5.0, 0.1)),
    )
    folder = write_inventory(tmp_path / "i", {**tables, "flows": [*tables["flows"], product("lime")]})
    said = {}
    for name in ("smelter", "mine"):
        options = ("--process", name, "--drivers", *more, "--unlinked", "cutoff")
        code, out, err = run("contributions", folder, *options)
        assert code == 0, err
        said[name] = " ".join(out.split())
        assert "Of the whole inventory, not of this figure alone: Gaps: 1 unlinked input(s)" in said[name]
    of_smelter = ("supplied by nobody", "100 % of its total ghg rests on products or factors of other places")
    for words in of_smelter:
        assert (words in said["smelter"], words in said["mine"]) == (True, False)
    assert "Up to" not in said["mine"]


def test_many_rows_are_counted(tmp_path: Path) -> None:
    """A finding that sums up rows says in its value how many: 2 named, 3 more."""
    found = Findings(rows_named=2)
    found.block_rows("code", "exchanges", np.ones(5, np.bool_), np.arange(1, 6), "amount", list("abcde"), "", "")
    assert [(each.row, each.value) for each in found.items] == [(1, "a"), (2, "b"), (None, "3")]


def test_drivers_name_the_product_of_several(tmp_path: Path) -> None:
    """Of a mill of 1 kg of rod and 1 kg of bar by mass, the product is named; of a mine of one, it is not."""
    flows, processes = [product("rod"), product("bar")], [process("mill", allocation="mass"), process("mine")]
    rows = [makes("mill", "rod"), exchange("mill", "bar", "output", 1.0), emits("mill", 5.0), makes("mine", "ore")]
    tables = system(*rows, flows=[*flows, product("ore")], processes=processes)
    footprints = lca.score(lca.read_inventory(write_inventory(tmp_path, tables)), "core")
    assert lca.list_drivers(footprints, product_id="bar", draws=0).name == "bar, mill"
    assert lca.list_drivers(footprints, product_id="ore", draws=0).name == "mine"


def test_a_score_below_zero_explains_its_signs(run: Run, tmp_path: Path) -> None:
    """-2 kg of CO2, with a spread: more of it is further below zero, at an elasticity of 1."""
    tables = chain(takes("mill", "bar", 1.0, **lognormal(1.0, 0.1)), takes("smelter", "ore", 1.0), emits("mine", -2.0))
    folder = write_inventory(tmp_path, tables)
    code, out, _ = run("contributions", folder, "--process", "mill", "--drivers", "--draws", 16)
    assert code == 0
    assert "The score is below zero: an elasticity above zero takes it further below, a rank up." in " ".join(
        out.split()
    )
