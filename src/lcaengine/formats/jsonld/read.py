"""Reading openLCA's JSON-LD, of the old schema (1.x, as US LCI was published in) and the new (2.x)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path, PurePosixPath

from lcaengine.formats.draft import Draft, Progress, follow
from lcaengine.formats.imported import Imported
from lcaengine.formats.jsonld.flows import add_flows, read_units
from lcaengine.formats.jsonld.own import Own, note_own, read_own, restore_own
from lcaengine.formats.jsonld.process import Known, add_process
from lcaengine.formats.text import Json, read_json
from lcaengine.io.source import Source, open_source

__all__ = ["read_jsonld"]

READ = ("processes", "flows", "flow_properties", "unit_groups", "locations", "sources", "categories", "actors")
"""Folders that are read; of actors the names stand where they are referred to."""


def read_jsonld(source: str | Path, *, progress: Progress | None = None) -> Imported:
    """Read a package of openLCA JSON-LD.

    Parameters
    ----------
    source : str or Path
        Zip or folder with ``processes/``, ``flows/`` and so on.
    progress : callable, optional
        Told how many processes are read, and of how many.

    Returns
    -------
    Imported

    Raises
    ------
    DataError
        If it cannot be opened, or a dataset does not say what its schema asks for.

    Notes
    -----
    A quantitative reference that is a product taken in, or given off in a negative amount, is the treatment of a waste.
    Units that are not read here are carried to the reference unit of their own unit group, by its own factor. Where a
    process has a default allocation method, the factors of that method are kept, and where it has several products and
    no method, its reference product carries all. What a package of our own says among other properties (ids, stages,
    suppliers) is taken from there.

    References
    ----------
    GreenDelta, openLCA schema, https://greendelta.github.io/olca-schema/

    Examples
    --------
    >>> from lcaengine.formats import read_jsonld
    >>> read_jsonld("nowhere.zip")
    Traceback (most recent call last):
    lcaengine.errors.DataError: there is nothing at 'nowhere.zip'
      where: nowhere.zip
      do:    give the folder, zip or URI of an inventory (or example:NAME)
    """
    files = open_source(source, (".json",), "openLCA JSON-LD")
    draft = Draft("jsonld", files.label)
    names = _sort_names(files)
    own: Own = {}
    units = read_units(draft, _read(files, names, "unit_groups"), _read(files, names, "flow_properties"))
    categories = _read_categories(files, names)
    known = Known(
        units=units,
        flows=add_flows(draft, units, categories, note_own(own, "flows", _read(files, names, "flows"))),
        locations={each.text("@id"): each.text("code", "name") for _, each in _read(files, names, "locations")},
        sources=_add_sources(draft, note_own(own, "sources", _read(files, names, "sources"))),
        processes=frozenset(PurePosixPath(name).stem for name in names.get("processes", ())),
        categories=categories,
    )
    processes = names.get("processes", ())
    for name, content in follow(files.read_all(processes), len(processes), progress):
        process = read_json(content, name)
        add_process(draft, known, name, sha256(content).hexdigest(), process)
        if found := read_own("processes", process):
            own.setdefault("processes", {})[process.text("@id")] = found
    for folder in sorted(set(names) - set(READ)):
        draft.lose(f"{folder}: there is no place for them", names[folder][0], len(names[folder]))
    about = {"name": PurePosixPath(files.label).stem, "description": "from openLCA JSON-LD"}
    imported = draft.finish(about, files.hash())
    return replace(imported, tables=restore_own(imported.tables, own, files.label)) if own else imported


def _sort_names(files: Source) -> dict[str, tuple[str, ...]]:
    """Sort the files of a package by the folder they stand in."""
    names: dict[str, list[str]] = {}
    for name in files.names:
        parts = PurePosixPath(name).parts
        if len(parts) > 1:
            names.setdefault(parts[-2], []).append(name)
    return {folder: tuple(found) for folder, found in names.items()}


def _read(files: Source, names: dict[str, tuple[str, ...]], folder: str) -> Iterator[tuple[str, Json]]:
    for name, content in files.read_all(names.get(folder, ())):
        yield name, read_json(content, name)


def _read_categories(files: Source, names: dict[str, tuple[str, ...]]) -> dict[str, str]:
    """Give the path of each category of the old schema, outermost first."""
    own: dict[str, tuple[str, str]] = {}
    for _, each in _read(files, names, "categories"):
        above = each.child("category")
        own[each.text("@id")] = each.text("name"), above.text("@id") if above else ""
    paths = {}
    for start in own:
        parts: list[str] = []
        at, seen = start, set[str]()
        while at in own and at not in seen:  # a category may name itself above
            seen.add(at)
            name, at = own[at]
            parts.append(name)
        paths[start] = "/".join(reversed(parts))
    return paths


def _add_sources(draft: Draft, sources: Iterable[tuple[str, Json]]) -> dict[str, str]:
    """Add every source and give its citation by id."""
    citations = {}
    for _, each in sources:
        source_id, name, text = each.text("@id"), each.text("name"), each.text("textReference", "description")
        year = each.number("year")
        parts = [name.strip(), text.strip(), f"{year:.0f}" if year else ""]
        citations[source_id] = ", ".join(part for part in parts if part) or source_id
        draft.add("sources", source_id=source_id, citation=citations[source_id], url=each.text("url"))
    return citations
