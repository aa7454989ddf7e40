"""Inputs that several processes could meet: refused, or cut off and counted; never an equal mix."""

from __future__ import annotations

from pathlib import Path

import pytest

import lcaengine as lca
from tests.scoring import complete, ghg, score, system
from tests.tables import Tables, emits, makes, product, takes

CUT = lca.Policy(unlinked="cutoff")


def two_makers(provider_id: str = "") -> Tables:
    """Give u, which emits 3 kg and takes 2 kg z; r makes z with 5 kg CO2 a kg, s with 7."""
    z_makers = [makes("r", "z"), emits("r", 5), makes("s", "z"), emits("s", 7)]
    return system(
        *z_makers,
        makes("u", "u"),
        emits("u", 3),
        takes("u", "z", 2, provider_id=provider_id),
        flows=[product("z"), product("u")],
    )


def test_it_is_cut_off_and_counted(tmp_path: Path) -> None:
    footprints = score(tmp_path, two_makers(), CUT)
    # 3 of its own; an equal mix would have made it 3 + 2 (5 + 7) / 2 = 15.
    assert ghg(footprints, "u") == 3.0
    record = complete(footprints, process_id="u", indicator="ghg")
    assert [(r["status"], r["missing_inputs"]) for r in record] == [("cut_off", 1)]
    gaps = footprints.gaps.table.to_pylist()
    assert [(g["kind"], g["process_id"], g["flow_id"], g["amount"]) for g in gaps] == [
        ("unlinked_input", "u", "z", 2.0)
    ]
    warned = [f for f in footprints.warnings if f.code == "ambiguous_provider"]
    assert [(f.severity, f.value, "makers: r, s" in f.fix) for f in warned] == [("warning", "z", True)]
    assert "--unlinked" not in warned[0].fix


def test_it_is_refused_unless_asked_for(tmp_path: Path) -> None:
    with pytest.raises(lca.DataError, match=r"ambiguous_provider.*makers: r, s; --unlinked cutoff leaves it out"):
        score(tmp_path, two_makers())


def test_a_name_makes_it_whole(tmp_path: Path) -> None:
    footprints = score(tmp_path, two_makers(provider_id="s"), CUT)
    assert ghg(footprints, "u") == 3.0 + 2 * 7.0
    assert [r["status"] for r in complete(footprints, process_id="u", indicator="ghg")] == ["complete"]


def test_a_provider_that_makes_another_product_blocks_all_the_same(tmp_path: Path) -> None:
    with pytest.raises(lca.DataError, match="wrong_provider"):
        score(tmp_path, two_makers(provider_id="u"), CUT)
