"""Scored: numbers and what names them, apart from the system and the method they came of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

__all__ = ["PER_BILL", "Scored", "choose", "list_chances"]

PER_BILL = "bill"
"""What a bill of materials is scored per."""


@dataclass(frozen=True, slots=True)
class Scored:
    """Intensities and all that a result table says of them.

    Attributes
    ----------
    identity : pyarrow.Table
        supplier_id, process_id, product_id, location, basis and per of every activity, as codes and words.
    by : str
        What the numbers are split by.
    parts : tuple of str
        Stages (or other labels), then ``unassigned``, then ``total``.
    indicators, units : tuple of str
    value : (n, parts, k) float64
        Per reference unit; NaN where the status is missing.
    primary_data_share : (n, parts, k) float64
        [1], or of the total alone, (n, 1, k); NaN where there is no contribution.
    status : (n, k) int8
        :class:`~lcaengine.results.Status`.
    fallback_share : (n, k) float64
        [1]
    unlinked_mass_share : (n,) float64
        [1]
    missing_inputs, missing_factors : (n,) int64
    per_kg : (n,) float64
        Reference units a kg, NaN where there is no mass.
    per_content : dict of str to (n,) float64
        Reference units a kg of each element contained.
    constants : dict of str to str
        inventory_hash, method, method_hash and what else a wide table's metadata has.
    statistics : dict of str to (n, parts, k) float64
        What draws gave: mean, sd and quantiles, per reference unit; empty where nothing was drawn.
    chances : dict of str to (n, parts, k) float64
        ``limit``, what totals were compared with, and ``p_limit``, the share of draws at most that [1]; of totals
        alone, NaN for all other parts. Empty where no limit was given.
    """

    identity: pa.Table
    by: str
    parts: tuple[str, ...]
    indicators: tuple[str, ...]
    units: tuple[str, ...]
    value: NDArray[np.float64]
    primary_data_share: NDArray[np.float64]
    status: NDArray[np.int8]
    fallback_share: NDArray[np.float64]
    unlinked_mass_share: NDArray[np.float64]
    missing_inputs: NDArray[np.int64]
    missing_factors: NDArray[np.int64]
    per_kg: NDArray[np.float64]
    per_content: Mapping[str, NDArray[np.float64]]
    constants: Mapping[str, str]
    statistics: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    chances: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.value)

    def take(self, at: NDArray[np.int64]) -> Scored:
        """Give the numbers of some activities."""
        arrays = ("value", "primary_data_share", "status", "fallback_share", "unlinked_mass_share")
        more = ("missing_inputs", "missing_factors", "per_kg")
        return replace(
            self,
            identity=pa.table(
                {
                    name: self.identity.column(name).combine_chunks().take(pa.array(at))
                    for name in self.identity.column_names
                }
            ),
            **{name: getattr(self, name)[at] for name in (*arrays, *more)},
            per_content={element: factor[at] for element, factor in self.per_content.items()},
            statistics={name: each[at] for name, each in self.statistics.items()},
            chances={name: each[at] for name, each in self.chances.items()},
        )

    def keep_indicators(self, chosen: Sequence[int]) -> Scored:
        """Give the numbers of some indicators, by position."""
        at = list(dict.fromkeys(chosen))
        return replace(
            self,
            indicators=tuple(self.indicators[k] for k in at),
            units=tuple(self.units[k] for k in at),
            value=self.value[:, :, at],
            primary_data_share=self.primary_data_share[:, :, at],
            status=self.status[:, at],
            fallback_share=self.fallback_share[:, at],
            statistics={name: each[:, :, at] for name, each in self.statistics.items()},
            chances={name: each[:, :, at] for name, each in self.chances.items()},
        )


def list_chances(
    indicators: Sequence[str], limits: Mapping[str, float], p_limit: NDArray[np.float64] | None
) -> dict[str, NDArray[np.float64]]:
    """Give limits, and how often they are kept, as :attr:`Scored.chances` has them.

    Parameters
    ----------
    indicators : sequence of str
    limits : dict of str to float
        By indicator [unit of the indicator / reference unit of the product].
    p_limit : (n, parts, k) float64, optional
        Share of draws at most the limit [1].

    Returns
    -------
    dict of str to (n, parts, k) float64
        Nothing where there are no limits.
    """
    if not limits or p_limit is None:
        return {}
    limit = np.full(p_limit.shape[1:], np.nan)
    limit[-1] = [limits.get(name, np.nan) for name in indicators]
    return {"limit": np.broadcast_to(limit, p_limit.shape), "p_limit": p_limit}


def choose(words: pa.Array, codes: NDArray[np.integer]) -> pa.DictionaryArray:
    """Give text as codes and words, each word once.

    Of words that stand twice pyarrow writes the second as whatever stood in memory: no two files are the same.
    """
    every = words.dictionary_encode(null_encoding="encode")
    kept = pa.array(codes.astype(np.int32))
    if len(every.dictionary) < len(words):
        kept, words = every.indices.take(kept).cast(pa.int32()), every.dictionary
    return pa.DictionaryArray.from_arrays(kept, words)
