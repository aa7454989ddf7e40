"""Unpaired rows: rows alike of which nobody can say which of one inventory is which of another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.findings import Findings
from lcaengine.inventory import Inventory
from lcaengine.uncertainty.alike import Described, describe_rows, find_equals, hash_identity
from lcaengine.uncertainty.distributions import find_uncertain, list_distributions, list_stated
from lcaengine.uncertainty.keys import hash_rows, mix_keys
from lcaengine.uncertainty.pedigree import Pedigree

__all__ = ["AlikeRows", "find_alike", "list_alike", "list_unpaired", "report_alike"]

Keys = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class AlikeRows:
    """All uncertain rows of one identity, several of them.

    Attributes
    ----------
    name : str
        Flow and process.
    words : tuple of int
        What tells each of them apart that does not change with its amount, as numbers in order.
    rows : tuple of int
        The same, amounts and distributions included.
    """

    name: str
    words: tuple[int, ...]
    rows: tuple[int, ...]

    def fits(self, other: AlikeRows) -> bool:
        """Tell whether each row is known among those of another inventory."""
        is_told = len(set(self.words)) == len(self.words)
        return self.rows == other.rows or (is_told and self.words == other.words)


def find_alike(inventory: Inventory, pedigree: Pedigree | None = None) -> NDArray[np.int64]:
    """Find the uncertain exchange rows that have others of their identity.

    Parameters
    ----------
    inventory : Inventory
    pedigree : Pedigree, optional
        What is made of pedigrees.

    Returns
    -------
    (m,) int64
        Positions in the table.
    """
    frame = inventory.frames["exchanges"]
    used = find_uncertain(frame, frame.number("amount"), pedigree)
    return used[find_equals(hash_identity(frame)[used])]


def report_alike(inventory: Inventory, found: Findings) -> None:
    """Report uncertain rows alike in what identifies an exchange.

    Parameters
    ----------
    inventory : Inventory
    found : Findings
        Receives one warning `alike_rows` that names the first of them.
    """
    alike = find_alike(inventory)
    if not len(alike):
        return
    what = (
        f"{len(alike)} uncertain rows are alike in process, flow, direction, provider and location: which of them "
        "takes which draw goes by comment, source and amount"
    )
    fix = "add them up, or tell them apart by a comment or source"
    row = int(inventory.frames["exchanges"].rows[alike].min())
    found.warn("alike_rows", "exchanges", what, fix, row=row)


def list_alike(inventory: Inventory, pedigree: Pedigree | None = None) -> dict[int, AlikeRows]:
    """List rows alike by the key each is drawn under.

    Parameters
    ----------
    inventory : Inventory
    pedigree : Pedigree, optional

    Returns
    -------
    dict of int to AlikeRows
    """
    if not len(find_alike(inventory, pedigree)):
        return {}
    frame = inventory.frames["exchanges"]
    listed = list_distributions(inventory, pedigree)
    identity = hash_identity(frame)[listed.row]
    alike = find_equals(identity)
    alike = alike[np.argsort(identity[alike], kind="stable")]
    some = listed.take(alike)
    words, rows = _hash_rows(describe_rows(some, frame, list_stated(frame)[some.row]))
    starts = np.flatnonzero(np.diff(identity[alike], prepend=~identity[alike][:1])).tolist()
    processes, flows = frame.columns["process_id"], frame.columns["flow_id"]
    found: dict[int, AlikeRows] = {}
    for start, end in zip(starts, [*starts[1:], len(alike)], strict=True):
        first = int(some.row[start])
        name = f"{flows[first].as_py()} of {processes[first].as_py()}"
        one = AlikeRows(name, *(tuple(sorted(each[start:end].tolist())) for each in (words, rows)))
        found |= dict.fromkeys(some.key[start:end].tolist(), one)
    return found


def _hash_rows(described: Described) -> tuple[Keys, Keys]:
    """Hash what tells rows apart: without numbers, and with them."""
    kinds = pa.array([str(each) for each in described.listed.kind.tolist()])
    spelled = [each.dictionary_decode().dictionary_encode() for each in described.words]  # the words of these rows only
    words = hash_rows("alike", [*spelled, kinds.dictionary_encode()])
    words = mix_keys(words, (2 * described.flags + described.is_stated).astype(np.uint64))
    rows = words
    for numbers in described.list_numbers():
        rows = mix_keys(rows, numbers.view(np.uint64))
    return words, rows


def list_unpaired(shared: Iterable[int], first: Mapping[int, AlikeRows], second: Mapping[int, AlikeRows]) -> list[str]:
    """List rows alike that two inventories draw under the same keys, and of which nobody can say which is which.

    They are where their number differs, or what tells them apart; or where nothing but amounts does, and these differ.

    Parameters
    ----------
    shared : iterable of int
        Keys that both draw under.
    first, second : dict of int to AlikeRows
        Of each inventory.

    Returns
    -------
    list of str
        Their names, in order.
    """
    found = set()
    for key in shared:
        one, other = first.get(key), second.get(key)
        if one is None or other is None:
            found |= {each.name for each in (one, other) if each is not None}
        elif not one.fits(other):
            found.add(one.name)
    return sorted(found)
