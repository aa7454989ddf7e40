"""A job over parts: what it refuses, and that it goes on where it was killed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import lcaengine as lca
from lcaengine.cli.suppliers import summarize_warnings
from lcaengine.findings import Finding, Severity
from lcaengine.inventory import Inventory
from lcaengine.method import find_method
from lcaengine.policy import Policy
from lcaengine.suppliers import identity, job, probes
from lcaengine.suppliers.background import Background, load_background
from tests.conftest import Run
from tests.tables import Row, emits, exchange, makes, process, takes, write_inventory
from tests.test_suppliers import BACKGROUND, write_parts

EXAMPLE = lca.find_example("two-suppliers")


def write_simple(folder: Path, count: int = 12, parts: int = 3, more: tuple[Row, ...] = ()) -> Path:
    """Write suppliers that buy acid."""
    processes = [process(f"supplier {at}", "processing", location="CN") for at in range(count)]
    rows = [
        row
        for at in range(count)
        for row in (
            makes(f"supplier {at}", "oxide"),
            takes(f"supplier {at}", "acid", 1.0 + at, provider_id="acid_plant"),
        )
    ]
    return write_parts(folder, processes, [*rows, *more], parts)


def write_background(folder: Path) -> Path:
    return write_inventory(folder / "background", BACKGROUND, "parquet")


def test_the_example_by_hand(tmp_path: Path) -> None:
    """Metal is 5.4 kg CO2e/kg and the grid 0.6 kg CO2e/kWh (the background's own example)."""
    lca.score_suppliers(EXAMPLE.parent / "suppliers", EXAMPLE, tmp_path / "out", wide=True)
    table = pq.read_table(tmp_path / "out" / "results")
    got = dict(zip(table.column("process_id").to_pylist(), table.column("ghg.total").to_pylist(), strict=True))
    assert got["smelter-1"] == pytest.approx(1.05 * 5.4 + 2 * 0.6, rel=1e-12)  # 6.87
    assert got["smelter-2"] == pytest.approx(1.02 * 5.4 + 2.5 * 0.6 + 0.05, rel=1e-12)  # 9 GJ/t is 2.5 kWh/kg
    assert got["smelter-3"] == pytest.approx(1.2 * 5.4, rel=1e-12)
    water = table.column("water_withdrawal.total").to_pylist()
    # Mine A withdraws 2 L/kg and returns 0.5; metal takes 2 kg of ore, 0.6 of it from mine A: 2.4 L.
    assert water[2] == pytest.approx(1.2 * 2.4e-3 + 3e-3, rel=1e-12)


BAD: dict[str, tuple[Row, str]] = {
    "no such provider": (takes("supplier 1", "acid", 1.0, provider_id="nobody"), "unknown_provider_id"),
    "provider makes another": (takes("supplier 1", "acid", 1.0, provider_id="grid_cn"), "wrong_provider"),
    "no such flow": (takes("supplier 1", "moon dust", 1.0), "unknown_flow_id"),
    "no such unit": (takes("supplier 1", "acid", 1.0, "ton"), "unknown_unit"),
    "another dimension": (takes("supplier 1", "acid", 1.0, "kWh"), "dimension"),
    "no such place": (takes("supplier 1", "acid", 1.0, location="Narnia"), "unknown_location"),
    "nobody supplies": (takes("supplier 1", "nothing", 1.0), "unlinked_input"),
    "co-product": (exchange("supplier 1", "steel", "output", 1.0), "co_product"),
    "two references": (makes("supplier 1", "magnet", 1.0, "piece"), "two_references"),
    "reference that comes in": (takes("supplier 1", "acid", 1.0, is_reference=True), "two_references"),
    "avoided emission": (emits("supplier 1", 1.0, is_avoided=True), "refused_row"),
    "direction": ({**takes("supplier 1", "acid", 1.0), "direction": "in"}, "unknown_direction"),
    "not a number": (takes("supplier 1", "acid", float("nan")), "not_finite"),
    "too large": (takes("supplier 1", "electricity", 1e308, "kWh"), "overflow"),
    "too large in kg": (takes("supplier 1", "nothing", 1e308, "t"), "an amount of process 'supplier 1' is too large"),
    "too large per kg of content": (emits("supplier 1", 1.7e308), "overflow"),
    "no amount": ({**takes("supplier 1", "acid", 1.0), "amount": None}, "missing_value"),
    "no process": ({**takes("supplier 1", "acid", 1.0), "process_id": None}, "missing_value"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_rows_are_refused_by_name(case: str, tmp_path: Path) -> None:
    """Every bad row is a finding with its code; the part is not written, and no run is."""
    row, code = BAD[case]
    if row["process_id"] is None:
        folder = write_simple(tmp_path / "suppliers")
        file = folder / "exchanges" / "part-0.parquet"
        table = pq.read_table(file)
        ids = pa.array([None, *table.column("process_id").to_pylist()[1:]], pa.string())
        pq.write_table(table.set_column(table.column_names.index("process_id"), "process_id", ids), file)
    else:
        write_simple(tmp_path / "suppliers", more=(row,))
    policy = Policy(unlinked="cutoff" if case == "too large in kg" else "refuse")
    with pytest.raises(lca.DataError, match=code):
        lca.score_suppliers(tmp_path / "suppliers", write_background(tmp_path), tmp_path / "out", policy=policy)
    assert not (tmp_path / "out" / "run.json").exists()


def _drop_table(folder: Path) -> None:
    shutil.rmtree(folder / "processes")


def _drop_part(folder: Path) -> None:
    (folder / "exchanges" / "part-1.parquet").unlink()


def _damage(folder: Path) -> None:
    file = folder / "exchanges" / "part-1.parquet"
    file.write_bytes(file.read_bytes()[:-40])


def _add_markets(folder: Path) -> None:
    (folder / "markets.csv").write_text("flow_id,process_id,share\noxide,supplier 1,1\n")


def _repeat(folder: Path) -> None:
    file = folder / "processes" / "part-1.parquet"
    table = pq.read_table(file)
    pq.write_table(pa.concat_tables([table, table]), file)


def _orphan(folder: Path) -> None:
    file = folder / "processes" / "part-1.parquet"
    pq.write_table(pq.read_table(file).slice(1), file)


def _other_flow(folder: Path) -> None:
    pq.write_table(
        pa.table({"flow_id": ["acid"], "name": ["acid"], "kind": ["waste"], "unit": ["kg"]}), folder / "flows.parquet"
    )


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_drop_table, "the table processes is missing"),
        (_drop_part, "part 'part-1' of processes has none of exchanges"),
        (_damage, "cannot be read"),
        (_add_markets, "have no table markets"),
        (_repeat, "duplicate_key"),
        (_orphan, "unknown_process_id"),
        (_other_flow, "other_flow"),
    ],
)
def test_bad_folders_are_refused(spoil: Callable[[Path], None], says: str, tmp_path: Path) -> None:
    """What does not fit together is said."""
    spoil(write_simple(tmp_path / "suppliers"))
    with pytest.raises(lca.DataError, match=says):
        lca.score_suppliers(tmp_path / "suppliers", write_background(tmp_path), tmp_path / "out")


