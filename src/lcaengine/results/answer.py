"""An answer: what scoring an inventory came to, and how; it can be written, and kept beside the inventory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa

from lcaengine.io.bundle import Bundle, pack_bundle, unpack_bundle
from lcaengine.results.scored import Scored

__all__ = ["Answer", "pack_answer", "unpack_answer"]

_ARRAYS = (
    *("value", "primary_data_share", "status", "fallback_share", "unlinked_mass_share"),
    *("missing_inputs", "missing_factors", "per_kg"),
)
_WORDS = ("parts", "indicators", "units")
_CONTENT = "content "
"""Begins the names of arrays of reference units a kg of an element."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Scored numbers, what is missing from them, and the run.

    Attributes
    ----------
    scored : Scored
    gaps : pyarrow.Table
    run : dict
        How the numbers came about: plain values.
    sources : dict of str to str
        Citations of the method.
    """

    scored: Scored
    gaps: pa.Table
    run: Mapping[str, object]
    sources: Mapping[str, str]


def pack_answer(answer: Answer) -> Iterator[pa.Buffer]:
    """Write an answer as bytes, the same for the same answer.

    Returns
    -------
    iterator of pyarrow.Buffer
        One piece after the other.
    """
    scored = answer.scored
    arrays = {name: getattr(scored, name) for name in _ARRAYS}
    arrays |= {_CONTENT + element: factor for element, factor in sorted(scored.per_content.items())}
    about = {
        **{name: getattr(scored, name) for name in _WORDS},
        "by": scored.by,
        "constants": dict(scored.constants),
        "run": dict(answer.run),
        "sources": dict(answer.sources),
    }
    return pack_bundle(Bundle(about, arrays, {"identity": scored.identity, "gaps": answer.gaps}))


def unpack_answer(content: bytes | memoryview) -> Answer:
    """Read an answer that :func:`pack_answer` wrote.

    Returns
    -------
    Answer
    """
    bundle = unpack_bundle(content)
    about, arrays = bundle.about, bundle.arrays
    contents = {name.removeprefix(_CONTENT): each for name, each in arrays.items() if name.startswith(_CONTENT)}
    scored = Scored(
        identity=bundle.tables["identity"],
        by=about["by"],
        parts=tuple(about["parts"]),
        indicators=tuple(about["indicators"]),
        units=tuple(about["units"]),
        value=arrays["value"],
        primary_data_share=arrays["primary_data_share"],
        status=arrays["status"],
        fallback_share=arrays["fallback_share"],
        unlinked_mass_share=arrays["unlinked_mass_share"],
        missing_inputs=arrays["missing_inputs"],
        missing_factors=arrays["missing_factors"],
        per_kg=arrays["per_kg"],
        per_content=contents,
        constants=about["constants"],
    )
    return Answer(scored, bundle.tables["gaps"], about["run"], about["sources"])
