"""Data quality: ratings derived by hand, against contributions one by one, and on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

import lcaengine as lca
from lcaengine.uncertainty.quality import name_levels
from tests.conftest import Run
from tests.scoring import row, score, system
from tests.tables import Row, Tables, emits, makes, process, product, takes, write_inventory

SCORES = ("reliability", "completeness", "temporal", "geographical", "technological")
FLOWS = [product("ore"), product("bar"), product("power", "MJ")]
STAGES = [process("mine", "extraction"), process("smelter", "processing"), process("plant")]
MADE = [makes("mine", "ore"), makes("smelter", "bar"), makes("plant", "power", unit="MJ")]


def chain(*rows: Row, **tables: list[Row]) -> Tables:
    return system(*MADE, *rows, flows=FLOWS, processes=STAGES, **tables)


def rate(folder: Path, tables: Tables, by: str = "stage") -> lca.Quality:
    return lca.rate_quality(score(folder, tables, by=by), ["ghg"])


def find(quality: lca.Quality, process_id: str, stage: str = "total") -> dict[str, Any]:
    split = "stage" if quality.footprints.by == "stage" else "part"
    rows = quality.to_arrow().to_pylist()
    found: dict[str, Any]
    (found,) = [r for r in rows if r["process_id"] == process_id and r[split] == stage]
    return found


def test_the_metal_of_two_suppliers() -> None:
    """A kg of metal is 5.4 kg CO2e: grid 2.88 by mine A, 0.48 by mine B, 1.2 by the refinery, all 2;1;3;2;1; mine B
    itself 0.12, without a pedigree; the refinery itself 0.72, 1;1;1;1;1.
    """
    inventory = lca.read_inventory(lca.find_example("two-suppliers"))
    metal = find(lca.rate_quality(lca.score(inventory), ["ghg"]), "refinery")
    assert metal["rated_share"] == pytest.approx(5.28 / 5.4)
    assert metal["reliability"] == pytest.approx((4.56 * 2 + 0.72) / 5.28)
    assert metal["completeness"] == pytest.approx(1.0)
    assert metal["temporal"] == pytest.approx((4.56 * 3 + 0.72) / 5.28)
    assert metal["geographical"] == pytest.approx((4.56 * 2 + 0.72) / 5.28)
    assert metal["technological"] == pytest.approx(1.0)
    # TeR 1, GeR 1.8636, TiR 2.7273, P 1.8636: 7.4545 / 4 = 1.8636
    assert metal["dqr"] == pytest.approx(7.454545454545 / 4)
    assert metal["level"] == "very good"


def test_stages_are_rated_by_what_is_theirs(tmp_path: Path) -> None:
    """A bar: 2 ore of 3 kg (5;5;5;5;5) each, 4 MJ of 0.5 kg (1;2;3;4;5), and 2 kg of its own without a pedigree."""
    rows = [
        *(takes("smelter", "ore", 2.0), takes("smelter", "power", 4.0, "MJ"), emits("smelter", 2.0)),
        *(emits("mine", 3.0, pedigree="5;5;5;5;5"), emits("plant", 0.5, pedigree="1;2;3;4;5")),
    ]
    quality = rate(tmp_path, chain(*rows))
    extraction, processing = (find(quality, "smelter", stage) for stage in ("extraction", "processing"))
    assert [extraction[name] for name in (*SCORES, "dqr", "rated_share")] == pytest.approx([5] * 6 + [1])
    assert extraction["level"] == "poor"
    assert [processing[name] for name in SCORES] == pytest.approx([1, 2, 3, 4, 5])
    assert processing["dqr"] == pytest.approx((5 + 4 + 3 + 1) / 4)
    assert processing["rated_share"] == pytest.approx(0.5)
    assert processing["level"] is None  # half of it is not rated
    total = find(quality, "smelter")
    assert total["reliability"] == pytest.approx((6 * 5 + 2 * 1) / 8)
    assert total["rated_share"] == pytest.approx(0.8)
    assert total["level"] == "poor"  # (6 * 5 + 2 * 3.25) / 8 = 4.56
    assert find(quality, "plant")["stage"] == "total"
    assert find(quality, "plant", "extraction")["rated_share"] is None


def test_a_loop(tmp_path: Path) -> None:
    """The mine takes 0.5 MJ, the plant 0.4 ore a MJ: a kg of ore is 1 / 0.8 = 1.25 ore and 0.625 MJ."""
    rows = [
        *(takes("mine", "power", 0.5, "MJ"), takes("plant", "ore", 0.4)),
        *(emits("mine", 2.0, pedigree="1;1;1;1;1"), emits("plant", 1.0, pedigree="3;3;3;3;3")),
    ]
    found = find(rate(tmp_path, chain(*rows)), "mine")
    assert found["dqr"] == pytest.approx((2.5 * 1 + 0.625 * 3) / 3.125)


def test_credits_count_by_their_size(tmp_path: Path) -> None:
    """A bar emits 1 kg (1), spares 2 ore of 3 kg (4), which themselves spare 1 MJ of 0.5 kg (2): 1 + 6 + 1 in size."""
    rows = [
        *(emits("smelter", 1.0, pedigree="1;1;1;1;1"), takes("smelter", "ore", 2.0, is_avoided=True)),
        *(emits("mine", 3.0, pedigree="4;4;4;4;4"), takes("mine", "power", 1.0, "MJ", is_avoided=True)),
        emits("plant", 0.5, pedigree="2;2;2;2;2"),
    ]
    quality = rate(tmp_path, chain(*rows))
    assert quality.footprints.get("ghg", process_id="smelter") == pytest.approx(1 - 6 + 1)
    assert find(quality, "smelter")["dqr"] == pytest.approx((1 * 1 + 6 * 4 + 1 * 2) / 8)
    assert find(quality, "mine")["dqr"] == pytest.approx((3 * 4 + 0.5 * 2) / 3.5)


def test_negative_emissions_and_rows_of_nothing(tmp_path: Path) -> None:
    rows = [
        *(emits("mine", -2.0, pedigree="1;1;1;1;1"), emits("mine", 1.0, pedigree="4;4;4;4;4", location="CN")),
        emits("mine", 0.0, pedigree="5;5;5;5;5", location="US"),
    ]
    quality = rate(tmp_path, chain(*rows))
    assert find(quality, "mine")["dqr"] == pytest.approx((2 * 1 + 1 * 4) / 3)
    nothing = find(quality, "smelter")
    assert [nothing[name] for name in (*SCORES, "dqr", "level", "rated_share")] == [None] * 8


def test_what_is_declared_is_not_rated_and_what_is_missing_is_not_known(tmp_path: Path) -> None:
    impacts = [row(process_id="mine", indicator="ghg", amount=3.0, unit="kg CO2e", per="kg")]
    rows = [takes("smelter", "ore", 1.0), emits("smelter", 1.0, pedigree="1;1;1;1;1")]
    footprints = score(tmp_path, chain(*rows, impacts=impacts))
    quality = lca.rate_quality(footprints)
    rows_of = [r for r in quality.to_arrow().to_pylist() if r["process_id"] == "smelter" and r["stage"] == "total"]
    by_indicator = {each["indicator"]: each for each in rows_of}
    assert len(by_indicator) == len(footprints.method.indicators)
    assert by_indicator["ghg"]["dqr"] == pytest.approx(1.0)
    assert by_indicator["ghg"]["rated_share"] == pytest.approx(0.25)
    assert by_indicator["ghg_fossil"]["rated_share"] is None
    assert by_indicator["ghg_fossil"]["dqr"] is None


RICH = [
    *(takes("smelter", "ore", 3.0), takes("smelter", "power", 4.0, "MJ"), takes("mine", "power", 0.5, "MJ")),
    *(takes("plant", "ore", 0.1), takes("plant", "bar", 0.01), takes("smelter", "power", 0.7, "MJ", is_avoided=True)),
    *(emits("mine", 5.0, pedigree="2;3;1;4;3"), emits("smelter", 1.5), emits("plant", 0.1, pedigree="5;1;2;3;4")),
    *(emits("smelter", -0.4, location="CN", pedigree="1;1;2;2;3"), makes("quarry", "ore"), emits("quarry", 9.0)),
]
MARKETS = [row(flow_id="ore", process_id="mine", share=0.25), row(flow_id="ore", process_id="quarry", share=0.75)]


def test_ratings_are_those_of_contributions_one_by_one(tmp_path: Path) -> None:
    """An independent way: every exchange's contribution, by a forward solve for each activity."""
    tables = chain(*RICH, markets=MARKETS, demand=[row(demand_id="bill", product_id="bar", amount=2.0, unit="kg")])
    pedigree = {
        ("mine", ""): (2, 3, 1, 4, 3),
        ("plant", ""): (5, 1, 2, 3, 4),
        ("smelter", "CN"): (1, 1, 2, 2, 3),
    }
    quality = rate(tmp_path, tables)
    footprints = quality.footprints
    for name in ("mine", "smelter", "plant", "quarry", "bill"):
        parts = lca.list_contributions(footprints, process_id=name, by="exchange", cutoff=0.0).table.to_pylist()
        size = np.array([abs(each["value"]) for each in parts])
        scores = np.array([pedigree.get((each["process_id"], each["location"]), (0,) * 5) for each in parts])
        rated = scores[:, 0] > 0
        found = find(quality, name)
        assert found["rated_share"] == pytest.approx(size[rated].sum() / size.sum(), rel=1e-12)
        if rated.any():
            expected = (size[rated, None] * scores[rated]).sum(axis=0) / size[rated].sum()
            assert [found[each] for each in SCORES] == pytest.approx(expected, rel=1e-12)


