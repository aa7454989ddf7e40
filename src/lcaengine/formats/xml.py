"""Reading XML: no entities, no document types, nothing from outside, one dataset at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from lcaengine.errors import DataError
from lcaengine.io.source import Source

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["list_elements", "parse_xml"]


def parse_xml(content: bytes, name: str) -> etree._Element:
    """Parse a whole document.

    Raises
    ------
    DataError
        If it is damaged, nests or grows beyond libxml2's limits, or declares a document type (which is where entities
        that expand without end, and files from outside, would come in).
    """
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _damaged(name, error) from error
    if root.getroottree().docinfo.doctype:
        raise _refused(name)
    return root


def list_elements(source: Source, name: str, tag: str) -> Iterator[etree._Element]:
    """Parse a document a piece at a time, and give each element of a local name; it is emptied when the next is asked.

    Parameters
    ----------
    source : Source
    name : str
        File of the source.
    tag : str
        Local name, whatever the namespace.

    Yields
    ------
    lxml.etree._Element

    Raises
    ------
    DataError
        As :func:`parse_xml`.
    """
    from lxml import etree

    with source.stream(name) as stream:
        try:
            walk = etree.iterparse(
                _check_start(stream, name),
                events=("end",),
                tag=f"{{*}}{tag}",
                resolve_entities=False,
                no_network=True,
                load_dtd=False,
                huge_tree=False,
            )
            for _, element in walk:
                if element.getroottree().docinfo.doctype:  # one that comes after a long comment
                    raise _refused(name)
                yield element
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
        except (etree.XMLSyntaxError, ValueError) as error:
            raise _damaged(name, error) from error


class _Checked:
    """A stream whose first piece has no document type: XML allows one before the first element only."""

    def __init__(self, stream: BinaryIO, start: bytes) -> None:
        self.stream = stream
        self.start = start

    def read(self, size: int = -1) -> bytes:
        """Read the start that was looked at, then the rest."""
        if self.start:
            piece, self.start = self.start[:size] if size >= 0 else self.start, self.start[size:] if size >= 0 else b""
            return piece if size >= 0 else piece + self.stream.read()
        return self.stream.read(size)


def _check_start(stream: BinaryIO, name: str) -> _Checked:
    start = stream.read(1 << 16)
    if b"<!DOCTYPE" in start or "<!DOCTYPE".encode("utf-16-le") in start or "<!DOCTYPE".encode("utf-16-be") in start:
        raise _refused(name)
    return _Checked(stream, start)


def _refused(name: str) -> DataError:
    return DataError(f"{name} declares a document type, and may have entities in it", name, "take the DOCTYPE out")


def _damaged(name: str, error: Exception) -> DataError:
    text = " ".join(str(error).split())[:200]
    return DataError(f"{name} is no XML that can be read: {text}", name, "write the file again")
