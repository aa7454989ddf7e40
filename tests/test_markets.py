"""Markets by location and by contract: shares, amounts, residual mixes, places, and what results say of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import pytest

import lcaengine as lca
from lcaengine.reports.write import describe_run
from tests.conftest import Run
from tests.scoring import codes, complete, core, ghg, row, score, system
from tests.tables import Row, Tables, emits, makes, process, product, takes, write_inventory

POWER = product("power", "kWh")
# kg CO2e/kWh: wind 0, gas 0.5, coal 1.
MAKERS = (
    *(makes("wind", "power", 1, "kWh"), makes("gas", "power", 1, "kWh"), emits("gas", 0.5)),
    *(makes("coal", "power", 1, "kWh"), emits("coal", 1)),
)
CONTRACT = lca.Policy(basis="contract")


def share(basis: str, place: str = "CN", **shares: float) -> list[Row]:
    return [row(flow_id="power", process_id=p, share=s, location=place, basis=basis) for p, s in shares.items()]


def amount(basis: str, place: str = "CN", **amounts: tuple[float, str]) -> list[Row]:
    return [
        row(flow_id="power", process_id=p, amount=a, unit=u, location=place, basis=basis)
        for p, (a, u) in amounts.items()
    ]


def buying(markets: list[Row], *places: str) -> Tables:
    """Give a mill a place, each of which takes 1 kWh a kg."""
    mills = [f"mill-{place}" for place in places]
    rows = [each for mill in mills for each in (makes(mill, "steel"), takes(mill, "power", 1, "kWh"))]
    made = [process(mill, location=place) for mill, place in zip(mills, places, strict=True)]
    return system(*MAKERS, *rows, flows=[POWER, product("steel")], processes=made, markets=markets)


GRID = share("location", wind=0.25, coal=0.75)  # 0.75


class Case(NamedTuple):
    rows: list[Row]
    basis: str
    value: float
    """kg CO2e/kWh by contract."""
    warnings: tuple[str, ...] = ()


CASES = {
    # 0.6 x 0 + 0.4 x (0.75 x 1 + 0.25 x 0.5) = 0.35, the residual mix as a mix of its own
    "residual of one": Case(
        share("contract", wind=0.6) + share("residual", coal=0.75, gas=0.25), "contract+residual", 0.35
    ),
    # 0.3 x 1 + 0.1 x 0.5, the residual mix as shares of the whole
    "residual of the rest": Case(
        share("contract", wind=0.6) + share("residual", coal=0.3, gas=0.1), "contract+residual", 0.35
    ),
    # 600 + 300 + 100 kWh: 1080 MJ are 300 kWh
    "amounts": Case(
        amount("contract", wind=(600, "kWh"))
        + amount("residual", coal=(1080, "MJ"), gas=(0.1, "MWh")),
        *("contract+residual", 0.35),
    ),
    "contracts for all": Case(share("contract", wind=0.5, gas=0.5), "contract", 0.25),
    # 3 of 4 MWh wind
    "contracts by amount": Case(
        *(GRID + amount("contract", wind=(3, "MWh"), gas=(1000, "kWh")), "contract", 0.125, ("contract_whole",)),
    ),
    # 1 of 4 kWh that the place supplies, 3/4 of the mix of the place for the rest: 0.75 x 0.75 coal
    "contracts by amount of what the place supplies": Case(
        amount("location", wind=(1, "kWh"), coal=(3, "kWh")) + amount("contract", wind=(1, "kWh")),
        *("contract+location", 0.5625, ("no_residual",)),
    ),
    "contracts for all beside a residual": Case(share("contract", gas=1) + share("residual", coal=1), "contract", 0.5),
    "residual alone": Case(share("residual", coal=0.8, gas=0.2), "residual", 0.9),
    "residual alone by amount": Case(amount("residual", coal=(8, "MWh"), gas=(2, "MWh")), "residual", 0.9),
    # a contract of zero leaves all of it
    "a contract of nothing": Case(share("contract", wind=0) + share("residual", coal=1), "contract+residual", 1.0),
    # 0.6 x 0 + 0.4 x 0.75
    "no residual": Case(GRID + share("contract", wind=0.6), "contract+location", 0.3, ("no_residual",)),
    "no residual, amounts by location": Case(
        amount("location", wind=(1, "kWh"), coal=(3, "kWh")) + share("contract", wind=0.6),
        *("contract+location", 0.3, ("no_residual",)),
    ),
    # one maker twice: 0.4 by contract and 0.6 x 0.5 of the rest are 0.7 coal
    "one maker in both": Case(
        share("contract", coal=0.4) + share("residual", coal=0.5, wind=0.5), "contract+residual", 0.7
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_by_contract(tmp_path: Path, name: str) -> None:
    case = CASES[name]
    grid = [] if case.warnings else GRID
    tables = buying([*case.rows, *grid], "CN")
    footprints = score(tmp_path, tables, CONTRACT)
    assert ghg(footprints, "mill-CN") == pytest.approx(case.value, rel=1e-14)
    assert [r["basis"] for r in complete(footprints, product_id="power", process_id="", indicator="ghg")] == [
        case.basis
    ]
    assert describe_run(footprints)["markets"] == {case.basis: 1}
    assert codes(footprints.warnings) == list(case.warnings)
    # By location the same inventory is 0.75, and says that rows take no part.
    footprints = score(tmp_path / "again", tables)
    assert ghg(footprints, "mill-CN") == pytest.approx(0.75, rel=1e-14)
    assert describe_run(footprints)["markets"] == {"location": 1}
    assert codes(footprints.warnings) == ["unused_market"]


WRONG: dict[str, tuple[list[Row], str]] = {
    "contract by share, residual by amount": (
        share("contract", wind=0.6) + amount("residual", coal=(4, "kWh")),
        "market_mixed",
    ),
    "contract by amount, residual by share": (
        amount("contract", wind=(6, "kWh")) + share("residual", coal=1),
        "market_mixed",
    ),
    "contracts by both": (share("contract", wind=0.6) + amount("contract", coal=(4, "kWh")), "market_mixed"),
    "contracts beyond one": (share("contract", wind=0.6, coal=0.6) + share("residual", coal=1), "market_sum"),
    "a residual mix of neither": (share("contract", wind=0.6) + share("residual", coal=0.5), "market_sum"),
    "a residual mix that nothing is left for": (share("contract", wind=1) + share("residual", coal=0.5), "market_sum"),
    "a residual mix alone, not of one": (share("residual", coal=0.5), "market_sum"),
    "a mix by location, not of one": (
        share("location", coal=0.9) + share("contract", wind=0.6) + share("residual", gas=1),
        "market_sum",
    ),
    "a mix by location that is to meet the rest, not of one": (
        share("location", coal=0.9) + share("contract", wind=0.6),
        "market_sum",
    ),
    "a mix by location of both": (
        share("location", coal=0.9) + amount("location", gas=(1, "kWh")) + share("contract", wind=1),
        "market_mixed",
    ),
}


@pytest.mark.parametrize("basis", ["location", "contract"])
@pytest.mark.parametrize("name", WRONG)
def test_markets_that_do_not_hold_block_once_by_any_basis(tmp_path: Path, name: str, basis: str) -> None:
    rows, code = WRONG[name]
    grid = [] if any(each["basis"] == "location" for each in rows) else GRID
    place = write_inventory(tmp_path, buying([*rows, *grid], "CN"))
    found = lca.check(place, core(), lca.Policy(basis=basis)).blockers()
    assert [f.code for f in found if f.table == "markets"] == [code]
    assert "power at CN" in found[-1].what


def test_contracts_that_leave_a_rest_nobody_meets(tmp_path: Path) -> None:
    # By location there is no market at CN, and three makers: the input is ambiguous. GLO meets it if it has a market.
    partial = share("contract", wind=0.6)
    place = write_inventory(tmp_path / "a", buying(partial, "CN"))
    found = lca.check(place, policy=CONTRACT).blockers()
    assert [(f.code, f.value) for f in found if f.table == "markets"] == [("contract_rest", "0.6")]
    assert [f.code for f in lca.check(place).blockers()] == ["ambiguous_provider"]
    footprints = score(tmp_path / "b", buying([*partial, *share("location", "GLO", coal=1)], "CN"))
    assert ghg(footprints, "mill-CN") == pytest.approx(1.0)
    assert codes(footprints.warnings) == ["fallback", "unused_market"]


def test_contracts_and_residual_mix_add_up_to_the_grid(tmp_path: Path) -> None:
    # The grid: 40 wind, 60 coal of 100 kWh, 0.6 kg CO2e each. A takes 50 kWh and has a contract for 30 of wind; what
    # is left of the grid is 10 wind and 60 coal. By contract A is 20 x 6/7, B, on the residual mix, 50 x 6/7: 60 in
    # all, as by location 50 x 0.6 + 50 x 0.6.
    markets = [
        *share("location", wind=0.4, coal=0.6),
        *share("contract", "CN-NM", wind=0.6),
        *share("residual", "CN-NM", wind=1 / 7, coal=6 / 7),
        *share("residual", wind=1 / 7, coal=6 / 7),
    ]
    demand = [row(demand_id="year", process_id=f"mill-{p}", amount=50, unit="kg") for p in ("CN-NM", "CN")]
    tables = {**buying(markets, "CN-NM", "CN"), "demand": demand}
    by_location, by_contract = score(tmp_path / "l", tables), score(tmp_path / "c", tables, CONTRACT)
    assert [ghg(by_location, m) for m in ("mill-CN-NM", "mill-CN")] == pytest.approx([0.6, 0.6], rel=1e-14)
    assert ghg(by_contract, "mill-CN-NM") == pytest.approx(0.4 * 6 / 7, rel=1e-14)
    assert ghg(by_contract, "mill-CN") == pytest.approx(6 / 7, rel=1e-14)
    assert ghg(by_location, "year") == pytest.approx(60.0, rel=1e-14)
    assert ghg(by_contract, "year") == pytest.approx(60.0, rel=1e-14)
    assert describe_run(by_contract)["markets"] == {"contract+residual": 1, "residual": 1}
    assert describe_run(by_location)["markets"] == {"location": 1}
    assert codes(by_contract.warnings) == []


@pytest.mark.parametrize(
    ("place", "value", "warned"),
    [
        ("CN-NM", 0.5, False),  # its own: gas
        ("CN-SC", 0.75, False),  # the country's
        ("CN", 0.75, False),
        ("JP", 0.1, True),  # Asia's: 0.1 coal
        ("DE", 0.2, True),  # the rest of the world's
        ("RoW", 0.2, False),
        ("GLO", 0.3, False),
        ("", 0.3, False),  # no place is the world
    ],
)
def test_nearest_market_wins(tmp_path: Path, place: str, value: float, warned: bool) -> None:
    markets = [
        *share("location", "CN-NM", gas=1),
        *GRID,
        *share("location", "RAS", wind=0.9, coal=0.1),
        *share("", "RoW", wind=0.8, coal=0.2),
        *share("location", "", wind=0.7, coal=0.3),  # no place is GLO
    ]
    footprints = score(tmp_path, buying(markets, place))
    assert ghg(footprints, f"mill-{place}") == pytest.approx(value, rel=1e-14)
    assert codes(footprints.warnings) == ["fallback"] * warned


def test_place_of_the_exchange_beats_that_of_its_process(tmp_path: Path) -> None:
    tables = buying([*GRID, *share("location", "DE", wind=1)], "CN")
    rows = [{**r, "location": "DE"} if r["flow_id"] == "power" and "mill" in str(r["process_id"]) else r
            for r in tables["exchanges"]]  # fmt: skip
    footprints = score(tmp_path, {**tables, "exchanges": rows})
    assert ghg(footprints, "mill-CN") == 0.0
    assert codes(footprints.warnings) == []


def test_what_stays_by_location_beside_contracts_is_named(tmp_path: Path) -> None:
    # CN has a contract for all of it, DE none: 0 and 1.
    markets = [*share("contract", wind=1), *GRID, *share("location", "DE", coal=1)]
    footprints = score(tmp_path, buying(markets, "CN", "DE"), CONTRACT)
    assert [ghg(footprints, f"mill-{p}") for p in ("CN", "DE")] == [0.0, 1.0]
    (warning,) = footprints.warnings
    assert (warning.code, warning.value) == ("no_contract", "power")
    assert "DE" in warning.what
    assert describe_run(footprints)["markets"] == {"contract": 1, "location": 1}
    # Without any contract, the whole inventory stays by location and says so.
    footprints = score(tmp_path / "none", buying(GRID, "CN"), CONTRACT)
    assert ghg(footprints, "mill-CN") == 0.75
    assert codes(footprints.warnings) == ["no_contract"]


def test_basis_on_the_command_line(run: Run, tmp_path: Path) -> None:
    # coal 0.4 of the rest against 0.75 by location
    place = write_inventory(tmp_path, buying([*GRID, *share("contract", wind=0.6), *share("residual", coal=1)], "CN"))
    for words, value, markets in (
        ((), 0.75, {"location": 1}),
        (("--basis", "location"), 0.75, {"location": 1}),
        (("--basis", "contract"), 0.4, {"contract+residual": 1}),
    ):
        code, out, _ = run("score", place, "--json", "--indicator", "ghg", *words)
        content = json.loads(out)
        assert code == 0
        (total,) = [r for r in content["results"] if r["process_id"] == "mill-CN" and r["stage"] == "total"]
        assert total["value"] == pytest.approx(value)
        assert content["run"]["markets"] == markets
        assert content["run"]["basis"] == (words[1] if words else "location")


def test_markets_of_what_makers_produce_say_so(tmp_path: Path) -> None:
    # 3 GWh coal, 1 GWh gas: (3 x 1 + 0.5) / 4.
    made = [process(p, production_amount=a, production_unit="GWh") for p, a in (("coal", 3), ("gas", 1))]
    rows = [*MAKERS[1:], makes("mill", "steel"), takes("mill", "power", 1, "kWh")]
    footprints = score(tmp_path, system(*rows, flows=[POWER, product("steel")], processes=made))
    assert ghg(footprints, "mill") == pytest.approx(3.5 / 4, rel=1e-14)
    assert describe_run(footprints)["markets"] == {"production": 1}
    assert {r["basis"] for r in complete(footprints, product_id="power", process_id="")} == {"production"}
