"""Numbers of draws put in order of solution and back, against numpy; turns of blocks."""

from __future__ import annotations

import numpy as np
import pytest

from lcaengine.kernels.compiled import THREADS
from lcaengine.kernels.places import CHUNK, find_lowest, prepare_rows, write_parts
from lcaengine.kernels.vectors import DRAWS
from lcaengine.uncertainty.turns import split_blocks

BLOCKS = 3


def test_right_hand_sides_are_put_in_order_of_solution() -> None:
    random = np.random.default_rng(1)
    source, start = random.normal(size=(BLOCKS, 1500, 4, DRAWS)), random.normal(size=(1200, 4))
    rows = random.permutation(1500)[:1200]
    right, x = np.full((2, BLOCKS, 1200 * 3 * DRAWS), np.nan)
    prepare_rows(source.reshape(BLOCKS, -1), rows, 1, start, 3, right, x)
    assert np.array_equal(right.reshape(BLOCKS, 1200, 3, DRAWS), source[:, rows, 1:])
    expected = np.broadcast_to(start[None, :, 1:, None], (BLOCKS, 1200, 3, DRAWS))
    assert np.array_equal(x.reshape(BLOCKS, 1200, 3, DRAWS), expected)


@pytest.mark.parametrize("labels", [0, 2])
def test_parts_are_written_activity_by_activity(labels: int) -> None:
    """Draws before and behind those that are written stay as they are."""
    random = np.random.default_rng(labels)
    n, k = 1300, 2
    place, downstream = np.full(n, -1), np.full(n, -1)
    place[random.permutation(n)[:1100]] = random.permutation(1100)
    downstream[random.permutation(n)[:500]] = random.permutation(500)
    background = random.normal(size=(BLOCKS, 1100, k, DRAWS))
    owned = random.normal(size=(BLOCKS, 500, labels, k, DRAWS))
    written = np.full((n, labels + 2, k, (BLOCKS + 2) * DRAWS), 7.0)
    write_parts(background.reshape(BLOCKS, -1), place, owned.reshape(BLOCKS, -1), downstream, written, DRAWS)
    expected = np.zeros((n, labels + 2, k, BLOCKS, DRAWS))
    expected[place >= 0, labels] = background[:, place[place >= 0]].transpose(1, 2, 0, 3)
    expected[downstream >= 0, :labels] = owned[:, downstream[downstream >= 0]].transpose(1, 2, 3, 0, 4)
    expected[:, -1] = expected[:, labels]
    for label in range(labels):
        expected[:, -1] += expected[:, label]
    assert np.array_equal(written[..., DRAWS:-DRAWS], expected.reshape(n, labels + 2, k, -1))
    assert (written[..., :DRAWS] == 7.0).all()
    assert (written[..., -DRAWS:] == 7.0).all()


def test_the_lowest_number_is_found_and_what_is_none_counts_as_lower_than_all() -> None:
    random = np.random.default_rng(3)
    numbers, rows = random.normal(size=(2, 2000, 10)), random.permutation(2000)[:1500]
    numbers[1, rows[1200], 4], numbers[0, rows[3], 5] = np.nan, np.inf
    lowest = np.empty((2, -(-len(rows) // CHUNK), 7))
    find_lowest(numbers, rows, 2, lowest)
    expected = numbers[:, rows, 2:9].min(axis=1)
    assert np.isnan(expected[1, 2])
    expected[1, 2] = -np.inf
    assert np.array_equal(lowest.min(axis=1), expected)


@pytest.mark.parametrize("threads", ["1", "2"])
@pytest.mark.parametrize(("blocks", "numbers"), [(1, 1), (7, 300_000), (125, 300_000), (1000, 10), (5, 10**9)])
def test_turns_hold_every_block_once(blocks: int, numbers: int, threads: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """All turns but the last are of whole pairs: two threads have as much to do each."""
    monkeypatch.setenv(THREADS, threads)
    turns = split_blocks(blocks, numbers)
    assert [block for first, count in turns for block in range(first, first + count)] == list(range(blocks))
    assert all(count % 2 == 0 for _, count in turns[:-1])
