"""Tables of a terminal 80 columns wide: names give way to numbers, and go on indented."""

from __future__ import annotations

import pytest
from rich.text import Text

from lcaengine.reports.terminal import hang
from tests.conftest import Run

MAGNET = "example:neodymium-magnet"


@pytest.mark.parametrize(
    "command",
    [
        ("simulate", MAGNET, "--draws", 4),
        ("simulate", MAGNET, "--draws", 4, "--indicator", "water_consumption", "--all"),
        ("compare", MAGNET, "--of", "hard_disk_drive", "--of", "mobile_phone_loudspeaker", "--draws", 4),
    ],
)
def test_nothing_is_wider_than_a_terminal(run: Run, command: tuple[object, ...]) -> None:
    code, out, err = run(*command)
    assert code == 0, err
    assert max(len(line) for line in out.splitlines()) <= 80


def test_names_go_on_indented(run: Run) -> None:
    """A maker's second line stands further in than makers do, so that it is no row of its own."""
    _, out, _ = run("simulate", MAGNET, "--draws", 4, "--indicator", "water_consumption")
    lines = out.splitlines()
    at = next(at for at, line in enumerate(lines) if line.startswith("   mountain_pass_"))
    assert lines[at + 1].rstrip() == "     refinery US-CA"


@pytest.mark.parametrize(
    ("text", "room", "lines"),
    [
        ("  short", 10, ["  short"]),
        ("  a_long name", 9, ["  a_long", "    name"]),
        ("on site (energy_site), MJ", 18, ["on site", "  (energy_site),", "  MJ"]),  # an id that fits is whole
        ("on site (energy_site)", 12, ["on site", "  (energy_", "  site)"]),
        ("abcdefghijklm", 6, ["abcd", "  efgh", "  ijkl", "  m"]),
        ("", 5, [""]),
    ],
)
def test_wrapping(text: str, room: int, lines: list[str]) -> None:
    cell = hang(Text(text, style="bold"), room)
    assert isinstance(cell, Text)
    assert cell.plain.split("\n") == lines
    assert cell.style == "bold"
    assert max(len(line) for line in lines) <= room
