"""Links: candidates are ranked with reasons, nothing is linked by itself, and a decision is data."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner

import lcaengine as lca
from lcaengine.cli.app import app
from tests.tables import CO2, Tables, emits, makes, process, product, takes, waste, write_inventory

STEEL: Tables = {
    "processes": [
        process("mill-us", location="US"),
        process("mill-cn", location="CN"),
        process("refinery", location="US", allocation="none"),
        process("alias", location="US"),
        process("press", location="US"),
        process("dump", location="US"),
    ],
    "flows": [
        product("steel"),
        {**product("steel-2"), "name": "steel"},
        {**product("cut"), "name": "CUTOFF Steel"},
        product("naphtha"),
        product("tar"),
        product("hot rolled steel coil"),
        product("power", "kWh"),
        product("part"),
        product("unheard of"),
        waste("scrap"),
        CO2,
    ],
    "exchanges": [
        *(makes("mill-us", "steel"), emits("mill-us", 2.0), makes("mill-cn", "steel"), emits("mill-cn", 3.0)),
        *(makes("refinery", "naphtha"), takes("refinery", "unheard of", 1.0)),
        {"process_id": "refinery", "flow_id": "tar", "direction": "output", "amount": 0.1, "unit": "kg"},
        *(makes("alias", "steel-2"), emits("alias", 5.0)),
        *(makes("press", "part"), takes("press", "steel", 1.5), takes("press", "cut", 1.0), takes("press", "tar", 1.0)),
        {"process_id": "press", "flow_id": "scrap", "direction": "output", "amount": 0.5, "unit": "kg"},
        {"process_id": "dump", "flow_id": "scrap", "direction": "input", "amount": 1.0, "unit": "kg"}
        | {"is_reference": True},
    ],
}


@pytest.fixture
def steel(tmp_path: Path) -> Path:
    return write_inventory(tmp_path / "steel", STEEL)


def decide(folder: Path, target: Path, *chosen: tuple[str, str], **more: str) -> Path:
    """Write the candidates as CSV, with `use` beside the chosen (flow, provider)."""
    rows = lca.list_candidates(lca.read_inventory(folder)).to_pylist() if folder else []
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        for row in rows:
            if (row["flow_id"], row["provider_id"]) in chosen:
                row |= {"decision": "use", "decided_by": "A. Analyst", "decided_on": "2026-03-01", **more}
            writer.writerow(row)
    return target


def test_candidates_are_ranked_with_reasons(steel: Path) -> None:
    rows = lca.list_candidates(lca.read_inventory(steel)).to_pylist()
    found = [(r["flow_id"], r["rank"], r["provider_id"]) for r in rows]
    # Steel has two makers, the nearer first, then the maker of the other flow of that name, which is at the same place
    # as the first and yet farther by name. The CUTOFF flow has all three, alike by name but for case and mark: here the
    # place decides, then the name of the process. Tar is a co-product that carries nothing. Scrap has its one dump.
    assert found == [
        *(("cut", 1, "alias"), ("cut", 2, "mill-us"), ("cut", 3, "mill-cn")),
        *(("steel", 1, "mill-us"), ("steel", 2, "mill-cn"), ("steel", 3, "alias")),
        *(("tar", 1, "refinery"), ("unheard of", None, None)),
    ]
    reasons = {(r["flow_id"], r["rank"]): r["reason"] for r in rows}
    assert reasons["steel", 1] == "makes this very flow; at the same place"
    assert reasons["steel", 2] == "makes this very flow; at CN, asked for at US"
    assert reasons["steel", 3].startswith("makes another flow of the same name")
    assert reasons["cut", 1].startswith("the same name but for case, blanks or a mark")
    assert reasons["tar", 1].startswith("makes this very flow, as a co-product that carries nothing")
    assert reasons["unheard of", None] == "nobody makes it, or anything that is called alike"


def test_a_name_that_shares_half_its_words_is_listed_and_a_unit_that_does_not_convert_is_not(tmp_path: Path) -> None:
    # "cold steel coil" and "hot rolled steel coil" share 2 of 5 words: below half. "rolled steel coil": 3 of 4.
    flows = [product("cold steel coil"), product("rolled steel coil"), product("hot rolled steel coil"), product("p")]
    flows += [product("rolled steel", "kWh")]
    tables: Tables = {
        "processes": [process("mill"), process("press"), process("plant")],
        "flows": flows,
        "exchanges": [
            *(makes("mill", "hot rolled steel coil"), makes("plant", "rolled steel", unit="kWh"), makes("press", "p")),
            *(takes("press", "cold steel coil", 1.0), takes("press", "rolled steel coil", 1.0)),
        ],
    }
    rows = lca.list_candidates(lca.read_inventory(write_inventory(tmp_path / "i", tables))).to_pylist()
    assert [(r["flow_id"], r["provider_id"]) for r in rows] == [
        ("cold steel coil", None),
        ("rolled steel coil", "mill"),
    ]
    assert rows[1]["reason"] == "its name shares 3 of 4 words; at the same place"


def test_decisions_link_and_say_who_decided(steel: Path, tmp_path: Path) -> None:
    links = decide(steel, tmp_path / "links.csv", ("steel", "mill-us"), ("cut", "alias"), note="nearest mill")
    runner = CliRunner()
    made = runner.invoke(app, ["links", str(steel), "--apply", str(links), "--to", str(tmp_path / "linked")])
    assert made.exit_code == 0, made.output
    linked = lca.read_inventory(tmp_path / "linked")
    rows = [r for r in zip_rows(linked) if r["provider_id"]]
    assert [(r["flow_id"], r["provider_id"]) for r in rows] == [("steel", "mill-us"), ("steel-2", "alias")]
    assert rows[1]["comment"] == "linked to alias (asked for as cut) by A. Analyst on 2026-03-01: nearest mill"
    assert any(s.startswith("links:") for s in linked.frames["sources"].text("source_id") if s)
    assert (tmp_path / "linked/import/links.csv").read_text(encoding="utf-8") == links.read_text(encoding="utf-8")
    # 1.5 kg of the mill's steel at 2 kg CO2 a kg, and 1 kg of the alias's at 5: 3 + 5 = 8. Tar is cut off.
    footprints = lca.score(linked, "core", lca.Policy(unlinked="cutoff"))
    assert footprints.get("ghg", process_id="press") == pytest.approx(8.0, rel=1e-12)


def test_a_starved_loop_is_listed_and_can_be_cut(tmp_path: Path) -> None:
    # The foundry takes 1.2 kg of its own product for 1 kg: no amount of activity gives any of it away.
    tables: Tables = {
        "processes": [process("foundry"), process("press")],
        "flows": [product("ingot"), product("part"), CO2],
        "exchanges": [
            *(makes("foundry", "ingot"), takes("foundry", "ingot", 1.2, provider_id="foundry"), emits("foundry", 2.0)),
            *(makes("press", "part"), takes("press", "ingot", 3.0)),
        ],
    }
    folder = write_inventory(tmp_path / "i", tables)
    (row,) = lca.list_candidates(lca.read_inventory(folder)).to_pylist()
    assert (row["flow_id"], row["process_id"], row["provider_id"]) == ("ingot", "foundry", None)
    assert "needs at least as much of itself as it makes" in row["reason"]
    links = tmp_path / "links.csv"
    with links.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(row))
        writer.writeheader()
        writer.writerow(row | {"decision": "cutoff", "decided_by": "B", "decided_on": "2026-01-01", "note": "scrap"})
    made = CliRunner().invoke(app, ["links", str(folder), "--apply", str(links), "--to", str(tmp_path / "cut")])
    assert made.exit_code == 0, made.output
    cut = lca.read_inventory(tmp_path / "cut")
    assert [f.code for f in lca.check(tmp_path / "cut").blockers()] == ["unlinked_input"]
    footprints = lca.score(cut, "core", lca.Policy(unlinked="cutoff"))
    # Without the scrap: 2 kg CO2 a kg of ingot, 3 kg of ingot a part.
    assert footprints.get("ghg", process_id="press") == pytest.approx(6.0, rel=1e-12)
    (gap,) = footprints.gaps.table.to_pylist()
    assert (gap["process_id"], gap["flow_id"], gap["amount"], gap["used_by"]) == ("foundry", "cutoff:ingot", 1.2, 2)
    assert [r["comment"] for r in zip_rows(cut) if r["comment"]] == ["left out by B on 2026-01-01: scrap"]


def zip_rows(inventory: lca.Inventory) -> list[dict[str, object]]:
    frame = inventory.frames["exchanges"]
    columns = {name: values.to_pylist() for name, values in frame.columns.items()}
    return [{name: values[at] for name, values in columns.items()} for at in range(len(frame))]


def test_a_decision_for_one_process_beats_one_for_all(steel: Path, tmp_path: Path) -> None:
    links = tmp_path / "links.csv"
    head = "decision,flow_id,asked_at,process_id,provider_id,provider_flow_id,decided_by,decided_on,note\n"
    links.write_text(
        head + "use,steel,,press,mill-cn,,B,2026-01-01,\nuse,tar,,,mill-us,steel,B,2026-01-01,\n", encoding="utf-8"
    )
    imported = lca.apply_links(lca.read_inventory(steel), links)
    rows = imported.tables["exchanges"].to_pylist()
    assert sorted((r["flow_id"], r["provider_id"]) for r in rows if r["provider_id"]) == [
        ("steel", "mill-cn"),
        ("steel", "mill-us"),
    ]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("maybe,steel,,,mill-us,,B,2026-01-01,", "decision 'maybe' is not known"),
        ("use,steel,,,mill-us,,,2026-01-01,", "the decision has no decided_by"),
        ("use,steel,,,mill-us,,B,,", "the decision has no decided_on"),
        ("use,steel,,,mill-us,,B,0000-01-01,", "not in the calendar"),
        ("use,steel,,,nobody,,B,2026-01-01,", "'nobody' does not make 'steel'"),
        ("use,tar,,,refinery,,B,2026-01-01,", "as a co-product that carries nothing"),
        ("use,steel,,,dump,scrap,B,2026-01-01,", "'scrap' cannot stand for 'steel'"),
        ("use,part,,,press,,B,2026-01-01,", "meets no input that has no provider yet"),
        ("use,steel,,,mill-us,,B,2026-01-01,\nuse,steel,,,mill-cn,,B,2026-01-01,", "decide differently on 'steel'"),
        (",steel,,,mill-us,,,,", "no row of the link file is decided"),
    ],
)
def test_decisions_that_do_not_hold_are_refused(steel: Path, tmp_path: Path, row: str, message: str) -> None:
    links = tmp_path / "links.csv"
    head = "decision,flow_id,asked_at,process_id,provider_id,provider_flow_id,decided_by,decided_on,note\n"
    links.write_text(head + row + "\n", encoding="utf-8")
    with pytest.raises(lca.DataError, match=message):
        lca.apply_links(lca.read_inventory(steel), links)


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"decision,flow_id\nuse,x\n", b'"decision\nuse', b"a\0b,c\n"]
)
def test_a_file_that_is_no_link_file_is_refused(steel: Path, tmp_path: Path, content: bytes) -> None:
    links = tmp_path / "links.csv"
    links.write_bytes(content)
    made = CliRunner().invoke(app, ["links", str(steel), "--apply", str(links), "--to", str(tmp_path / "linked")])
    assert isinstance(made.exception, lca.LcaError)
    assert not (tmp_path / "linked").exists()


def test_avoided_supply_is_decided_on_too(tmp_path: Path) -> None:
    # A recycler spares steel, which two mills make at 2 and 3 kg CO2: at the first, a kg of it is worth -2 kg.
    spared = {"process_id": "recycler", "flow_id": "steel", "direction": "output", "amount": 1.0, "unit": "kg"}
    tables: Tables = {
        "processes": [*STEEL["processes"][:2], process("recycler", location="US")],
        "flows": [product("steel"), product("sorting"), CO2],
        "exchanges": [*STEEL["exchanges"][:4], makes("recycler", "sorting"), {**spared, "is_avoided": True}],
    }
    folder = write_inventory(tmp_path / "i", tables)
    links = decide(folder, tmp_path / "links.csv", ("steel", "mill-us"))
    done = CliRunner().invoke(app, ["links", str(folder), "--apply", str(links), "--to", str(tmp_path / "linked")])
    assert done.exit_code == 0, done.output
    footprints = lca.score(lca.read_inventory(tmp_path / "linked"))
    assert footprints.get("ghg", process_id="recycler") == pytest.approx(-2.0, rel=1e-12)


def test_apply_and_to_go_together(steel: Path, tmp_path: Path) -> None:
    made = CliRunner().invoke(app, ["links", str(steel), "--to", str(tmp_path / "linked")])
    assert isinstance(made.exception, lca.LcaError)
    assert "go together" in str(made.exception)