def test_results_are_not_written_into_what_is_read(run: Run, tmp_path: Path) -> None:
    """Neither into the suppliers nor into the background, nor into the method's folder, which a link may lead to."""
    source, background = write_simple(tmp_path / "suppliers"), write_background(tmp_path)
    method = shutil.copytree(find_method("core"), tmp_path / "method")
    (tmp_path / "link").symlink_to(method)
    before = sorted(file.name for file in method.iterdir())
    for target in (source / "out", background, method, method / "out", tmp_path / "link" / "out"):
        for own in (method, str(tmp_path / "link")):
            with pytest.raises(lca.OutputError, match="part of what is read"):
                lca.score_suppliers(source, background, target, own)
        with pytest.raises(lca.OutputError, match="part of what is read"):
            lca.simulate_suppliers(source, background, target, method, draws=10)
    for command in ("score", "simulate"):
        words = [command, source, "--background", background, "--method", method, "-o", method / "out"]
        code, out, err = run(*words)
        assert (code, out) == (2, "")
        assert "part of what is read" in err
    assert sorted(file.name for file in method.iterdir()) == before


def test_finished_parts_are_left_alone(tmp_path: Path) -> None:
    """A second run writes nothing; a changed part, a lost one and other settings are done again."""
    source, background, out = write_simple(tmp_path / "suppliers"), write_background(tmp_path), tmp_path / "out"
    first = lca.score_suppliers(source, background, out)
    stamps = {file.name: file.stat().st_mtime_ns for file in (out / "results").iterdir()}
    again = lca.score_suppliers(source, background, out)
    assert (first.resumed, again.resumed, again.suppliers) == (0, 3, 0)
    assert stamps == {file.name: file.stat().st_mtime_ns for file in (out / "results").iterdir()}
    (out / "results" / "part-0.parquet").unlink()
    (out / "results" / "part-1.parquet").write_bytes(b"PAR1")
    file = source / "exchanges" / "part-2.parquet"
    table = pq.read_table(file)
    pq.write_table(table.slice(0, 2).replace_schema_metadata({"changed": "yes"}), file)
    pq.write_table(
        pq.read_table(source / "processes" / "part-2.parquet").slice(0, 1), source / "processes" / "part-2.parquet"
    )
    assert lca.score_suppliers(source, background, out).suppliers == 4 + 4 + 1
    assert lca.score_suppliers(source, background, out, policy=Policy(open_water="consumed")).resumed == 0


