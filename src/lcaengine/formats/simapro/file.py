"""A SimaPro CSV file: its letters, its header, and its blocks, one at a time."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lcaengine.errors import DataError
from lcaengine.io.source import Source

__all__ = ["Block", "Row", "SimaproFile", "list_blocks", "list_sections", "open_simapro"]

Row = tuple[int, list[str]]
"""Number of the row in the file, and its fields."""
BLOCKS = (
    *("Process", "Product stage", "Method", "Impact category", "Damage category", "Normalization-Weighting set"),
    *("Quantities", "Units", "Literature reference", "Database Input parameters", "Database Calculated parameters"),
    *("Project Input parameters", "Project Calculated parameters"),
)
"""Words that begin a block, even where the one before has no End."""
SECTIONS = frozenset(
    (
        *("Products", "Avoided products", "Materials/fuels", "Electricity/heat", "Waste to treatment"),
        *("Resources", "Emissions to air", "Emissions to water", "Emissions to soil", "Final waste flows"),
        *("Non material emission", "Non material emissions", "Social issues", "Economic issues"),
        *("Waste treatment", "Waste scenario", "Separated waste", "Remaining waste"),
        *("Input parameters", "Calculated parameters"),
    )
)
"""Words that begin a section of rows within a process."""
WIDTH = 10
"""Fields a row is filled up to, since some programs leave out the last where they are empty."""
HEADER_LINES = 1000
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f]")
_NOT_WINDOWS = b"\x81\x8d\x8f\x90\x9d"


@dataclass(frozen=True, slots=True)
class SimaproFile:
    """A file of processes.

    Attributes
    ----------
    source : Source
    name : str
        Of the file in the source.
    sha256 : str
    encoding : str
        UTF-8 where it is that, else Windows-1252.
    header : dict
        As `bw_simapro_csv` reads it: ``delimiter``, ``decimal_separator``, ``project``, ``dayfirst`` ...
    header_lines : int
    has_odd_bytes : bool
        Whether there are bytes that Windows-1252 has no letter for.
    """

    source: Source
    name: str
    sha256: str
    encoding: str
    header: dict[str, Any]
    header_lines: int
    has_odd_bytes: bool

    @property
    def decimal(self) -> str:
        """The sign before decimals."""
        return str(self.header["decimal_separator"])


@dataclass(frozen=True, slots=True)
class Block:
    """One block: the word it begins with, and its rows."""

    kind: str
    rows: list[Row]


def open_simapro(source: Source, name: str) -> SimaproFile:
    """Open a file: find its encoding and read its header.

    Raises
    ------
    DataError
        If it is no SimaPro CSV, or one of methods.
    """
    sha256, encoding, has_odd_bytes = _examine(source, name)
    with source.stream(name) as stream:
        text = io.TextIOWrapper(stream, encoding, errors="replace", newline="")
        lines: list[str] = []
        for line in text:
            if not line.startswith(("{", '"{')) or len(lines) > HEADER_LINES:
                break
            lines.append(line.strip())
    if not lines:
        what = f"{name} is no SimaPro CSV: it does not begin with lines in braces, {{SimaPro 9.6.0.1}}"
        raise DataError(what, source.label, "export the processes of a project from SimaPro as CSV")
    header = _read_header(lines, name, source.label)
    if header["kind"] == "methods":
        what = f"{name} holds methods and no processes"
        raise DataError(what, source.label, "export processes from SimaPro; methods are no inventory")
    return SimaproFile(source, name, sha256, encoding, header, len(lines), has_odd_bytes)


def list_blocks(file: SimaproFile) -> Iterator[Block]:
    """Read a file's blocks one after the other.

    Raises
    ------
    DataError
        If the file is damaged.
    """
    kind, rows = "", list[Row]()
    with file.source.stream(file.name) as stream:
        text = io.TextIOWrapper(stream, file.encoding, errors="replace", newline="")
        reader = csv.reader(
            itertools.islice(text, file.header_lines, None), delimiter=file.header["delimiter"], strict=True
        )
        try:
            for at, fields in enumerate(reader, file.header_lines + 1):
                row = [_clean(field) for field in fields]
                alone = bool(row) and bool(row[0]) and not any(row[1:])
                if alone and row[0] == "End":
                    if kind:
                        yield Block(kind, rows)
                    kind, rows = "", []
                elif (alone and row[0] in BLOCKS) or (not kind and any(row)):
                    if kind:
                        yield Block(kind, rows)
                    kind, rows = row[0], []
                elif kind:
                    rows.append((at, row + [""] * (WIDTH - len(row)) if len(row) > 1 else row))
        except csv.Error as error:
            what = f"{file.name} is no CSV at line {file.header_lines + reader.line_num}: {error}"
            raise DataError(what, file.source.label, "export the file again") from error
    if kind:
        yield Block(kind, rows)


def list_sections(block: Block) -> Iterator[tuple[str, int, list[str]]]:
    """Give the rows of a process's sections, each with the name of its section and the number of the row.

    Yields
    ------
    (str, int, list of str)
    """
    section, is_filled = "", False
    for at, row in block.rows:
        if not any(row):
            section = "" if is_filled else section
        elif row[0] in SECTIONS and not any(row[1:]):
            section, is_filled = row[0], False
        elif section:
            is_filled = True
            yield section, at, row


def _examine(source: Source, name: str) -> tuple[str, str, bool]:
    """Hash a file, and find whether it is UTF-8."""
    digest, decoder = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")()
    encoding, odd = "utf-8-sig", False
    with source.stream(name) as stream:
        while piece := stream.read(1 << 20):
            digest.update(piece)
            if b"\0" in piece:
                what = f"{name} is neither UTF-8 nor Windows-1252: it holds zero bytes"
                raise DataError(what, source.label, "write it as UTF-8 or Windows-1252")
            odd = odd or any(byte in piece for byte in _NOT_WINDOWS)
            if encoding != "cp1252":
                try:
                    decoder.decode(piece)
                except UnicodeDecodeError:
                    encoding = "cp1252"
    try:
        decoder.decode(b"", final=encoding != "cp1252")
    except UnicodeDecodeError:
        encoding = "cp1252"
    return digest.hexdigest(), encoding, odd and encoding == "cp1252"


def _read_header(lines: list[str], name: str, where: str) -> dict[str, Any]:
    import bw_simapro_csv.header
    import loguru

    loguru.logger.disable("bw_simapro_csv")
    try:
        parsed, _ = bw_simapro_csv.header.parse_header([*lines, ""])
        header: dict[str, Any] = parsed.model_dump()
    except Exception as error:  # the library promises none in particular
        text = " ".join(str(error).split())[:200]
        raise DataError(f"the header of {name} is not read: {text}", where, "export the file again") from error
    if len(header["delimiter"]) != 1 or header["decimal_separator"] not in (".", ","):
        what = f"the header of {name} has the separators {header['delimiter']!r} and {header['decimal_separator']!r}"
        raise DataError(what, where, "export it with semicolon, comma or tab, and decimals after a point or comma")
    return header


def _clean(field: str) -> str:
    """Take out control characters; SimaPro writes DEL for a new line within a field."""
    if field.isprintable():
        return field.strip()
    return _CONTROL.sub("", field.replace("\x7f", "\n")).strip()
