"""Small valid packages of every format, for fuzzing: how each is made, and how it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from lcaengine.formats import Imported, read_ilcd, read_jsonld, read_simapro
from tests import olca, simapro_files
from tests.test_ilcd import FILES as ILCD


@dataclass(frozen=True)
class Seed:
    """How packages of a format are made and read; whether they are several files, and may stand in a zip."""

    make: Callable[[], Iterable[Mapping[str, bytes]]]
    read: Callable[[Path], Imported]
    is_package: bool = True
    zips: bool = True


def make_simapro() -> list[dict[str, bytes]]:
    text = simapro_files.HEADER + "".join(simapro_files.MILL)
    return [{"mill.csv": text.replace("\n", "\r\n").encode("cp1252")}]


SEEDS: dict[str, Seed] = {
    "ilcd": Seed(lambda: [{f"ILCD/{name}.xml": text.encode() for name, text in ILCD.items()}], read_ilcd),
    "jsonld": Seed(lambda: [olca.encode(olca.make_package(old)) for old in (False, True)], read_jsonld),
    "simapro": Seed(make_simapro, read_simapro, is_package=False, zips=False),
}
