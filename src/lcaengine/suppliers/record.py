"""A record: what a run wrote of a part, and of what, so that another run can tell whether it stands."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.findings import Finding, read_findings
from lcaengine.io.bundle import Bundle, pack_bundle, unpack_bundle
from lcaengine.io.folder import Folder, read_file, write_file, write_table
from lcaengine.kernels.hashing import hash_words

__all__ = ["UNDERS", "Record", "Scored", "hash_ids", "is_whole", "read_record", "write_scored"]

UNDERS = ("results", "gaps", "parts")
"""Folders of what is written: results, what is missing, and the records."""
DIGEST_BYTES = hashlib.sha256().digest_size


@dataclass(frozen=True, slots=True)
class Scored:
    """What came of a part.

    Attributes
    ----------
    label : str
        Name of the part.
    results, gaps : pyarrow.Table
    job, source : str
        SHA-256 of all that the results depend on but the part's own files, and of these.
    residual : float
        Verified componentwise backward error [1].
    ids : (p,) uint64
        Hashes of the ids of its processes, in order of size.
    draws : dict of str to float
        How many draws had no answer and the like; nothing where nothing was drawn.
    warnings : tuple of Finding
        Of the part's columns and rows.
    """

    label: str
    results: pa.Table
    gaps: pa.Table
    job: str
    source: str
    residual: float
    ids: NDArray[np.uint64]
    draws: Mapping[str, float] = field(default_factory=dict)
    warnings: tuple[Finding, ...] = ()

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Record:
    """What was written of a part.

    Attributes
    ----------
    job, source, residual, ids, draws, warnings
        As in :class:`Scored`.
    results, gaps : str
        SHA-256 of the files.
    """

    job: str
    source: str
    residual: float
    results: str
    gaps: str
    ids: NDArray[np.uint64]
    draws: Mapping[str, float]
    warnings: tuple[Finding, ...]


def write_scored(folder: Folder, scored: Scored) -> None:
    """Write what came of a part, and last its record: where that stands, so does the rest.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    gaps = write_table(scored.gaps, folder, f"gaps/{scored.label}")
    results = write_table(scored.results, folder, f"results/{scored.label}")
    written = (scored.job, scored.source, scored.residual, results, gaps)
    record = Record(*written, scored.ids, scored.draws, scored.warnings)
    about = {name: value for name, value in asdict(record).items() if name != "ids"}
    content = b"".join(pack_bundle(Bundle(about, {"ids": record.ids}, {})))
    write_file(content + hashlib.sha256(content).digest(), folder, f"parts/{scored.label}.arrow")


def read_record(folder: Folder, label: str) -> Record | None:
    """Read the record of a part; None where there is none, or it is damaged.

    Returns
    -------
    Record or None
    """
    sealed = read_file(folder, f"parts/{label}.arrow")
    if sealed is None or hashlib.sha256(sealed[:-DIGEST_BYTES]).digest() != sealed[-DIGEST_BYTES:]:
        return None
    try:
        bundle = unpack_bundle(sealed)
        warnings = read_findings(bundle.about["warnings"])
        return Record(**{**bundle.about, "ids": bundle.arrays["ids"], "warnings": warnings})
    except (pa.ArrowException, ValueError, LookupError, TypeError, AttributeError):  # sealed, and of something else
        return None


def is_whole(folder: Folder, label: str, record: Record) -> bool:
    """Tell whether results and gaps of a part are those its record is of, to the byte."""
    for under, digest in (("results", record.results), ("gaps", record.gaps)):
        content = read_file(folder, f"{under}/{label}.parquet")
        if content is None or hashlib.sha256(content).hexdigest() != digest:
            return False
    return True


def hash_ids(ids: pa.Array) -> NDArray[np.uint64]:
    """Hash ids to 64 bits each.

    Parameters
    ----------
    ids : pyarrow.Array of str
        Without nulls.

    Returns
    -------
    (n,) uint64
    """
    _, offsets, data = ids.buffers()
    ends = (
        np.frombuffer(offsets, np.int32)[ids.offset : ids.offset + len(ids) + 1] if len(ids) else np.zeros(1, np.int32)
    )
    return hash_words(ends, np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8))