def test_ratings_by_supplier(tmp_path: Path) -> None:
    rows = [takes("smelter", "ore", 2.0), emits("mine", 3.0, pedigree="5;5;5;5;5"), emits("smelter", 1.0)]
    stages = [process("mine", supplier_id="alpha"), process("smelter", supplier_id="beta")]
    quality = rate(tmp_path, system(*MADE, *rows, flows=FLOWS, processes=stages), by="supplier")
    assert find(quality, "smelter", "alpha")["dqr"] == pytest.approx(5.0)
    assert find(quality, "smelter", "beta")["rated_share"] == 0.0
    assert find(quality, "smelter")["rated_share"] == pytest.approx(6 / 7)
    mine = [r["part"] for r in quality.to_arrow().to_pylist() if r["process_id"] == "mine"]
    assert mine == ["alpha", "total"]  # parts without a contribution are left out


def test_levels() -> None:
    """PEF: up to 1.5 excellent, 2 very good, 3 good, 4 fair, else poor; a bound belongs to the better level."""
    ratings = np.array([1.0, 1.5, 1.5 + 1e-12, 1.51, 2.0, 3.0, 3.01, 4.0, 5.0, np.nan, 1.0, 1.0, 1.0])
    shares = np.array([1.0] * 10 + [0.8, 0.79, np.nan])
    named = ["excellent"] * 3 + ["very good"] * 2 + ["good", "fair", "fair", "poor", None, "excellent", None, None]
    assert name_levels(ratings, shares).to_pylist() == named