def test_order_of_rows_changes_no_bit(tmp_path: Path) -> None:
    """Rows of a part in any order, in any encoding of text, give the same table."""
    more = tuple(takes("supplier 1", "electricity", 0.1 * at, "kWh") for at in range(1, 30))
    source, background = write_simple(tmp_path / "suppliers", 6, 1, more), write_background(tmp_path)
    file = source / "exchanges" / "part-0.parquet"
    lca.score_suppliers(source, background, tmp_path / "one")
    table = pq.read_table(file)
    table = table.take(pa.array(list(reversed(range(table.num_rows)))))
    pq.write_table(table.set_column(1, "flow_id", table.column("flow_id").dictionary_encode()), file)
    lca.score_suppliers(source, background, tmp_path / "two")
    one, two = (pq.read_table(tmp_path / name / "results") for name in ("one", "two"))
    assert one.drop_columns("inventory_hash").equals(two.drop_columns("inventory_hash"))


def test_a_killed_run_is_resumed(tmp_path: Path) -> None:
    """After SIGKILL every file that stands is whole, and the next run does the rest: no row lost or doubled."""
    source, background = write_simple(tmp_path / "suppliers", 120, 60), write_background(tmp_path)
    out = tmp_path / "out"
    command = [sys.executable, "-m", "lcaengine", "score", str(source), "--background", str(background), "-o", str(out)]
    run = subprocess.Popen([*command, "--wide"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while len(list((out / "results").glob("part-*"))) < 8 and time.monotonic() < deadline and run.poll() is None:
        time.sleep(0.002)
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    stand = sorted((out / "results").glob("part-*"))
    assert 8 <= len(stand) < 60
    assert sum(pq.read_table(file).num_rows for file in stand) == 2 * len(stand)
    sealed = len(list((out / "parts").glob("*.arrow")))  # written last; killed before it, the last part is done again
    assert len(stand) - sealed in (0, 1)
    report = lca.score_suppliers(source, background, out, wide=True)
    assert (report.resumed, report.suppliers) == (sealed, 120 - 2 * sealed)
    lca.score_suppliers(source, background, tmp_path / "whole", wide=True)
    for file in sorted((tmp_path / "whole" / "results").iterdir()):
        assert pq.read_table(file).equals(pq.read_table(out / "results" / file.name), check_metadata=True)


def test_the_command_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The example through the command, and what it refuses."""
    source = str(EXAMPLE.parent / "suppliers")
    command = [sys.executable, "-m", "lcaengine", "score", source, "--background", str(EXAMPLE)]
    assert subprocess.run([*command, "-o", str(tmp_path / "out")], check=False).returncode == 0
    assert "3 suppliers written to" in capfd.readouterr().out
    assert subprocess.run(command, check=False).returncode == 2
    assert "add -o FOLDER" in capfd.readouterr().err
    assert subprocess.run([*command, "-o", str(tmp_path / "o"), "--by", "supplier"], check=False).returncode == 2


def test_a_known_background_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept serves as long as kinds of row are known and the background is the same to the byte."""
    source, background = write_simple(tmp_path / "suppliers"), write_background(tmp_path)
    lca.score_suppliers(source, background, tmp_path / "one")
    opened: list[str] = []

    def note(known: Background) -> Inventory:
        opened.append(known.place)
        return load_background(known)

    monkeypatch.setattr(job, "load_background", note)
    lca.score_suppliers(source, background, tmp_path / "two")
    assert not opened
    for file in sorted((tmp_path / "one" / "results").iterdir()):
        again = pq.read_table(tmp_path / "two" / "results" / file.name)
        assert pq.read_table(file).equals(again, check_metadata=True)
    more = write_simple(tmp_path / "more", 3, 1, (takes("supplier 1", "steel", 1.0, "t"),))
    lca.score_suppliers(more, background, tmp_path / "three")
    assert opened == [str(background)]
    table = pq.read_table(background / "exchanges.parquet")
    amount = table.column("amount").to_numpy() * 2.0
    at = table.column_names.index("amount")
    pq.write_table(table.set_column(at, "amount", pa.array(amount)), background / "exchanges.parquet")
    lca.score_suppliers(source, background, tmp_path / "four")
    assert opened == [str(background)] * 2


def test_a_resumed_run_tells_the_residual(tmp_path: Path) -> None:
    """It is that of the parts, whichever run wrote them."""
    source, background, out = write_simple(tmp_path / "suppliers"), write_background(tmp_path), tmp_path / "out"
    first, again = (lca.score_suppliers(source, background, out).run["residual"] for _ in range(2))
    assert isinstance(first, float)
    assert first > 0.0
    assert first == again


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    """Neither an inventory's nor one with results of parts that are gone."""
    source, background, out = write_simple(tmp_path / "suppliers"), write_background(tmp_path), tmp_path / "out"
    other = write_inventory(tmp_path / "other", BACKGROUND)
    with pytest.raises(lca.OutputError, match="which no job writes"):
        lca.score_suppliers(source, background, other)
    lca.score_suppliers(source, background, out)
    for table in ("processes", "exchanges"):
        (source / table / "part-2.parquet").unlink()
    with pytest.raises(lca.OutputError, match="no part of the suppliers has that name"):
        lca.score_suppliers(source, background, out)


def test_flows_and_properties_may_be_csv(tmp_path: Path) -> None:
    """Numbers of a CSV are text until they are read: 0.02 kg a piece, so 50 pieces a kg."""
    source, background = write_simple(tmp_path / "suppliers", 2, 1), write_background(tmp_path)
    (source / "properties.parquet").unlink()
    (source / "properties.csv").write_text("flow_id,property,value,unit\noxide,content:Nd,0.5,kg/kg\n")
    lca.score_suppliers(source, background, tmp_path / "out")
    rows = pq.read_table(tmp_path / "out" / "results").to_pylist()
    ghg = {row["per"]: row["value"] for row in rows if row["process_id"] == "supplier 0" and row["indicator"] == "ghg"}
    assert ghg["kg Nd"] == pytest.approx(2.0 * ghg["kg"], rel=1e-12)


def test_a_process_without_a_reference_is_told_so(tmp_path: Path) -> None:
    """And not that what it makes is a co-product."""
    source = write_simple(tmp_path / "suppliers", 2, 1)
    file = source / "exchanges" / "part-0.parquet"
    table = pq.read_table(file)
    at = table.column_names.index("is_reference")
    pq.write_table(table.set_column(at, "is_reference", pa.array([False] * table.num_rows)), file)
    with pytest.raises(lca.DataError, match="has no reference flow"):
        lca.score_suppliers(source, write_background(tmp_path), tmp_path / "out")
    words = [sys.executable, "-m", "lcaengine", "score", str(source), "--background", str(tmp_path / "background")]
    done = subprocess.run([*words, "-o", str(tmp_path / "o")], check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert "2 blocker(s)" in done.stderr


def test_a_background_that_changes_between_runs_of_one_process(tmp_path: Path) -> None:
    """Emissions doubled are scored doubled, and so is what is kept for other processes."""
    source, background = write_simple(tmp_path / "suppliers", 1, 1), write_background(tmp_path)

    def score(name: str, keep: bool) -> float:
        lca.score_suppliers(source, background, tmp_path / name, wide=True, keep=keep)
        return float(pq.read_table(tmp_path / name / "results").column("ghg.total")[0].as_py())

    before = score("one", True)
    table = pq.read_table(background / "exchanges.parquet")
    is_co2 = [flow == "co2" for flow in table.column("flow_id").to_pylist()]
    amounts = zip(table.column("amount").to_pylist(), is_co2, strict=True)
    doubled = pa.array([2.0 * amount if emitted else amount for amount, emitted in amounts])
    at = table.column_names.index("amount")
    pq.write_table(table.set_column(at, "amount", doubled), background / "exchanges.parquet")
    after = score("two", True)
    assert after == pytest.approx(2.0 * before, rel=1e-3)  # methane and the like stay as they were
    assert score("three", True) == score("four", False) == after


def test_a_rule_for_co_products_stands_for_all(tmp_path: Path) -> None:
    """`none` for all is as if each process said so; another rule is refused, whatever the process says."""
    more = (exchange("supplier 1", "steel", "output", 1.0),)
    source, background = write_simple(tmp_path / "suppliers", 2, 1, more), write_background(tmp_path)
    lca.score_suppliers(source, background, tmp_path / "out", policy=Policy(allocation="none"))
    file = source / "processes" / "part-0.parquet"
    table = pq.read_table(file)
    pq.write_table(table.append_column("allocation", pa.array(["none"] * table.num_rows)), file)
    lca.score_suppliers(source, background, tmp_path / "own")
    with pytest.raises(lca.DataError, match="co_product"):
        lca.score_suppliers(source, background, tmp_path / "mass", policy=Policy(allocation="mass"))


@pytest.mark.parametrize(
    ("amount", "unit", "says"),
    [
        (0.0, "kg", "is not above zero"),
        (5e-324, "mg", "is out of range in the flow's unit"),
        (1e308, "t", "too large|out of range"),
        (5e-324, "kg", "too large for a number"),
    ],
)
def test_outputs_that_are_no_amount(amount: float, unit: str, says: str, tmp_path: Path) -> None:
    """What is written as more than zero, and is none in the flow's unit, is not told to be zero."""
    source, background = write_simple(tmp_path / "suppliers", 2, 1), write_background(tmp_path)
    file = source / "exchanges" / "part-0.parquet"
    rows = pq.read_table(file).to_pylist()
    rows[0] |= {"amount": amount, "unit": unit}
    pq.write_table(pa.Table.from_pylist(rows), file)
    with pytest.raises(lca.DataError, match=f"supplier 0.*({says})"):
        lca.score_suppliers(source, background, tmp_path / "out")


@pytest.mark.parametrize("flow", ["nothing", "dust"])
def test_gaps_too_large_for_a_number_have_none(flow: str, tmp_path: Path) -> None:
    """The sum of what two suppliers lack is beyond the largest number: it is blank, and the count stands."""
    names = ("supplier 0", "supplier 1")
    is_input = flow == "nothing"
    more = tuple(takes(n, flow, 1.7e308) if is_input else emits(n, 1.7e308, flow_id=flow) for n in names)
    source, background = write_simple(tmp_path / "suppliers", 2, 1, more), write_background(tmp_path)
    lca.score_suppliers(source, background, tmp_path / "out", policy=Policy(unlinked="cutoff"))
    (gap,) = (each for each in pq.read_table(tmp_path / "out" / "gaps").to_pylist() if each["flow_id"] == flow)
    assert (gap["amount"], gap["used_by"]) == (None, 2)


def test_the_summary_names_warnings(tmp_path: Path) -> None:
    """Each code once with its count and a first example; lines fit a terminal, and run.json has all of them."""
    source, background = write_simple(tmp_path / "suppliers", 2, 1), write_background(tmp_path)
    command = [sys.executable, "-m", "lcaengine", "score", str(source), "--background", str(background)]
    for _ in range(2):  # a run that has nothing left to do says the same
        done = subprocess.run([*command, "-o", str(tmp_path / "out")], check=True, capture_output=True, text=True)
        every = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))["warnings"]
        assert every
        for code, count in Counter(each["code"] for each in every).most_common(6):
            assert f"  {count} x {code}, such as " in done.stdout
        first = next(each["what"] for each in every if each["code"] == "uncharacterized")
        assert first[:60] in done.stdout
        assert f"{len(every)} warning(s)" in done.stdout
    warnings = [Finding(Severity.WARNING, f"code_{at}", "flows", at, "unit", "", "what " * 40, "") for at in range(9)]
    lines = summarize_warnings([*warnings, *warnings[3:4]])
    assert lines[:2] == ["10 warning(s)", "  2 x code_3, such as flows row 3, column unit:"]
    assert lines[-1] == "  and 3 other kinds"
    assert max(map(len, lines)) < 80
    assert summarize_warnings([]) == []


def test_suppliers_without_a_background_are_told_of_it(tmp_path: Path) -> None:
    """Ids that are not there may be another inventory's; where all are there, nothing is said of it."""
    source = shutil.copytree(EXAMPLE.parent / "suppliers", tmp_path / "suppliers")
    command = [sys.executable, "-m", "lcaengine", "score", str(source)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert f"{source} --background INVENTORY -o FOLDER" in done.stderr
    other = write_inventory(
        tmp_path / "other", {**BACKGROUND, "exchanges": [makes("grid_cn", "electricity", 1.0, "t")]}
    )
    done = subprocess.run([*command[:-1], str(other)], check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert "--background" not in done.stderr


def _rename(file: Path, change: Callable[[str], str]) -> None:
    for table in ("processes", "exchanges"):
        rows = pq.read_table(file.parent.parent / table / file.name).to_pylist()
        rows = [row | {"process_id": change(row["process_id"])} for row in rows]
        pq.write_table(pa.Table.from_pylist(rows), file.parent.parent / table / file.name)


def test_an_id_of_two_parts_is_refused(tmp_path: Path) -> None:
    """With the names of both, however often it is run, until it is mended; then only the mended part is done."""
    source, background, out = write_simple(tmp_path / "suppliers"), write_background(tmp_path), tmp_path / "out"
    file = source / "processes" / "part-2.parquet"
    _rename(file, lambda name: "supplier 1" if name == "supplier 5" else name)
    for _ in range(2):
        with pytest.raises(
            lca.DataError, match=r"1 blocking.*\n.*'supplier 1' stands in part part-1 and in part part-2"
        ):
            lca.score_suppliers(source, background, out)
        assert not (out / "run.json").exists()
    _rename(file, lambda name: "supplier 5" if name == "supplier 1" else name)
    assert lca.score_suppliers(source, background, out).resumed == 2


def test_many_ids_of_two_parts_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four ids stand in three parts each: two are named with each repetition, two are counted."""
    monkeypatch.setattr(identity, "NAMED", 2)
    source = write_simple(tmp_path / "suppliers")
    for part in (1, 2):
        at = f"part-{part}.parquet"
        _rename(source / "processes" / at, lambda name, by=part: f"supplier {int(name.split()[1]) - by}")  # type: ignore[misc]
    with pytest.raises(lca.DataError, match="5 blocking finding") as caught:
        lca.score_suppliers(source, write_background(tmp_path), tmp_path / "out")
    assert "2 more ids stand in several parts" in str(caught.value)


def test_hashes_that_meet_are_no_ids_that_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where all hashes are equal, ids are compared, and all are different."""
    for module in (identity, job, probes):
        monkeypatch.setattr(module, "hash_ids", lambda ids: np.zeros(len(ids), np.uint64))
    source, background = write_simple(tmp_path / "suppliers"), write_background(tmp_path)
    assert lca.score_suppliers(source, background, tmp_path / "out").suppliers == 12


def test_an_id_of_the_background_is_refused(tmp_path: Path) -> None:
    """As one inventory would refuse it; also where the background is not read again."""
    source, background, out = write_simple(tmp_path / "suppliers"), write_background(tmp_path), tmp_path / "out"
    lca.score_suppliers(source, background, out)
    _rename(source / "processes" / "part-1.parquet", lambda name: "landfill" if name == "supplier 4" else name)
    with pytest.raises(
        lca.DataError, match=r"processes row 2, column process_id: 'landfill' is a process of the backg"
    ):
        lca.score_suppliers(source, background, out)
