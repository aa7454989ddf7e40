"""The preview of drawn suppliers: the totals of the first of them, as they stand in the file of the first part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lcaengine.io.folder import find_folder, iterate_rows
from lcaengine.suppliers.run import Report

__all__ = ["Total", "read_totals"]

IDS = ("process_id", "product_id", "location", "per")
NUMBERS = ("mean", "sd", "p2_5", "p50", "p97_5", "limit", "p_limit")
"""What stands beside a value; the last two where limits were given."""
LONG = ("indicator", "stage", "value", "unit", "status")


@dataclass(frozen=True, slots=True)
class Total:
    """A supplier's total in one indicator, per reference unit of its product.

    Attributes
    ----------
    process_id, product_id, location, per : str
    indicator, unit, status : str
    value, mean, sd, p2_5, p50, p97_5 : float or None
        [unit / per]; None where the figure is missing.
    limit : float or None
        [unit / per]; None where none was given.
    p_limit : float or None
        Share of draws at most the limit [1].
    """

    process_id: str
    product_id: str
    location: str
    per: str
    indicator: str
    unit: str
    status: str
    value: float | None
    mean: float | None
    sd: float | None
    p2_5: float | None
    p50: float | None
    p97_5: float | None
    limit: float | None
    p_limit: float | None


def read_totals(report: Report, count: int) -> list[Total]:
    """Read the totals of the first suppliers that were drawn; the rest of the results is not read.

    Parameters
    ----------
    report : Report
        Of a job that draws, in the long layout or the wide one.
    count : int
        How many suppliers.

    Returns
    -------
    list of Total
        By supplier, then by indicator, as in the file.

    Raises
    ------
    OutputError
        If the results cannot be read again.
    """
    drawn: Sequence[str] = report.run["drawn"]  # type: ignore[assignment]  # plain values of JSON
    wide = [f"{name}.{what}" for name in drawn for what in ("total", *(f"total.{each}" for each in NUMBERS), "status")]
    rows = iterate_rows(find_folder(report.target), f"results/{report.first}", (*IDS, *LONG, *NUMBERS, *wide))
    totals: list[Total] = []
    per: dict[str, str] = {}
    for row, about in rows:
        own = per.setdefault(row["process_id"], row["per"])  # rows per kg follow those per reference unit
        if len(per) > count:
            break
        if row["per"] == own:
            totals += _list_long(row) if "indicator" in row else _list_wide(row, about, drawn)
    return totals


def _list_long(row: dict[str, Any]) -> Iterator[Total]:
    if row["stage"] == "total":
        words: dict[str, Any] = {name: row[name] or "" for name in (*IDS, "indicator", "unit", "status")}
        numbers: dict[str, Any] = {name: row.get(name) for name in ("value", *NUMBERS)}
        yield Total(**words, **numbers)


def _list_wide(row: dict[str, Any], about: dict[str, str], drawn: Sequence[str]) -> Iterator[Total]:
    words: dict[str, Any] = {name: row[name] or "" for name in IDS}
    for each in drawn:
        more: dict[str, Any] = {name: row.get(f"{each}.total.{name}") for name in NUMBERS}
        more |= {"indicator": each, "unit": about[f"unit.{each}"], "status": row[f"{each}.status"]}
        yield Total(**words, **more, value=row[f"{each}.total"])