@pytest.mark.parametrize(
    ("by", "indicators", "said"),
    [("scope", [], "not rated by scope"), ("stage", ["coal"], "no indicator 'coal'")],
)
def test_what_cannot_be_rated_is_refused(tmp_path: Path, by: str, indicators: list[str], said: str) -> None:
    footprints = score(tmp_path, chain(*RICH, markets=MARKETS), by=by)
    with pytest.raises(lca.LcaError, match=said):
        lca.rate_quality(footprints, indicators)


def test_what_is_no_footprints_or_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = chain(*RICH, markets=MARKETS)
    with pytest.raises(lca.LcaError, match="Inventory is no footprints"):
        lca.rate_quality(lca.read_inventory(write_inventory(tmp_path, tables)))  # type: ignore[arg-type]
    footprints = score(tmp_path, tables)
    with pytest.raises(lca.OutputError, match="of other footprints"):
        lca.write_results(score(tmp_path, tables), tmp_path.parent / "o.csv", quality=lca.rate_quality(footprints))
    monkeypatch.setattr("lcaengine.uncertainty.quality.MOST_NUMBERS", 10)
    with pytest.raises(lca.LcaError, match="too many to rate at once"):
        lca.rate_quality(footprints)


def test_score_prints_ratings(run: Run) -> None:
    code, out, _ = run("score", "example:two-suppliers", "--quality", "--indicator", "ghg")
    assert code == 0
    (line,) = [each for each in out.splitlines() if each.endswith("98 % ")]
    assert line.split()[2:] == ["1.9", "1.0", "2.7", "1.9", "1.0", "1.86", "very", "good", "98", "%"]
    assert "below 80 % rated" in out
    assert max(map(len, out.splitlines())) <= 80
    code, out, _ = run("score", "example:neodymium-magnet", "--quality", "--indicator", "ghg")
    assert code == 0
    assert "nothing that counts has a pedigree" in " ".join(out.split())
    assert "stand on other exchanges" not in out
    assert "Mean pedigree scores" not in out


