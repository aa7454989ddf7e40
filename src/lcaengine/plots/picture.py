"""A picture: a figure, what it shows in words and numbers, and how it becomes a file."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from lcaengine.errors import OutputError
from lcaengine.io.write import check_target, replace_file
from lcaengine.plots.style import close_figure, format_number, open_figure, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.text import Text

__all__ = ["ENDINGS", "Picture", "compose_picture"]

ENDINGS = (".png", ".svg", ".html")
"""Endings of files that pictures are written to."""
DOTS = 150
"""Dots an inch, of a PNG."""
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font-family: sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222; }}
h1 {{ font-size: 1.3rem; }}
figure {{ margin: 0; }}
svg {{ max-width: 100%; height: auto; }}
.numbers {{ overflow-x: auto; }}
table {{ border-collapse: collapse; font-size: 0.85rem; }}
th, td {{ padding: 0.2rem 0.6rem; text-align: left; border-bottom: 1px solid #ddd; }}
.number {{ text-align: right; font-variant-numeric: tabular-nums; }}
td.number {{ white-space: nowrap; }}
@media (max-width: 50rem) {{ th, td {{ padding: 0.2rem 0.3rem; }} }}
</style>
</head>
<body>
<h1>{title}</h1>
<figure role="img" aria-label="{title}">
{picture}
</figure>
<div class="numbers">
{table}
</div>
{notes}
</body>
</html>
"""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that can be looked at, in a notebook, and saved.

    Attributes
    ----------
    title : str
    notes : tuple of str
        What a reader must know, below the picture.
    table : pyarrow.Table
        The numbers that are drawn.
    figure : matplotlib.figure.Figure

    Examples
    --------
    >>> import lcaengine as lca
    >>> samples = lca.simulate(lca.read_inventory(lca.find_example("two-suppliers")), "core", draws=100, seed=7)
    >>> picture = samples.plot()
    >>> picture.title, picture.table.num_rows
    ('Greenhouse gases: 95 % intervals', 1)
    """

    title: str
    notes: tuple[str, ...]
    table: pa.Table
    figure: Figure

    def __repr__(self) -> str:
        return f"Picture({self.title!r}, {self.table.num_rows} rows)"

    def _repr_png_(self) -> bytes:
        return self.to_png()

    def save(self, path: str | Path) -> Path:
        """Save the picture.

        Parameters
        ----------
        path : str or Path
            ``.png``, ``.svg``, or ``.html``: a page of its own, with the numbers beneath.

        Returns
        -------
        Path

        Raises
        ------
        OutputError
            If the ending is none of these, there is no such folder, or the file cannot be written.
        """
        target = check_target(path, ENDINGS, "")
        ending = target.suffix.lower()
        if ending == ".png":
            content = self.to_png()
        else:
            content = (self.to_svg() if ending == ".svg" else self.to_html()).encode()
        try:
            with replace_file(target) as beside:
                beside.write_bytes(content)
        except OSError as error:
            raise OutputError(f"cannot write: {error}", str(target), "check the folder and its free space") from error
        return target

    def to_png(self) -> bytes:
        """Give the picture as PNG."""
        with styled(), io.BytesIO() as file:
            self.figure.savefig(file, format="png", dpi=DOTS)
            return file.getvalue()

    def to_svg(self) -> str:
        """Give the picture as SVG; the same picture is the same text."""
        with styled(), io.BytesIO() as file:
            self.figure.savefig(file, format="svg", metadata={"Date": None, "Title": self.title})
            return file.getvalue().decode("utf-8")

    def to_html(self) -> str:
        """Give a page of HTML that needs nothing else: the picture, its numbers, its notes."""
        with _hidden(self.figure.texts):  # title and notes are the page's own
            svg = self.to_svg()
        notes = "\n".join(f"<p><small>{escape(each)}</small></p>" for each in self.notes)
        return PAGE.format(
            title=escape(self.title), picture=svg[svg.index("<svg") :], table=_write_table(self.table), notes=notes
        )


@contextmanager
def _hidden(texts: Sequence[Text]) -> Iterator[None]:
    """Draw without some texts, as if they were not there."""
    for each in texts:
        each.set_visible(False)
        each.set_in_layout(False)
    try:
        yield
    finally:
        for each in texts:
            each.set_visible(True)
            each.set_in_layout(True)


def compose_picture(
    title: str, notes: Sequence[str], table: pa.Table, height: float, draw: Callable[[Figure], None]
) -> Picture:
    """Compose a picture: what is drawn on a figure so high [inch], its title above it and its notes below.

    Returns
    -------
    Picture
    """
    with styled():
        figure = open_figure(height)
        draw(figure)
        close_figure(figure, title, notes)
    return Picture(title, tuple(notes), table, figure)


def _write_table(table: pa.Table) -> str:
    """Write a table as HTML, numbers to the right."""
    is_number = [pa.types.is_floating(each.type) or pa.types.is_integer(each.type) for each in table.schema]
    kinds = [' class="number"' if each else "" for each in is_number]
    names = [escape(name).replace(" %", "&nbsp;%") for name in table.column_names]
    head = "".join(f"<th{kind}>{name}</th>" for kind, name in zip(kinds, names, strict=True))
    rows = [_write_row(row, kinds) for row in zip(*(column.to_pylist() for column in table.columns), strict=True)]
    return f"<table>\n<tr>{head}</tr>\n" + "\n".join(rows) + "\n</table>"


def _write_row(row: Sequence[object], kinds: Sequence[str]) -> str:
    cells = ("" if each is None else format_number(each) if isinstance(each, float) else str(each) for each in row)
    broken = (escape(cell).replace("_", "_<wbr>") for cell in cells)  # ids are long, and pages may be narrow
    return "<tr>" + "".join(f"<td{kind}>{cell}</td>" for kind, cell in zip(kinds, broken, strict=True)) + "</tr>"
