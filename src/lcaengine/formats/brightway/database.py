"""Reader of a database in a Brightway project, through bw2data, which must be installed; the project stays as it is."""

from __future__ import annotations

import contextlib
import hashlib
import json
import sys
from collections.abc import Iterator
from typing import Any

from lcaengine.errors import DataError
from lcaengine.formats.brightway.rows import Book, add_dataset, name_nodes
from lcaengine.formats.draft import Draft, Progress, follow
from lcaengine.formats.imported import Imported

__all__ = ["read_brightway"]


def read_brightway(source: str, *, progress: Progress | None = None) -> Imported:
    """Read a database of a Brightway project.

    Parameters
    ----------
    source : str
        ``PROJECT/DATABASE``, or the name of a database of the current project.
    progress : callable, optional
        Told how many datasets are read, and of how many.

    Returns
    -------
    Imported

    Raises
    ------
    DataError
        If there is no such project or database, or a dataset does not hold.

    Notes
    -----
    Projects are looked for where bw2data looks, ``BRIGHTWAY2_DIR`` first. No project is made, changed or migrated; the
    project that was current before is current after. Inputs from other databases stay, without the process that
    supplies them. Datasets are pickled: read projects of your own, as with bw2data itself.

    References
    ----------
    Mutel, C., bw2data 4.8: types of nodes and edges, and implicit production.
    """
    bw2data = _open_bw2data()
    with _open_database(bw2data, str(source)) as (project, name):
        draft = Draft("brightway", f"{project}/{name}")
        with _reading(bw2data, draft.source):
            datasets = sorted((dict(each) for each in bw2data.Database(name)), key=lambda each: str(each.get("code")))
        if not datasets:
            fix = "name one that has been written"
            raise DataError(f"there is no dataset in the database {name!r}", draft.source, fix)
        digest = hashlib.sha256()
        nodes: dict[tuple[str, str], dict[str, Any] | None] = {(name, each["code"]): each for each in datasets}
        book = Book(draft, name, name_nodes(datasets, name), {}, lambda key: _find_node(bw2data, nodes, key))
        for dataset in follow(datasets, len(datasets), progress):
            with _reading(bw2data, draft.source):
                edges = [dict(each) for each in bw2data.get_activity((name, dataset["code"])).exchanges()]
            content = json.dumps([dataset, edges], default=str, sort_keys=True, skipkeys=True)
            digest.update(content.encode("utf-8", "surrogatepass"))
            add_dataset(book, dataset, edges, hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest())
        about = {"name": name, "description": f"database {name} of the Brightway project {project}"}
        return draft.finish(about, digest.hexdigest())


def _open_bw2data() -> Any:
    try:
        with contextlib.redirect_stdout(sys.stderr):  # which greets on standard output
            import bw2data
    except OSError as error:
        raise DataError(f"bw2data does not start: {error}", "BRIGHTWAY2_DIR", "name a folder that is there") from error
    return bw2data


@contextlib.contextmanager
def _open_database(bw2data: Any, source: str) -> Iterator[tuple[str, str]]:
    """Make the project of a database current, without writing to it, and go back to the one before."""
    projects = bw2data.projects
    before, was_read_only = projects.current, projects.read_only
    known = sorted(each.name for each in projects)
    splits = [(source[:at], source[at + 1 :]) for at, letter in enumerate(source) if letter == "/"]
    choices = [(before, source), *((project, name) for project, name in splits if project in known)]
    try:
        for project, name in choices:
            if project != projects.current:
                projects.set_current(project, writable=False, update=False)
            if name in bw2data.databases:
                yield project, name
                return
        held = ", ".join(sorted(map(str, bw2data.databases))) or "none"
        what = f"there is no database {choices[-1][1]!r} in the Brightway project {choices[-1][0]!r}"
        fix = f"write PROJECT/DATABASE; projects: {', '.join(known)}; databases of {projects.current}: {held}"
        raise DataError(what, source, fix, given=source)
    finally:
        if projects.current != before:
            projects.set_current(before, writable=not was_read_only, update=False)


@contextlib.contextmanager
def _reading(bw2data: Any, where: str) -> Iterator[None]:
    """Say where a database does not read."""
    import pickle
    import sqlite3

    from peewee import PeeweeException

    try:
        yield
    except (PeeweeException, sqlite3.Error, pickle.UnpicklingError, EOFError, AttributeError, KeyError) as error:
        text = " ".join(str(error).split())[:200]
        fix = "look whether Brightway itself reads it"
        raise DataError(f"the database does not read: {type(error).__name__} {text}", where, fix) from error


def _find_node(
    bw2data: Any, nodes: dict[tuple[str, str], dict[str, Any] | None], key: tuple[str, str]
) -> dict[str, Any] | None:
    """Give a node of any database of the project, asking for each once."""
    if key not in nodes:
        try:
            nodes[key] = dict(bw2data.get_activity(key))
        except bw2data.errors.UnknownObject:
            nodes[key] = None
    return nodes[key]