def test_pedigrees_of_purchases_alone_are_told(run: Run, tmp_path: Path) -> None:
    """The mill buys ore with a pedigree; what the mine emits has none."""
    bought = takes("mill", "ore", 1.0, pedigree="1;2;3;2;1")
    own = [makes("mine", "ore"), emits("mine", 2.0), makes("mill", "rod"), bought]
    place = str(write_inventory(tmp_path, system(*own, flows=[product("ore"), product("rod")])))
    code, out, _ = run("score", place, "--quality", "--indicator", "ghg")
    assert code == 0
    said = " ".join(out.split())
    assert "nothing that counts has a pedigree; not rated." in said
    assert "The pedigrees there are stand on other exchanges, such as products bought" in said


def test_ratings_go_to_files_and_json(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("score", "example:two-suppliers", "--quality", "--json", "--indicator", "ghg")
    found = json.loads(out)
    assert code == 0
    assert {each["indicator"] for each in found["quality"]} == {"ghg"}
    assert found["run"]["data_quality"]["dqr"].endswith("P = reliability")
    for name, read in (("out.csv", pacsv.read_csv), ("out.parquet", pq.read_table)):
        code, out, _ = run("score", "example:two-suppliers", "--quality", "-o", tmp_path / name)
        assert code == 0
        beside = tmp_path / name.replace(".", ".quality.")
        assert str(beside) in out.replace("\n", "")
        rows = [r for r in read(beside).to_pylist() if (r["process_id"], r["stage"], r["indicator"]) == METAL]
        assert [r["rated_share"] for r in rows] == pytest.approx([5.28 / 5.4])
    code, _, _ = run("score", "example:two-suppliers", "--quality", "-o", tmp_path / "out.json")
    assert code == 0
    assert json.loads((tmp_path / "out.json").read_text())["quality"]


METAL = ("refinery", "total", "ghg")


@pytest.mark.parametrize(
    ("words", "said"),
    [(["--by", "scope"], "not rated by scope"), (["--background", "example:two-suppliers"], "--quality away")],
)
def test_score_refuses_ratings_where_there_are_none(run: Run, words: list[str], said: str) -> None:
    code, _, err = run("score", "example:two-suppliers", "--quality", *words)
    assert code == 2
    assert said in err
