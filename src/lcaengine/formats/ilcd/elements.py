"""Elements of ILCD data sets: texts in English where there are any, numbers, and the files of each kind."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from lcaengine.errors import DataError
from lcaengine.formats.text import read_number
from lcaengine.io.source import Source

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["FOLDERS", "find", "find_all", "find_id", "join_name", "list_files", "number", "text"]

FOLDERS = ("unitgroups", "flowproperties", "sources", "flows", "processes")
"""Folders of a package that are read, in this order; contacts and methods are not."""
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_NAME = (
    "baseName",
    "treatmentStandardsRoutes",
    "mixAndLocationTypes",
    "functionalUnitFlowProperties",
    "flowProperties",
)
_STEP = re.compile(r"(?<=/)|^")


def list_files(source: Source) -> dict[str, tuple[str, ...]]:
    """Sort the files of a package by the folder they stand in; ``other`` are those of none that is read."""
    files: dict[str, list[str]] = {folder: [] for folder in (*FOLDERS, "other")}
    for name in source.names:
        folder = PurePosixPath(name).parent.name.lower()
        files[folder if folder in FOLDERS else "other"].append(name)
    return {folder: tuple(names) for folder, names in files.items()}


def find(element: etree._Element, path: str) -> etree._Element | None:
    """Find the first element at a path of local names, whatever their namespaces."""
    return element.find(_STEP.sub("{*}", path))


def find_all(element: etree._Element, path: str) -> list[etree._Element]:
    """Find all elements at a path of local names."""
    return list(element.iterfind(_STEP.sub("{*}", path)))


def text(element: etree._Element | None, path: str) -> str:
    """Give the text at a path: the English one where there is one, else the first; empty where there is none."""
    if element is None:
        return ""
    found = find_all(element, path)
    chosen = next((each for each in found if each.get(_LANGUAGE, "en") == "en"), found[0] if found else None)
    if chosen is None:
        return ""
    return str(chosen.xpath("string()") if len(chosen) else chosen.text or "").strip()


def number(element: etree._Element, path: str, where: str) -> float | None:
    """Give the number at a path; none where there is none."""
    found = text(element, path)
    return read_number(found, where, path.rpartition("/")[2]) if found else None


def find_id(root: etree._Element, path: str, name: str) -> str:
    """Give a data set's UUID.

    Raises
    ------
    DataError
        If it has none.
    """
    found = text(root, f"{path}/dataSetInformation/UUID").lower()
    if not found:
        raise DataError(f"{name} has no UUID", name, "export it again", id=name)
    return found


def join_name(information: etree._Element | None, parts: Iterable[str] = _NAME) -> str:
    """Join the parts of a name as the ILCD does, by semicolons."""
    return "; ".join(filter(None, (text(information, f"name/{part}") for part in parts)))
