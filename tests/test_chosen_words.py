"""Text as codes and words: what stands for the same word is the same, in memory and in a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from lcaengine.io.write import write_table
from lcaengine.results.scored import choose


def test_words_stand_once(tmp_path: Path) -> None:
    """Units of indicators and products, many of which are kg: a file has the bytes of the text packed anew."""
    chosen = choose(pa.array(["kg", "MJ", "kg", None, "kg"]), np.array([0, 1, 2, 3, 4, 1]))
    text = ["kg", "MJ", "kg", None, "kg", "MJ"]
    assert chosen.to_pylist() == text
    assert chosen.dictionary.to_pylist() == ["kg", "MJ", None]
    words = choose(pa.array(["kg", "MJ", "kg"]), np.array([2, 1, 0]))
    files = [tmp_path / "chosen.parquet", tmp_path / "packed.parquet"]
    for file, column in zip(files, (words, pa.array(["kg", "MJ", "kg"]).dictionary_encode()), strict=True):
        write_table(pa.table({"per": column}), file)
    assert files[0].read_bytes() == files[1].read_bytes()
