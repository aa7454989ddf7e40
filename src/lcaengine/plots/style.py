"""Style: what all pictures have in common, so that they are readable in print, on screens and without colors."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from lcaengine.errors import LcaError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "DRAWN",
    "FAINT",
    "LONGEST_NAME",
    "STATIC",
    "add_legend",
    "close_figure",
    "fit_axis",
    "format_number",
    "name_lines",
    "needs_logarithm",
    "open_figure",
    "require_matplotlib",
    "spell",
    "styled",
]

# Okabe, M. and Ito, K. (2008), Color Universal Design: told apart by all kinds of color vision, and in gray.
DRAWN, STATIC, FAINT = "#0072b2", "#d55e00", "#d9d9d9"
"""Colors of what was drawn, of static values, and of lines that guide the eye."""
WIDTH = 8.0
"""Width of a picture [inch]."""
LONGEST_NAME = 40
"""Letters of a name beside an axis."""
NOTE_LETTERS = 128
"""Letters of a line of notes, over the width of a picture."""
DECADES = 100.0
"""Ratio of the largest to the smallest number beyond which an axis is logarithmic."""
OTHER_SCRIPTS = (
    *("Noto Sans CJK SC", "Noto Sans CJK JP", "Source Han Sans SC", "WenQuanYi Zen Hei", "Microsoft YaHei"),
    *("PingFang SC", "Hiragino Sans", "Yu Gothic", "Malgun Gothic", "Arial Unicode MS"),
)
"""Fonts for names in other scripts, where one is installed."""


def require_matplotlib() -> None:
    """Refuse to draw where matplotlib is not installed.

    Raises
    ------
    LcaError
        With the extra that brings it.
    """
    if find_spec("matplotlib") is None:
        raise LcaError("pictures need matplotlib", "", "pip install 'lcaengine[plots]'")


@contextmanager
def styled() -> Iterator[None]:
    """Draw and save with our settings, whatever a user's own are."""
    require_matplotlib()
    from matplotlib import style

    ours: Any = {
        "font.family": [*list_fonts()],
        "font.size": 9.0,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlesize": 9.5,
        "axes.titlelocation": "left",
        "axes.unicode_minus": True,
        "svg.hashsalt": "lcaengine",  # the same picture is the same file
        "legend.frameon": False,
    }
    with style.context(["default", ours]):
        yield


@cache
def list_fonts() -> tuple[str, ...]:
    """List the fonts that names are written in: matplotlib's own, then those of other scripts that are installed."""
    from matplotlib.font_manager import fontManager

    known = set(fontManager.get_font_names())
    return ("DejaVu Sans", *(each for each in OTHER_SCRIPTS if each in known))


@cache
def _list_letters() -> tuple[Callable[[int], int], ...]:
    from matplotlib.font_manager import FontProperties, findfont, get_font

    return tuple(get_font(findfont(FontProperties(family=[each]))).get_char_index for each in list_fonts())


def spell(text: str, most: int = 0) -> str:
    r"""Spell a text so that it is drawn as it is: no mathematics between dollars, no letter that no font has.

    Parameters
    ----------
    text : str
    most : int
        Letters it is shortened to, in its middle; as long as it is where there are none.

    Examples
    --------
    >>> spell("10 $ and 5 $")
    '10 \\$ and 5 \\$'
    >>> spell("a\nb \U0001fae8")
    'a b \\U0001fae8'
    """
    plain = " ".join(text.split())
    letters = (
        each if any(find(ord(each)) for find in _list_letters()) else each.encode("ascii", "backslashreplace").decode()
        for each in plain
    )
    spelled = "".join(letters)
    return (shorten(spelled, most) if most else spelled).replace("$", r"\$")


def shorten(name: str, most: int) -> str:
    """Shorten a name in its middle: both ends tell names apart.

    Examples
    --------
    >>> shorten("separation of rare earths, Bayan Obo", 20)
    'separation… Bayan Obo'
    """
    if len(name) <= most + 1:
        return name
    head = most // 2
    return f"{name[:head].rstrip()}…{name[-(most - head) :].rstrip()}"


def open_figure(height: float) -> Figure:
    """Open a figure of one width, so high [inch]; it belongs to no window."""
    from matplotlib.figure import Figure

    return Figure(figsize=(WIDTH, height), layout="constrained")


def close_figure(figure: Figure, title: str, notes: Sequence[str]) -> None:
    """Write the title above a figure and the notes below it."""
    figure.suptitle("\n".join(textwrap.wrap(spell(title), 90)), x=0.01, ha="left", fontsize=11, fontweight="bold")
    lines = [line for note in notes for line in textwrap.wrap(spell(note), NOTE_LETTERS)]
    if lines:
        figure.supxlabel("\n".join(lines), x=0.01, ha="left", fontsize=7.5, color="#555555")


def add_legend(panel: Any) -> None:
    """Say above a panel, and below the title, what its marks are."""
    handles, labels = panel.get_legend_handles_labels()
    known = dict(zip(labels, handles, strict=True))
    where = {"loc": "lower right", "bbox_to_anchor": (1.0, 1.0), "borderaxespad": 0.1}
    panel.legend(known.values(), known.keys(), ncols=len(known), fontsize=8, **where)


def name_lines(panel: Any, places: Sequence[float], names: Sequence[str], bottom: float, top: float) -> None:
    """Name the lines of a panel at its left, where they are told apart without ticks."""
    panel.set_yticks(places, [spell(each, LONGEST_NAME) for each in names])
    panel.set_ylim(bottom, top)
    panel.tick_params(axis="y", length=0)


def needs_logarithm(smallest: float, largest: float) -> bool:
    """Tell whether numbers from one to the other are read better on a logarithmic axis."""
    return smallest > 0.0 and DECADES * smallest < largest


def fit_axis(panel: Any, smallest: float, largest: float, label: str, is_linear: bool = False) -> None:
    """Fit the horizontal axis and its grid to numbers; logarithmic where they span decades and it may be."""
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

    if not is_linear and needs_logarithm(smallest, largest):
        panel.set_xscale("log")
        wide = largest > 1e3 * smallest
        panel.xaxis.set_major_locator(LogLocator(subs=(1.0,) if wide else (1.0, 2.0, 5.0), numticks=9))
        panel.xaxis.set_minor_formatter(NullFormatter())
        margin = (largest / smallest) ** 0.04
        panel.set_xlim(smallest / margin, largest * margin)
        label = f"{label}, logarithmic"
    else:
        spread = largest - smallest
        margin = 0.04 * spread if spread > 1e-9 * max(abs(smallest), abs(largest)) else 0.1 * abs(largest) or 1.0
        panel.set_xlim(smallest - margin, largest + margin)
        panel.xaxis.set_major_locator(MaxNLocator(7))
    panel.xaxis.set_major_formatter(FuncFormatter(lambda x, _: format_number(x)))
    panel.set_xlabel(spell(label))
    panel.grid(axis="x", color=FAINT, linewidth=0.6)
    panel.set_axisbelow(True)


def format_number(value: float, digits: int = 5) -> str:
    """Write a number beside an axis or in a table.

    Examples
    --------
    >>> format_number(0.0), format_number(12345.678), format_number(-0.00012), format_number(5.4), format_number(1e-9)
    ('0', '12,346', '-0.00012', '5.4', '1e-09')
    >>> format_number(1509.3, 2)
    '1,500'
    """
    rounded = float(f"{value:.{digits}g}")
    return f"{rounded:,.0f}" if 1e3 <= abs(rounded) < 1e7 and rounded == round(rounded) else f"{rounded:.{digits}g}"
