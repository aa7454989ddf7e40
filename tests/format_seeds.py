"""Small valid packages of every format, for fuzzing: how each is made, and how it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from lcaengine.formats import Imported, read_jsonld
from tests import olca


@dataclass(frozen=True)
class Seed:
    """How packages of a format are made and read; whether they are several files, and may stand in a zip."""

    make: Callable[[], Iterable[Mapping[str, bytes]]]
    read: Callable[[Path], Imported]
    is_package: bool = True
    zips: bool = True


SEEDS: dict[str, Seed] = {
    "jsonld": Seed(lambda: [olca.encode(olca.make_package(old)) for old in (False, True)], read_jsonld),
}
