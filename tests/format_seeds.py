"""Small valid packages of every format, for fuzzing: how each is made, and how it is read."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from lcaengine.formats import Imported, read_ilcd, read_jsonld, read_simapro, read_tables, write_template
from tests import olca, simapro_files
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


SEEDS: dict[str, Seed] = {
    "ilcd": Seed(lambda: [{f"ILCD/{name}.xml": text.encode() for name, text in ILCD.items()}], read_ilcd),
    "jsonld": Seed(lambda: [olca.encode(olca.make_package(old)) for old in (False, True)], read_jsonld),
    "tables": Seed(lambda: [_make_tables()], read_tables),
    "excel": Seed(lambda: [_make_workbook()], _read_workbook),
    "simapro": Seed(make_simapro, read_simapro, is_package=False, zips=False),
}
