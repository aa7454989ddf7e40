"""Text as codes and words: against sorting, hashing and writing the text itself."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lcaengine.findings import Findings
from lcaengine.inventory.frame import build_frame, hash_frames
from lcaengine.inventory.schema import TABLES
from lcaengine.inventory.words import encode_words, find_distinct, spell
from lcaengine.io.write import write_table

TEXTS = ["b", "", None, "a", "Ä", "b", "a b", "ab", None, "z"]


def spellings() -> list[pa.Array]:
    plain = pa.array(TEXTS, pa.string())
    parts = pa.chunked_array([plain[:4].dictionary_encode(), plain[4:].dictionary_encode()]).combine_chunks()
    twice = pa.DictionaryArray.from_arrays(pa.array([0, 3, None, 1, 4, 2, 5, 6, None, 7]), pa.array(
        ["b", "a", "b", "", "Ä", "a b", "ab", "z"]
    ))  # fmt: skip
    with_null = pa.DictionaryArray.from_arrays(
        pa.array([0, 3, 4, 1, 2, 0, 5, 6, 4, 7]), pa.array(["b", "a", "Ä", "", None, "a b", "ab", "z"])
    )
    return [plain, plain.cast(pa.large_string()), plain.dictionary_encode(), parts, twice, with_null, plain[:]]


@pytest.mark.parametrize("given", spellings(), ids=lambda each: str(each.type))
def test_words_are_distinct_and_in_order(given: pa.Array) -> None:
    coded = encode_words(given)
    assert coded.dictionary.to_pylist() == sorted({t for t in TEXTS if t}, key=str.encode)
    assert spell(coded) == [t or None for t in TEXTS]
    assert coded.to_pylist() == spell(coded)


def test_words_of_nothing() -> None:
    assert len(encode_words(pa.array([], pa.string()))) == 0
    assert spell(encode_words(pa.array(["", None]))) == [None, None]


def test_distinct_numbers_are_those_of_numpy() -> None:
    values = np.random.default_rng(1).integers(-(2**62), 2**62, 50)[np.random.default_rng(2).integers(0, 50, 1000)]
    for given in (values, values[:0], values[:1]):
        distinct, position = find_distinct(given)
        expected, inverse = np.unique(given, return_inverse=True)
        np.testing.assert_array_equal(distinct, expected)
        np.testing.assert_array_equal(position, inverse)


def draw_exchanges(rows: int) -> dict[str, list[object]]:
    rng = np.random.default_rng(5)

    def text(*words: str | None) -> list[object]:
        return [words[at] for at in rng.integers(0, len(words), rows)]

    return {
        "process_id": text("p", "q", "Ä", "p1"),
        "flow_id": text("f", "g"),
        "direction": text("input", "output"),
        "amount": [float(x) for x in rng.integers(-3, 3, rows)],
        "unit": text("kg", "g"),
        "provider_id": text(None, "", "q", "p"),
        "location": text("CN", None),
        "loc": [None if x > 1 else float(x) for x in rng.integers(0, 4, rows)],
        "comment": text("x", "y", None),
    }


def test_rows_stand_in_the_order_of_their_text() -> None:
    columns = draw_exchanges(400)
    frame = build_frame(pa.table(columns), TABLES["exchanges"], Findings())
    identity = ["process_id", "flow_id", "direction", "provider_id", "location"]
    others = [c.name for c in TABLES["exchanges"].columns if c.name in columns and c.name not in identity]

    def key(row: int) -> list[tuple[bool, object]]:
        values = [columns[name][row] for name in [*identity, *others]]
        blank = [v is None or v == "" for v in values]
        return [
            (is_blank, 0 if is_blank else v.encode() if isinstance(v, str) else v)
            for v, is_blank in zip(values, blank, strict=True)
        ]

    assert (frame.rows - 1).tolist() == sorted(range(400), key=key)  # a stable sort of Python's, row by row
    assert frame.text("comment") == [columns["comment"][row - 1] for row in frame.rows.tolist()]


def test_the_hash_is_of_lengths_and_text() -> None:
    """The bytes are written out by hand: name, length, then lengths with -1 for null and text, or numbers and nulls."""
    table = pa.table({"supplier_id": ["b", "a"], "name": ["Bä", "A"], "group": [None, "x"]})
    frame = build_frame(table, TABLES["suppliers"], Findings())
    digest = hashlib.sha256(b"about")
    for column, lengths, text in (
        ("group", [1, -1], "x"),
        ("name", [1, 3], "ABä"),
        ("supplier_id", [1, 1], "ab"),
    ):
        digest.update(f"\x00suppliers\x00{column}\x002\x00".encode())
        digest.update(np.array(lengths, "<i8").tobytes() + text.encode())
    assert hash_frames({"suppliers": frame}, "about") == digest.hexdigest()


def test_codes_and_words_are_written_as_text(tmp_path: Path) -> None:
    coded = pa.table({"id": pa.array(["b", "a", None, "b"]).dictionary_encode(), "value": [1.0, None, 3.0, 4.0]})
    plain = pa.table({"id": ["b", "a", None, "b"], "value": [1.0, None, 3.0, 4.0]})
    write_table(coded.replace_schema_metadata({"lcaengine": "{}"}), tmp_path / "coded.parquet")
    found = pq.read_table(tmp_path / "coded.parquet")
    assert found.schema.metadata == {b"lcaengine": b"{}"}
    assert found.equals(plain)
    for table, name in ((coded, "coded"), (plain, "plain")):
        write_table(table, tmp_path / f"{name}.csv")
    assert (tmp_path / "coded.csv").read_bytes() == (tmp_path / "plain.csv").read_bytes()
