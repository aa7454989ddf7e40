"""Footprints for people: which activities to show, and as an HTML table in a notebook."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lcaengine.solve import show_activity
from lcaengine.system import ActivityKind

if TYPE_CHECKING:
    from lcaengine.footprints.footprints import Footprints

__all__ = ["HEADLINES", "Line", "list_lines", "list_renewable", "to_html"]

HEADLINES = ("ghg", "energy", "energy_site", "water_consumption")
"""Indicators shown where none are asked for."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table for people.

    Attributes
    ----------
    product : str
        Product, and the unit it is per.
    maker : str
        Supplier and process; a market says so.
    values : tuple of float or None
        By stage, in order of the footprints' stages; None where the figure is missing.
    status : str
    """

    product: str
    maker: str
    values: tuple[float | None, ...]
    status: str


def list_lines(footprints: Footprints, indicator: int, everything: bool = False) -> list[Line]:
    """List the activities to show: end products and bills, or everything.

    An end product is made by a labelled process, or is the market of one, and no labelled process buys it.

    Parameters
    ----------
    footprints : Footprints
    indicator : int
        Position of the indicator.
    everything : bool
        Whether to list every activity.

    Returns
    -------
    list of Line
        By product, suppliers before markets.
    """
    values = footprints.value[:, :, indicator]
    return [
        Line(product, maker, _known(values[a]), footprints.status_of(a, indicator))
        for a, product, maker in name_shown(footprints, everything)
    ]


def list_renewable(footprints: Footprints, everything: bool = False) -> list[Line]:
    """List the renewable share of the electricity that labelled processes buy, as :func:`list_lines` does footprints.

    Returns
    -------
    list of Line
        Without those that buy none.
    """
    share = footprints.renewable_share()
    if share is None:
        return []
    lines = [Line(product, maker, _known(share[a]), "") for a, product, maker in name_shown(footprints, everything)]
    return [line for line in lines if any(value is not None for value in line.values)]


def _known(values: NDArray[np.float64]) -> tuple[float | None, ...]:
    return tuple(None if np.isnan(v) else float(v) for v in values)


def name_shown(footprints: Footprints, everything: bool) -> list[tuple[int, str, str]]:
    """Name the activities to show: position, product, and maker; scopes are shown of labelled processes only."""
    activities, flows = footprints.system.activities, footprints.system.inventory.flows
    chosen = _order(footprints, range(len(activities)) if everything else find_ends(footprints))
    if footprints.by == "scope":
        chosen = [a for a in chosen if activities.stage[a] >= 0]
    named = Counter((int(activities.flow[a]), activities.supplier[a]) for a in chosen)
    shown = []
    for a in chosen:
        flow, place = int(activities.flow[a]), f" {activities.location[a]}" if activities.location[a] else ""
        product = f"{flows.show(flow)}, per {flows.units[flow].label}" if flow >= 0 else "bill of materials"
        alone = flow >= 0 and named[flow, activities.supplier[a]] == 1 and not everything
        who = activities.supplier[a] if alone and activities.supplier[a] else show_activity(footprints.system, a)
        basis = activities.basis[a] if activities.basis[a] not in ("location", "production") else ""
        market = f"market{place} {basis}".rstrip()
        shown.append((a, product, market if activities.kind[a] == ActivityKind.MARKET else f"{who}{place}"))
    return shown


def find_ends(footprints: Footprints) -> list[int]:
    """Find the activities at the end of their chains, all of them where no process has a stage.

    Returns
    -------
    list of int
    """
    activities, demands = footprints.system.activities, footprints.system.demands
    labelled = activities.stage >= 0
    if not labelled.any():
        return list(range(len(activities)))
    flows = footprints.system.inventory.flows
    bought = np.zeros(len(flows), np.bool_)
    by_label = (demands.row >= 0) & labelled[demands.activity]
    bought[footprints.system.inventory.exchanges.flow[demands.row[by_label]]] = True
    made = np.zeros(len(flows), np.bool_)
    made[activities.flow[labelled]] = True
    ends = activities.kind == ActivityKind.DEMAND
    flow = np.maximum(activities.flow, 0)
    return np.flatnonzero(ends | ((activities.flow >= 0) & made[flow] & ~bought[flow])).tolist()


def to_html(footprints: Footprints) -> str:
    """Write the end products as HTML tables, one an indicator."""
    method, about = footprints.method, footprints.system.inventory.about
    tables = [_html_table(footprints, k) for k in map(method.find, HEADLINES) if k >= 0]
    note = f"{escape(about.name)}, {escape(method.label)}, inventory {footprints.system.inventory.hash[:12]}"
    return f'<div style="white-space:nowrap">{"".join(tables)}<small>{note}</small></div>'


def list_stages(footprints: Footprints, lines: list[Line]) -> list[int]:
    """Give the stages to show: all, but `unassigned` only where there is something in it."""
    stages = footprints.stages
    return [s for s, name in enumerate(stages) if name != "unassigned" or any(line.values[s] != 0 for line in lines)]


def format_value(value: float | None) -> str:
    """Write a value with three digits, or a dash where it is missing.

    Examples
    --------
    >>> format_value(1234.56), format_value(0.0123456), format_value(0.0), format_value(None)
    ('1,235', '0.0123', '0', '-')
    >>> format_value(27.0), format_value(734.4)
    ('27.0', '734')
    """
    if value is None:
        return "-"
    if value == 0:
        return "0"
    if 1000 <= abs(value) < 1e7:
        return f"{value:,.0f}"
    return f"{value:#.3g}".rstrip(".")


def _html_table(footprints: Footprints, k: int) -> str:
    lines, indicator = list_lines(footprints, k), footprints.method.indicators[k]
    shown = list_stages(footprints, lines)
    head = "".join(f'<th style="text-align:right">{escape(footprints.stages[s])}</th>' for s in shown)
    rows, product = [], ""
    for line in lines:
        if line.product != product:
            product = line.product
            rows.append(f'<tr><th colspan="{len(shown) + 2}" style="text-align:left">{escape(product)}</th></tr>')
        cells = "".join(f'<td style="text-align:right">{format_value(line.values[s])}</td>' for s in shown)
        rows.append(
            f'<tr><td style="text-align:left">{escape(line.maker)}</td>{cells}<td>{escape(line.status)}</td></tr>'
        )
    title = f'<th style="text-align:left">{escape(indicator.heading)} [{escape(indicator.unit.label)}]</th>'
    return f"<table><tr>{title}{head}<th>status</th></tr>{''.join(rows)}</table>"


def _order(footprints: Footprints, chosen: Sequence[int]) -> list[int]:
    activities = footprints.system.activities

    def key(a: int) -> tuple[bool, int, int, str, int]:
        kind, flow = int(activities.kind[a]), int(activities.flow[a])
        return kind == ActivityKind.DEMAND, flow, kind, activities.supplier[a], a

    return sorted(chosen, key=key)
