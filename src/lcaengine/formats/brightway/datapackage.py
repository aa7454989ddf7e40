"""Reader of Brightway datapackages: matrices as bw_processing writes them, npy or Parquet, folder or zip.

A package is matrices of integers. What they are the ids of, and what each is measured in, stands in labels, see
:mod:`lcaengine.formats.brightway.labels`; a package without units is refused, since a number without one is no amount.

What is read is what bw2calc computes with by default (``use_arrays=False``): vectors. Arrays, which hold several
columns of samples or scenarios, are left out and reported; a matrix that has nothing but arrays is read from their
first column, as a sequential run of bw2calc begins.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lcaengine.errors import DataError
from lcaengine.formats.brightway.arrays import Group, Manifest, Resource, list_resources, read_group
from lcaengine.formats.brightway.labels import DEMAND, Label, list_rows, read_labels
from lcaengine.formats.brightway.matrix import Matrix, find_references, lay_groups
from lcaengine.formats.brightway.package_rows import add_biosphere, add_technosphere
from lcaengine.formats.draft import Draft, Progress
from lcaengine.formats.imported import Imported
from lcaengine.formats.text import read_number
from lcaengine.io.source import Source, open_source

__all__ = ["read_datapackage"]

_READ = ("technosphere_matrix", "biosphere_matrix")
"""Matrices that are an inventory."""


def read_datapackage(source: str | Path, *, progress: Progress | None = None) -> Imported:
    """Read a Brightway datapackage.

    Parameters
    ----------
    source : str or Path
        The zip or the folder.
    progress : callable, optional
        Told how many entries are read; of how many is not known.

    Returns
    -------
    Imported

    Raises
    ------
    DataError
        If it is no datapackage, is damaged, or does not say what its numbers are measured in.

    Notes
    -----
    A product without labels is refused; so is an activity of which nothing says what it is there for. Elementary flows
    are outputs, unless their label says input or a compartment that is a resource.

    References
    ----------
    Mutel, C., bw_processing 1.6 (format) and matrix_utils 0.9 (what a matrix is made of).

    Examples
    --------
    >>> import lcaengine as lca, tempfile, pathlib
    >>> from lcaengine.formats.brightway.write import write_datapackage
    >>> footprints = lca.score(lca.read_inventory(lca.find_example("two-suppliers")))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     imported = read_datapackage(write_datapackage(footprints, pathlib.Path(folder) / "two.zip"))
    >>> imported.tables["processes"].num_rows
    4
    """
    opened = open_source(source, (), "a datapackage as bw_processing writes it")
    draft = Draft("datapackage", str(source))
    manifest = list_resources(opened)
    labels = read_labels(opened, manifest, draft)
    _report_others(manifest, draft)
    for row in list_rows(opened, manifest, "suppliers"):
        draft.add("suppliers", **_take(row, ("supplier_id", "name", "location", "group", "identifiers")))
    matrix, sources = _read_matrix(opened, manifest, "technosphere_matrix", draft)
    if not len(matrix):
        raise DataError("its technosphere has no entry", str(source), "give the package of an inventory")
    bills = {i for i, each in labels.technosphere.items() if each.get("activity") == DEMAND}
    _check_labels(labels.technosphere, matrix.row, bills, str(source))
    _check_labels(labels.technosphere, matrix.column, None, str(source))
    reference = find_references(matrix, str(source))
    made = add_technosphere(draft, matrix, labels, reference, sources, _count_from(progress, 0))
    start = len(matrix)
    del matrix  # one at a time is in memory
    matrix, sources = _read_matrix(opened, manifest, "biosphere_matrix", draft)
    _check_labels(labels.biosphere, matrix.row, set(), str(source))
    add_biosphere(draft, matrix, labels, made, sources, _count_from(progress, start))
    del matrix
    _add_tables(opened, manifest, draft)
    return draft.finish(_describe(manifest), opened.hash())


def _read_matrix(source: Source, manifest: Manifest, matrix: str, draft: Draft) -> tuple[Matrix, list[str]]:
    """Read the entries of a matrix, and the source_id of each of its groups."""
    resources: dict[str, list[Resource]] = {}
    for each in manifest.resources:
        if each.matrix == matrix:
            resources.setdefault(each.group, []).append(each)
    arrays = {name for name, own in resources.items() if any(r.kind == "data" and r.category == "array" for r in own)}
    if arrays and arrays < resources.keys():
        for name in sorted(arrays):
            draft.lose(
                "arrays of samples or scenarios, beside vectors that hold the static values", f"{name}, {matrix}"
            )
            del resources[name]
        arrays = set()
    groups = [read_group(source, name, own) for name, own in resources.items()]
    for group in groups:
        if group.columns:
            what = "arrays of samples or scenarios where there is no vector: the first column is the static value"
            draft.change(what, f"{group.name}: {group.columns} columns", len(group))
        if group.columns > 1:
            draft.lose("samples and scenarios behind the first column of an array", group.name, group.columns - 1)
    for each in (each for own in resources.values() for each in own if each.kind in ("params", "param_labels")):
        draft.lose("parameters that values were computed from; the values stay", each.name)
    laid = lay_groups(groups, manifest)
    if laid.overwritten:
        draft.change("entries that a later one of the same place stands for", matrix, laid.overwritten)
    if laid.rigid:
        draft.lose("distributions that have no multiple of their type; the amount stays", matrix, laid.rigid)
    return laid, [_add_source(draft, group, manifest) for group in groups]


def _add_source(draft: Draft, group: Group, manifest: Manifest) -> str:
    name = manifest.about.text("name") or "datapackage"
    return draft.add_dataset(group.name, name, group.file, group.sha256)


def _report_others(manifest: Manifest, draft: Draft) -> None:
    for each in manifest.resources:
        if each.matrix == "characterization_matrix" and each.kind == "data":
            what = "characterization factors: an inventory has none, they are a method's"
            draft.lose(what, each.identifier or each.group)
        elif each.matrix and each.matrix not in _READ and each.kind == "data":
            draft.lose("matrices that are no part of an inventory", f"{each.matrix} in {each.group}")


def _check_labels(
    labels: Mapping[int, Label], ids: NDArray[np.int64], unmeasured: set[int] | None, source: str
) -> None:
    """Refuse ids that nothing names, or that say not what they are measured in; None for ids that need no unit."""
    used = np.unique(ids).tolist()
    names = [each for each in used if not labels.get(each, {}).get("name")]
    units = [each for each in used if not labels.get(each, {}).get("unit") and each not in (unmeasured or ())]
    for missing, word in ((units if unmeasured is not None else [], "are measured in"), (names, "are called")):
        if missing:
            some = ", ".join(map(str, missing[:5]))
            what = f"the package does not say what {len(missing)} of its ids {word}: {some}"
            fix = (
                "put a file labels.csv beside datapackage.json, with a row an id and the columns id, name, unit (of "
                "products and elementary flows), and compartment or direction; or add one by add_csv_metadata"
            )
            raise DataError(what, source, fix)


def _add_tables(source: Source, manifest: Manifest, draft: Draft) -> None:
    """Add what stands beside the matrices in a package of this engine: properties, and inputs left out."""
    for row in list_rows(source, manifest, "properties"):
        fields = _take(row, ("flow_id", "property", "unit"))
        if draft.has("flows", row.get("flow_id", "")):
            draft.add("properties", value=read_number(row.get("value", ""), "properties", "value"), **fields)
    for row in list_rows(source, manifest, "cut_off"):
        if not draft.has("flows", row.get("flow_id", "")):
            draft.add("flows", **_take(row, ("flow_id", "name", "kind", "unit", "category")))
        fields = _take(row, ("process_id", "flow_id", "direction", "unit", "location"))
        draft.add("exchanges", amount=read_number(row.get("amount", ""), "cut_off", "amount"), **fields)


def _take(row: dict[str, str], columns: tuple[str, ...]) -> dict[str, str | None]:
    return {column: row.get(column) for column in columns}


def _describe(manifest: Manifest) -> dict[str, str]:
    about = manifest.about
    licences = [each.text("name", "title", "path") for each in about.children("licenses")]
    created = about.text("created")
    return {
        "name": about.text("title") or about.text("name") or "datapackage",
        "version": about.text("version"),
        "licence": ", ".join(each for each in licences if each),
        "description": "; ".join(
            each for each in (about.text("description"), created and f"written {created}") if each
        ),
    }


def _count_from(progress: Progress | None, start: int) -> Progress | None:
    """Count on from where the last matrix ended; how many there are is known when all are read."""
    return None if progress is None else lambda done, _: progress(start + done, 0)
