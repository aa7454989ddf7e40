"""Suppliers in parts score as they do when each is a process of one inventory with the background."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import lcaengine as lca
from lcaengine.io.store import open_store
from lcaengine.policy import Policy
from lcaengine.suppliers.job import read_suppliers, score_part, solve_keys
from lcaengine.suppliers.kept import pack_probes, unpack_probes
from lcaengine.suppliers.part import Part
from lcaengine.suppliers.plan import Job, prepare_job
from lcaengine.suppliers.probes import Probes
from tests.tables import CO2, Row, emits, exchange, makes, process, product, takes, waste, write_inventory

WATER = {"name": "Water, surface water", "kind": "elementary", "unit": "m3", "compartment": "resource"}
FLOWS: Sequence[Row] = [
    *(product("electricity", "kWh", category="electricity"), product("coal", category="energy carrier")),
    *(product("acid"), product("pump", "piece"), waste("sludge"), product("steel"), CO2),
    {"flow_id": "water", "name": "Water, surface water", "kind": "elementary", "unit": "m3", "compartment": "resource"},
    {**WATER, "flow_id": "water_back", "name": "Water, surface water", "compartment": "water"},
    {**CO2, "flow_id": "dust", "name": "Dust of no kind"},
    {**CO2, "flow_id": "smoke", "name": "Smoke of no kind"},
]
PROPERTIES: Sequence[Row] = [
    {"flow_id": "coal", "property": "heating_value_hhv", "value": 27.0, "unit": "MJ/kg"},
    {"flow_id": "pump", "property": "mass", "value": 12.0, "unit": "kg/piece"},
]
BACKGROUND: dict[str, Sequence[Row]] = {
    "processes": [
        process("grid_cn", location="CN"),
        process("grid_us", location="US", data_type="proxy"),
        process("coal_mine", "extraction", location="CN", data_type="primary"),
        process("acid_plant", "processing", location="CN"),
        process("pump_works", location="DE"),
        process("landfill", location="GLO"),
        process("steelworks", "processing", location="DE", data_type="primary"),
    ],
    "exchanges": [
        *(makes("grid_cn", "electricity", 1.0, "kWh"), takes("grid_cn", "coal", 0.4), emits("grid_cn", 0.9)),
        *(makes("grid_us", "electricity", 1.0, "MJ"), emits("grid_us", 0.1), emits("grid_us", 0.01, flow_id="dust")),
        *(makes("coal_mine", "coal"), takes("coal_mine", "electricity", 0.02, "kWh", provider_id="grid_cn")),
        *(emits("coal_mine", 0.05, data_type="secondary"), takes("coal_mine", "water", 0.003, "m3")),
        *(makes("acid_plant", "acid", 2.0, "t"), takes("acid_plant", "electricity", 300.0, "kWh")),
        *(takes("acid_plant", "coal", 10.0), takes("acid_plant", "pump", 1e-3, "piece")),
        *(makes("pump_works", "pump", 1.0, "piece"), takes("pump_works", "steel", 14.0), emits("pump_works", 3.0)),
        *(exchange("landfill", "sludge", "input", 1.0, is_reference=True), emits("landfill", 0.02)),
        *(makes("steelworks", "steel"), takes("steelworks", "coal", 0.7), emits("steelworks", 1.8)),
    ],
    "flows": FLOWS,
    "properties": PROPERTIES,
    "markets": [
        {"flow_id": "electricity", "process_id": "grid_cn", "share": 1.0, "location": "CN"},
        {"flow_id": "electricity", "process_id": "grid_us", "share": 0.7, "location": "GLO"},
        {"flow_id": "electricity", "process_id": "grid_cn", "share": 0.3, "location": "GLO"},
    ],
}
OWN_FLOWS: Sequence[Row] = [product("oxide"), product("magnet", "piece"), waste("tailings_service")]
OWN_PROPERTIES: Sequence[Row] = [
    {"flow_id": "acid", "property": "volume", "value": 0.6, "unit": "m3/t"},
    {"flow_id": "magnet", "property": "mass", "value": 20.0, "unit": "g/piece"},
    {"flow_id": "oxide", "property": "content:Nd", "value": 0.75, "unit": "kg/kg"},
]


def draw_suppliers(random: Random, count: int) -> tuple[list[Row], list[Row]]:
    """Draw suppliers with rows of all kinds but credits."""
    processes: list[Row] = []
    exchanges: list[Row] = []
    for at in range(count):
        name = f"supplier {at}"
        place = random.choice(["CN", "US", "DE", "JP", ""])
        stage, data_type = random.choice(["extraction", "assembly", ""]), random.choice(["primary", "proxy", "", ""])
        processes.append(process(name, stage, location=place, data_type=data_type, supplier_id=f"firm {at % 7}"))
        made = random.choice([("oxide", "kg"), ("oxide", "t"), ("magnet", "piece")])
        rows = [makes(name, made[0], random.choice([1.0, 0.5, 20.0]), made[1])]
        for _ in range(random.randint(0, 8)):
            amount = random.lognormvariate(0, 2)
            rows.append(
                random.choice(
                    [
                        takes(
                            name,
                            "electricity",
                            amount,
                            random.choice(["kWh", "MJ"]),
                            location=random.choice(["", "US"]),
                        ),
                        takes(name, "electricity", amount, "kWh", provider_id=random.choice(["grid_us", "grid_cn"])),
                        takes(name, "coal", amount, random.choice(["kg", "MJ", "t"])),
                        takes(name, "acid", amount, "kg", data_type=random.choice(["", "primary", "proxy"])),
                        takes(name, "acid", amount, random.choice(["L", "m3"])),
                        takes(name, "pump", 0.0 if random.random() < 0.2 else amount, "piece"),
                        exchange(name, "sludge", "output", amount),
                        emits(name, amount, data_type=random.choice(["", "primary"])),
                        emits(name, -amount),
                        emits(name, amount, flow_id=random.choice(["dust", "smoke"])),
                        takes(name, "water", amount, "m3"),
                        exchange(name, "water_back", "output", random.choice([0.0, amount]), "m3"),
                        takes(name, "nothing", amount),
                    ]
                )
            )
        random.shuffle(rows)
        exchanges += rows
    return processes, exchanges


def write_parts(folder: Path, processes: list[Row], exchanges: list[Row], parts: int) -> Path:
    """Write suppliers in parts."""
    whose = {str(each["process_id"]): at % parts for at, each in enumerate(processes)}
    for name, rows in (("processes", processes), ("exchanges", exchanges)):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for part in range(parts):
            own = [row for row in rows if whose[str(row["process_id"])] == part]
            columns = list(dict.fromkeys(column for row in rows for column in row))
            table = pa.table({c: pa.array([row.get(c) for row in own]) for c in columns})
            pq.write_table(table, folder / name / f"part-{part}.parquet")
    tables: dict[str, Sequence[Row]] = {"flows": [*OWN_FLOWS, product("nothing")], "properties": OWN_PROPERTIES}
    for name, flows in tables.items():
        columns = list(dict.fromkeys(column for row in flows for column in row))
        pq.write_table(pa.table({c: [row.get(c) for row in flows] for c in columns}), folder / f"{name}.parquet")
    return folder


@pytest.mark.parametrize("open_water", ["missing", "consumed"])
@pytest.mark.parametrize("seed", [1, 2])
def test_parts_score_as_one_inventory(seed: int, open_water: str, tmp_path: Path) -> None:
    """The long tables agree, row by row: value, share, status, counts."""
    processes, exchanges = draw_suppliers(Random(seed), 60)
    background = write_inventory(tmp_path / "background", BACKGROUND, "parquet")
    source = write_parts(tmp_path / "suppliers", processes, exchanges, 4)
    policy = Policy(unlinked="cutoff", open_water=open_water)
    for wide in (False, True):
        report = lca.score_suppliers(source, background, tmp_path / f"out {wide}", policy=policy, wide=wide)
        assert (report.parts, report.resumed, report.suppliers) == (4, 0, 60)
    whole: dict[str, Sequence[Row]] = {
        **BACKGROUND,
        "processes": [*BACKGROUND["processes"], *processes],
        "exchanges": [*BACKGROUND["exchanges"], *exchanges],
        "flows": [*FLOWS, *OWN_FLOWS, product("nothing")],
        "properties": [*PROPERTIES, *OWN_PROPERTIES],
    }
    footprints = lca.score(lca.read_inventory(write_inventory(tmp_path / "whole", whole, "parquet")), policy=policy)
    for wide, expected in ((False, footprints.to_arrow()), (True, footprints.to_wide())):
        got = pa.concat_tables(
            [pq.read_table(file) for file in sorted((tmp_path / f"out {wide}" / "results").iterdir())],
            promote_options="permissive",
        )
        assert got.column_names == expected.column_names
        keys = ["process_id"] if wide else ["process_id", "indicator", "stage", "per"]
        compare(got, expected, keys, skip=("inventory_hash",))


def compare(got: pa.Table, expected: pa.Table, keys: list[str], skip: tuple[str, ...] = ()) -> None:
    """Compare tables row by row, those of suppliers only; numbers to 1e-12."""
    mine = [row for row in expected.to_pylist() if str(row["process_id"]).startswith("supplier ")]
    theirs = {tuple(row[key] for key in keys): row for row in got.to_pylist()}
    assert len(theirs) == got.num_rows == len(mine)
    for row in mine:
        other = theirs[tuple(row[key] for key in keys)]
        for name, value in row.items():
            if name not in skip and isinstance(value, float) and other[name] is not None:
                assert other[name] == pytest.approx(value, rel=1e-11, abs=1e-14), (name, row, other)
            elif name not in skip:
                assert (other[name] or None) == (value or None), (name, row, other)


MASS = PROPERTIES[1]
"""Of a pump, 12 kg."""
OTHERS: dict[str, tuple[str, Row, str]] = {
    "content": ("properties", {"flow_id": "acid", "property": "content:Nd", "value": 0.1, "unit": "kg/kg"}, ""),
    "said again": ("properties", MASS, ""),
    "said in another unit": ("properties", {**MASS, "value": 12000.0, "unit": "g/piece"}, "other_property"),
    "another value": ("properties", {**MASS, "value": 13.0}, "row 1, column value: .* has this id and the value 12"),
    "of nothing": ("properties", {**MASS, "flow_id": "moon"}, "properties row 1, column flow_id"),
    "of no measure": ("properties", {**MASS, "property": "volume"}, r"property_unit\] properties row 1"),
    "below zero": ("properties", {**MASS, "property": "count", "value": -1.0, "unit": "piece/piece"}, "row 1"),
    "flow said again": ("flows", {**CO2, "category": None}, ""),
    "product of another name": ("flows", {**product("steel"), "name": "Stahl"}, ""),
    "emission of another name": ("flows", {**CO2, "name": "Methane, fossil"}, "row 1, column name"),
    "emission to elsewhere": ("flows", {**CO2, "compartment": "water"}, "row 1, column compartment"),
    "of another category": ("flows", product("coal", category="electricity"), "row 1, column category"),
    "of another kind": ("flows", waste("coal"), "row 1, column kind"),
}


@pytest.mark.parametrize("case", OTHERS)
def test_what_suppliers_say_of_flows_of_the_background(case: str, tmp_path: Path) -> None:
    """It is used as one inventory would use it, or refused with its row; what is said twice alike is said once."""
    table, row, says = OTHERS[case]
    processes, exchanges = draw_suppliers(Random(4), 8)
    exchanges = [row for row in exchanges if row["unit"] not in ("L", "m3") or row["flow_id"] != "acid"]
    background = write_inventory(tmp_path / "background", BACKGROUND, "parquet")
    source = write_parts(tmp_path / "suppliers", processes, exchanges, 2)
    own = [row, *(OWN_PROPERTIES[1:] if table == "properties" else [*OWN_FLOWS, product("nothing")])]
    columns = list(dict.fromkeys(column for each in own for column in each))
    pq.write_table(pa.table({c: [each.get(c) for each in own] for c in columns}), source / f"{table}.parquet")
    policy = Policy(unlinked="cutoff")
    if says:
        with pytest.raises(lca.DataError, match=says) as caught:
            lca.score_suppliers(source, background, tmp_path / "out", policy=policy)
        assert "the suppliers'" in caught.value.where
        return
    lca.score_suppliers(source, background, tmp_path / "out", policy=policy)
    more = OWN_PROPERTIES[1:] if case.startswith(("said", "flow", "product")) else [row, *OWN_PROPERTIES[1:]]
    whole: dict[str, Sequence[Row]] = {
        **BACKGROUND,
        "processes": [*BACKGROUND["processes"], *processes],
        "exchanges": [*BACKGROUND["exchanges"], *exchanges],
        "flows": [*FLOWS, *OWN_FLOWS, product("nothing")],
        "properties": [*PROPERTIES, *more],
    }
    footprints = lca.score(lca.read_inventory(write_inventory(tmp_path / "whole", whole, "parquet")), policy=policy)
    got = pa.concat_tables([pq.read_table(file) for file in sorted((tmp_path / "out" / "results").iterdir())])
    compare(got, footprints.to_arrow(), ["process_id", "indicator", "stage", "per"], skip=("inventory_hash",))


def solve(tmp_path: Path) -> tuple[Probes, Part, Job]:
    """Give solved probes, and a part they are of."""
    processes, exchanges = draw_suppliers(Random(7), 20)
    background = write_inventory(tmp_path / "background", BACKGROUND, "parquet")
    store = open_store(write_parts(tmp_path / "suppliers", processes, exchanges, 1))
    job = prepare_job(store, ["part-0"], background, lca.read_method("core"), Policy(unlinked="cutoff"), False)
    part, _ = read_suppliers(store, "part-0")
    return solve_keys(part.keys, part, job), part, job


def test_probes_survive_being_kept(tmp_path: Path) -> None:
    """What is read is what was written, and the same probes have the same bytes."""
    probes, part, job = solve(tmp_path)
    content, digest = pack_probes(probes)
    again = unpack_probes(content)
    assert pack_probes(again) == (content, digest)
    assert score_part(part, again, job.settings, "x").results.equals(
        score_part(part, probes, job.settings, "x").results
    )


def test_kinds_of_row_are_found_whatever_their_words(tmp_path: Path) -> None:
    """Words that hold what separates them, or look like their lengths, name other kinds; what is not known is -1."""
    probes, part, _ = solve(tmp_path)
    assert sorted(probes.find(part.keys).tolist()) == list(range(part.keys.num_rows))
    words = [("a", ":b"), ("a:", "b"), ("a:2:b", ""), ("", "a:2:b"), ("1:a", "b"), ("é", ""), ("", "é")]
    base = part.keys.slice(0, 1).to_pylist()[0]

    def build(pairs: Sequence[tuple[str, str]]) -> pa.Table:
        rows = [{**base, "flow_id": first, "direction": second} for first, second in pairs]
        return pa.Table.from_pylist(rows, schema=part.keys.schema)

    known = replace(probes, keys=build(words))
    assert known.find(build(words[::-1])).tolist() == list(range(len(words)))[::-1]
    assert known.find(build([("a", "b"), ("", ""), *words[:1]])).tolist() == [-1, -1, 0]
    turned = build(words[:1]).to_pylist()[0]
    turned["is_negative"] = not turned["is_negative"]
    assert known.find(pa.Table.from_pylist([turned], schema=part.keys.schema)).tolist() == [-1]
