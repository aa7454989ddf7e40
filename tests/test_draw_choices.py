"""What is asked of draws: whatever is none is refused by name, with what to do; NumPy's numbers are numbers."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lcaengine as lca
from tests.conftest import Run

TWO = "example:two-suppliers"
GHG = ["ghg"]


@cache
def inventory() -> lca.Inventory:
    return lca.read_inventory(lca.find_example("two-suppliers"))


@cache
def footprints() -> lca.Footprints:
    return lca.score(inventory())


def draw(**asked: Any) -> lca.Samples:
    return lca.simulate(inventory(), **{"draws": 2, "indicators": GHG, **asked})


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"keep": [99]}, "there is no activity 99"),
        ({"keep": [-1]}, "there is no activity -1"),
        ({"keep": [-99]}, "there is no activity -99"),
        ({"keep": [True]}, "True is no process, bill, product or supplier"),
        ({"keep": [None]}, "None is no process, bill, product or supplier"),
        ({"keep": [""]}, "'' is no process, bill, product or supplier"),
        ({"keep": [1.5]}, "1.5 is no process, bill, product or supplier"),
        ({"keep": "refinery"}, "what is kept is 'refinery'"),
        ({"keep": 5}, "what is kept is 5"),
        ({"limits": {"ghg": 10**400}}, "a limit is too large for a number"),
        ({"limits": {"ghg": 10**5000}}, "a limit is too large for a number"),
        ({"limits": {"ghg": np.bool_(True)}}, "a limit of"),
        ({"limits": {"ghg": np.float32("nan")}}, "a limit of"),
        ({"limits": [("ghg", 6)]}, "limits are"),
        ({"limits": 5}, "limits are 5"),
        ({"indicators": "ghg"}, "indicators are 'ghg'"),
        ({"indicators": 5}, "indicators are 5"),
        ({"progress": 3}, "progress is 3"),
    ],
)
def test_choices_that_are_none_are_refused(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(lca.LcaError, match=said) as refused:
        draw(**asked)
    assert refused.value.where
    assert refused.value.fix


@pytest.mark.parametrize("limit", [6, 6.0, np.int64(6), np.float32(6), np.float64(6)])
def test_numbers_of_numpy_are_limits(limit: Any) -> None:
    samples = draw(limits={"ghg": limit})
    assert samples.limits == {"ghg": 6.0}
    assert type(samples.limits["ghg"]) is float
    assert samples.find_share_within("ghg", limit, product_id="metal") == samples.find_share_within(
        "ghg", 6.0, product_id="metal"
    )
    with pytest.raises(lca.LcaError, match="a limit is too large for a number"):
        samples.find_share_within("ghg", 10**400, product_id="metal")


def test_lists_of_numpy_are_lists() -> None:
    samples = draw(indicators=np.array(["ghg", "energy"]), keep=np.array(["mine-a", "refinery"]))
    names = [samples.footprints.method.indicators[k].id for k in samples.indicators]
    assert (names, len(samples.kept)) == (["ghg", "energy"], 2)
    assert draw(keep=np.array([0])).kept.tolist() == [0]


def test_what_is_not_drawn_is_told_from_what_is_not_kept() -> None:
    samples = draw(keep=["mine-a"])
    with pytest.raises(lca.LcaError, match="energy was not drawn") as refused:
        samples.get("energy", process_id="mine-a")
    assert refused.value.fix == "name it in `indicators`"
    with pytest.raises(lca.LcaError, match="draws of ghg of mine-b are not kept") as refused:
        samples.get("ghg", process_id="mine-b")
    assert refused.value.fix == "name it in `keep`"


def test_what_is_no_list_of_rows_or_no_footprints_is_refused() -> None:
    metal: dict[str, Any] = {"product_id": "metal", "samples": 16}
    wrong: Any
    for wrong in (5, "exchanges", ("exchanges", 4)):
        with pytest.raises(lca.LcaError, match=r"rows are|is no uncertain row"):
            lca.find_global_indices(footprints(), rows=wrong, **metal)
    wrong = inventory()
    with pytest.raises(lca.LcaError, match="Inventory is no footprints"):
        lca.find_global_indices(wrong, **metal)
    with pytest.raises(lca.LcaError, match="Inventory is no list of distributions"):
        lca.draw_values(wrong, 1, 0, 2)


def test_progress_is_called_or_refused() -> None:
    wrong: Any = 3
    mines = [lca.Alternative(name, footprints(), process_id=name) for name in ("mine-a", "mine-b")]
    metal: dict[str, Any] = {"product_id": "metal"}
    for ask in (
        lambda: lca.compare_draws(mines, 2, indicators=GHG, progress=wrong),
        lambda: lca.list_drivers(footprints(), **metal, draws=2, progress=wrong),
        lambda: lca.find_global_indices(footprints(), **metal, samples=16, progress=wrong),
    ):
        with pytest.raises(lca.LcaError, match="progress is 3"):
            ask()


@pytest.mark.parametrize("target", ["s3://nope/x.csv", "gs://nope/x.parquet", "file:///tmp/x.csv"])
@pytest.mark.parametrize("command", [("simulate", TWO, "--draws", 2), ("compare", TWO, "--draws", 2), ("score", TWO)])
def test_object_stores_are_no_targets(run: Run, command: tuple[object, ...], target: str) -> None:
    code, out, err = run(*command, "-o", target)
    assert (code, out) == (2, "")
    assert target in err
    assert "object stores are no target here" in " ".join(err.split())


def test_a_folder_with_a_colon_is_a_folder(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "s3:").mkdir()
    monkeypatch.chdir(tmp_path)
    assert run("score", TWO, "-o", "s3:/x.csv")[0] == 0
    assert (tmp_path / "s3:" / "x.csv").exists()


def test_nothing_is_kept_by_an_empty_id(run: Run, tmp_path: Path) -> None:
    code, _, err = run("simulate", TWO, "--draws", 2, "--raw", "--keep", "", "-o", tmp_path / "out.csv")
    assert (code, "'' is no process, bill, product or supplier" in err) == (2, True)
    assert not list(tmp_path.iterdir())
