"""The example: the same in both encodings, cited throughout, balanced, and as the README says it is."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import lcaengine as lca
from lcaengine.inventory import Inventory, Kind

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def inventory() -> Inventory:
    return lca.read_inventory(lca.find_example("neodymium-magnet"))


@pytest.fixture(scope="module")
def footprints(inventory: Inventory) -> lca.Footprints:
    return lca.score(inventory)


def test_parquet_and_text_hold_the_same(inventory: Inventory) -> None:
    assert lca.read_inventory(lca.find_example("neodymium-magnet-csv")).hash == inventory.hash


def test_every_exchange_is_cited(inventory: Inventory) -> None:
    exchanges, sources = inventory.frames["exchanges"], inventory.frames["sources"]
    assert exchanges.filled("source_id").all()
    assert (exchanges.codes("source_id", sources.columns["source_id"]) >= 0).all()
    assert exchanges.filled("comment").all()


def test_three_routes_go_from_ore_to_magnet(inventory: Inventory, footprints: lca.Footprints) -> None:
    makers = {a[0] for a in footprints.system.activities.name if a.endswith("_magnet")}
    assert makers == {"a", "b", "c"}
    for route in makers:
        for stage in ("extraction", "processing", "assembly"):
            assert footprints.get("ghg", process_id=f"{route}_magnet", stage=stage) > 0
        assert footprints.get("ghg", process_id=f"{route}_magnet", stage="unassigned") == 0
    assert not footprints.gaps.missing_inputs.any()


def test_water_that_is_taken_is_given_back_or_evaporates(inventory: Inventory) -> None:
    # Water in (elementary, process water, of its own flows) and out (elementary, wastewater) of every process, within
    # 1 % of what it takes; a process that makes or treats water has it in its reference.
    exchanges, flows = inventory.exchanges, inventory.flows
    ids = flows.ids.to_pylist()
    water = np.array([i.startswith("water_") or i in ("wastewater", "process_water") for i in ids])
    size = np.where(water[exchanges.flow], exchanges.amount, 0.0)
    balance, taken = np.zeros(len(inventory.processes)), np.zeros(len(inventory.processes))
    np.add.at(balance, exchanges.process, np.where(exchanges.is_input, size, -size))
    np.add.at(taken, exchanges.process, np.where(exchanges.is_input, size, 0.0))
    withdraws = np.zeros(len(inventory.processes), bool)
    natural = (flows.kind[exchanges.flow] == Kind.ELEMENTARY) & exchanges.is_input & water[exchanges.flow]
    withdraws[exchanges.process[natural]] = True
    off = np.flatnonzero(withdraws & (np.abs(balance) > 0.01 * taken))
    assert [inventory.processes.ids[p].as_py() for p in off] == []


def test_readme_shows_what_is_printed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from lcaengine.cli.app import main

    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("sys.argv", ["lcaengine", "score", "example:neodymium-magnet"])
    with pytest.raises(SystemExit):
        main()
    printed = [line.split() for line in capsys.readouterr().out.splitlines()]
    shown = [line.split() for line in README.split("```text\n")[1].split("```")[0].splitlines()]
    assert len(shown) == 7
    assert all(line in printed for line in shown if not line[0].startswith("─"))


@pytest.mark.parametrize(
    ("start", "indicator", "processes", "product"),
    [
        ("| Nd(Pr) oxide, Bayan Obo |", "ghg", ["a_separation"], ""),
        ("| Nd(Pr) oxide, Mountain Pass; Mount Weld |", "ghg", ["b_separation", "c_separation"], "ndpr_oxide"),
        ("| sintered magnet before machining, route A |", "ghg", ["a_blank"], ""),
        ("| finished magnet, route A |", "ghg", ["a_magnet"], ""),
        ("| Nd(Pr) oxide, Bayan Obo, cumulative energy demand |", "energy", ["a_separation"], ""),
    ],
)
def test_readme_compares_the_figures_that_fall_out(
    footprints: lca.Footprints, start: str, indicator: str, processes: list[str], product: str
) -> None:
    (line,) = [line for line in README.splitlines() if line.startswith(start)]
    said = [float(number) for number in re.findall(r"\d+", line.split("|")[2])]
    assert said == [round(footprints.get(indicator, process_id=p, product_id=product)) for p in processes]
