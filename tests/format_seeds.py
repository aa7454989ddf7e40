"""Small valid packages of every format, for fuzzing: how each is made, and how it is read."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import lcaengine as lca
from lcaengine.formats import (
    Imported,
    read_datapackage,
    read_ecospold1,
    read_ecospold2,
    read_ilcd,
    read_jsonld,
    read_questionnaire,
    read_simapro,
    read_tables,
    write_template,
)
from tests import olca, simapro_files
from tests import test_ecospold1 as old
from tests import test_ecospold2 as new
from tests.datapackages import write_package
from tests.test_ilcd import FILES as ILCD


@dataclass(frozen=True)
class Seed:
    """How packages of a format are made and read; whether they are several files, and may stand in a zip."""

    make: Callable[[], Iterable[Mapping[str, bytes]]]
    read: Callable[[Path], Imported]
    is_package: bool = True
    zips: bool = True


def _make_tables() -> Mapping[str, bytes]:
    with TemporaryDirectory() as folder:
        place = write_template(Path(folder) / "template")
        return {file.name: file.read_bytes() for file in place.iterdir()}


def _make_workbook() -> Mapping[str, bytes]:
    """Give the parts of a workbook: what Excel calls one file is a zip of them."""
    with TemporaryDirectory() as folder, zipfile.ZipFile(write_template(Path(folder) / "template.xlsx")) as parts:
        return {name: parts.read(name) for name in parts.namelist() if "rawing" not in name}


def _read_workbook(place: Path) -> Imported:
    """Make one file of the parts, and read it."""
    file = place.with_name(f"{place.name}.xlsx")
    if place.is_file():
        return read_tables(place.rename(file))
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as parts:
        for each in sorted(path for path in place.rglob("*") if path.is_file()):
            parts.write(each, each.relative_to(place))
    return read_tables(file)


def make_simapro() -> list[dict[str, bytes]]:
    text = simapro_files.HEADER + "".join(simapro_files.MILL)
    return [{"mill.csv": text.replace("\n", "\r\n").encode("cp1252")}]


def make_ecospold1() -> list[dict[str, bytes]]:
    """Give a document of two data sets: co-products with fractions, a provider, distributions, elementary flows."""
    shares = old.allocate(1, 60, 1, 8, 9, 2) + old.allocate(11, 40, 1, 8, 9, 2)
    coal = old.exchange(2, "coal", 0.5, "i1", uncertaintyType=1, standardDeviation95=1.44)
    mill = old.dataset(1, "steel", old.STEEL, old.HEAT, old.GAS, old.COAL, coal, shares)
    mine = old.dataset(2, "coal", old.exchange(2, "coal", 1, "o0"), old.GAS)
    head = '<?xml version="1.0" encoding="UTF-8"?><ecoSpold xmlns="http://www.EcoInvent.org/EcoSpold01">'
    return [{"small.xml": f"{head}{mill}{mine}</ecoSpold>".encode()}]


def make_ecospold2() -> list[dict[str, bytes]]:
    """Give a mill, its mine by activity link, and the treatment of its slag."""
    spread = (
        '<uncertainty><lognormal meanValue="0.5" mu="-0.7" variance="0.01" varianceWithPedigreeUncertainty="0.04"/>'
    )
    coal = new.product("coal", 0.5, "i5", f"{spread}</uncertainty>", activityLinkId="b")
    slag = new.product("slag", -0.2, "i5", activityLinkId="c")
    mill = new.document("a", new.product("steel", 1, "o0"), coal, slag, new.GAS, new.nature("ore", 1.6, "i4"))
    mine = new.document("b", new.product("coal", 1, "o0"), new.GAS)
    dump = new.document("c", new.product("slag", -1, "o0"), new.GAS)
    return [{f"{name}.spold": text.encode() for name, text in (("a", mill), ("b", mine), ("c", dump))}]


def make_datapackage() -> list[dict[str, bytes]]:
    """Give the parts of packages of npy and of Parquet."""
    made = []
    for kind in ("npy", "parquet"):
        with TemporaryDirectory() as folder, zipfile.ZipFile(write_package(Path(folder) / "a.zip", kind)) as parts:
            made.append({name: parts.read(name) for name in parts.namelist() if not name.endswith("/")})
    return made


def make_questionnaire() -> list[dict[str, bytes]]:
    folder = lca.find_example("two-suppliers").parent / "questionnaire"
    return [{name: (folder / name).read_bytes() for name in ("suppliers.csv", "mapping.toml")}]


def read_sheet(place: Path) -> Imported:
    files = place / "suppliers.csv", place / "mapping.toml"
    return read_questionnaire(files[0], mapping=files[1], background="example:neodymium-magnet")


SEEDS: dict[str, Seed] = {
    "datapackage": Seed(make_datapackage, read_datapackage),
    "ecospold1": Seed(make_ecospold1, read_ecospold1),
    "ecospold2": Seed(make_ecospold2, read_ecospold2),
    "questionnaire": Seed(make_questionnaire, read_sheet, zips=False),
    "ilcd": Seed(lambda: [{f"ILCD/{name}.xml": text.encode() for name, text in ILCD.items()}], read_ilcd),
    "jsonld": Seed(lambda: [olca.encode(olca.make_package(old)) for old in (False, True)], read_jsonld),
    "tables": Seed(lambda: [_make_tables()], read_tables),
    "excel": Seed(lambda: [_make_workbook()], _read_workbook),
    "simapro": Seed(make_simapro, read_simapro, is_package=False, zips=False),
}
