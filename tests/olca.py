"""A small openLCA package for tests, in the old schema and in the new: a smelter, a mine, a dump, an allocated mill.

Every amount is chosen so that what it becomes can be told at sight.
"""

from __future__ import annotations

from tests.packages import dump

MASS, ENERGY, TIME = "prop-mass", "prop-energy", "prop-time"
GROUPS = {
    "group-mass": ("kg", {"kg": 1.0, "t": 1000.0, "sh tn": 907.18}),
    "group-energy": ("MJ", {"MJ": 1.0, "kWh": 3.6, "toe": 41868.0}),
    "group-time": ("d", {"d": 1.0, "h": 1 / 24}),
}
FLOWS = {
    "metal": ("Metal", "PRODUCT_FLOW", MASS, "Products"),
    "ore": ("Ore", "PRODUCT_FLOW", MASS, "Products"),
    "slag": ("Slag", "WASTE_FLOW", MASS, "Wastes"),
    "sludge": ("Sludge", "PRODUCT_FLOW", MASS, "Products"),
    "power": ("Power", "PRODUCT_FLOW", ENERGY, "Products"),
    "heat": ("Heat", "PRODUCT_FLOW", ENERGY, "Products"),
    "co2": ("Carbon dioxide, fossil", "ELEMENTARY_FLOW", MASS, "Elementary flows/Emission to air/unspecified"),
    "rock": ("Gangue, in ground", "ELEMENTARY_FLOW", MASS, "Elementary flows/Resource/in ground"),
}
NEW = {
    "isInput": "isInput",
    "isReference": "isQuantitativeReference",
    "isAvoided": "isAvoidedProduct",
    "isRefUnit": "isRefUnit",
    "isRefProperty": "isRefFlowProperty",
    "pedigree": "dqEntry",
}
OLD = {
    "isInput": "input",
    "isReference": "quantitativeReference",
    "isAvoided": "avoidedProduct",
    "isRefUnit": "referenceUnit",
    "isRefProperty": "referenceFlowProperty",
    "pedigree": "pedigreeUncertainty",
}


def ref(id: str, **more: object) -> dict[str, object]:
    return {"@id": id, **more}


def make_package(old: bool = False) -> dict[str, object]:
    """Give the entities of the package by file name, ready for JSON."""
    keys = OLD if old else NEW
    files: dict[str, object] = {}
    for group, (base, units) in GROUPS.items():
        rows = [
            {"@id": f"unit-{name}", "name": name, "conversionFactor": factor, keys["isRefUnit"]: name == base}
            for name, factor in units.items()
        ]
        files[f"unit_groups/{group}.json"] = {"@id": group, "name": group, "units": rows}
    for name, group in (("Mass", "mass"), ("Energy", "energy"), ("Duration", "time")):
        entity = {"@id": f"prop-{group}", "name": name, "unitGroup": ref(f"group-{group}")}
        files[f"flow_properties/prop-{group}.json"] = entity
    for flow_id, (name, kind, prop, category) in FLOWS.items():
        factor = {keys["isRefProperty"]: True, "flowProperty": ref(prop), "conversionFactor": 1.0}
        flow: dict[str, object] = {"@id": flow_id, "name": name, "flowType": kind, "flowProperties": [factor]}
        flow["category"] = _file_category(files, category) if old else category
        if flow_id == "co2":
            flow["cas"] = "000124-38-9"
        files[f"flows/{flow_id}.json"] = flow
    ore = files["flows/ore.json"]
    assert isinstance(ore, dict)
    ore["flowProperties"].append({"flowProperty": ref(ENERGY), "conversionFactor": 25.0})
    files["locations/loc-us.json"] = {"@id": "loc-us", "name": "United States", "code": "US"}
    files["sources/src.json"] = {"@id": "src", "name": "Doe 2020", "textReference": "Journal of Ores 1:1", "year": 2020}
    for process_id, process in _list_processes(keys).items():
        files[f"processes/{process_id}.json"] = {"@id": process_id, **process}
    return files


def encode(files: dict[str, object]) -> dict[str, bytes]:
    return {name: dump(content) for name, content in files.items()}


def _file_category(files: dict[str, object], path: str) -> dict[str, object]:
    above = None
    for part in path.split("/"):
        files[f"categories/cat-{part}.json"] = {"@id": f"cat-{part}", "name": part, "category": above}
        above = ref(f"cat-{part}")
    return above or {}


def _row(keys: dict[str, str], flow: str, amount: float, unit: str, **more: object) -> dict[str, object]:
    return {
        "flow": ref(flow),
        "amount": amount,
        "unit": ref(f"unit-{unit}"),
        **{keys.get(name, name): value for name, value in more.items()},
    }


def _list_processes(keys: dict[str, str]) -> dict[str, dict[str, object]]:
    lognormal = {"distributionType": "LOG_NORMAL_DISTRIBUTION", "geomMean": 2.0, "geomSd": 1.1}
    triangle = {"distributionType": "TRIANGLE_DISTRIBUTION", "minimum": 2.0, "mode": 3.0, "maximum": 5.0}
    smelter = [
        _row(keys, "metal", 1.0, "kg", isReference=True, internalId=1),
        _row(keys, "ore", 2.0, "t", isInput=True, defaultProvider=ref("mine"), uncertainty=lognormal),
        _row(keys, "power", 3.0, "kWh", isInput=True, uncertainty=triangle, pedigree="(1;2;3;4;5)"),
        _row(keys, "co2", 4.0, "kg", amountFormula="2 * carbon", description="measured"),
        _row(keys, "slag", 5.0, "kg", defaultProvider=ref("gone")),
        _row(keys, "heat", 6.0, "MJ", isInput=True, isAvoided=True),
        _row(keys, "rock", 7.0, "sh tn", isInput=True),
    ]
    mine = [_row(keys, "ore", 1.0, "kg", isReference=True), _row(keys, "co2", 0.5, "kg")]
    dump_ = [_row(keys, "slag", 1.0, "kg", isInput=True, isReference=True), _row(keys, "co2", 0.1, "kg")]
    pond = [_row(keys, "sludge", 1.0, "kg", isInput=True, isReference=True), _row(keys, "co2", 0.2, "kg")]
    mill = [
        _row(keys, "power", 1.0, "MJ", isReference=True, internalId=1),
        _row(keys, "heat", 1.0, "MJ", internalId=2),
        _row(keys, "co2", 1.0, "kg", internalId=3),
        _row(keys, "sludge", -0.25, "kg", isInput=True),
    ]
    shares: list[dict[str, object]] = [
        {"allocationType": "PHYSICAL_ALLOCATION", "product": ref("power"), "value": 0.7},
        {"allocationType": "PHYSICAL_ALLOCATION", "product": ref("heat"), "value": 0.3},
        {"allocationType": "ECONOMIC_ALLOCATION", "product": ref("heat"), "value": 0.9},
    ]
    documented: dict[str, object] = {"validFrom": "2018-01-01T00:00:00-07:00", "validUntil": "2019-12-31-05:00"}
    documented["sources"] = [ref("src")]
    return {
        "smelter": {"name": "Smelter", "location": ref("loc-us"), "processDocumentation": documented}
        | {"exchanges": smelter, "parameters": [{"name": "carbon", "value": 2.0}]},
        "mine": {"name": "Mine", "exchanges": mine},
        "dump": {"name": "Dump", "exchanges": dump_},
        "pond": {"name": "Pond", "exchanges": pond},
        "mill": {
            "name": "Mill",
            "exchanges": mill,
            "allocationFactors": shares,
            "defaultAllocationMethod": "PHYSICAL_ALLOCATION",
        },
    }
