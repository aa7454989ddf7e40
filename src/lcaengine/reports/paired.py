"""Paired comparisons for a terminal 80 columns wide, as tables, and the record of their run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
from rich.console import Console
from rich.markup import escape
from rich.text import Text

from lcaengine.comparison import Pair, PairedComparison
from lcaengine.footprints import Footprints
from lcaengine.footprints.display import HEADLINES, format_value
from lcaengine.reports.remarks import describe_off_center, print_few, print_remarks
from lcaengine.reports.terminal import FEWEST_LETTERS, open_table, print_whole
from lcaengine.reports.write import describe_run
from lcaengine.uncertainty.precision import describe_precision
from lcaengine.uncertainty.static import say_static
from lcaengine.uncertainty.unpaired import find_alike

__all__ = ["count_answered", "describe_paired", "is_uncertain", "print_paired", "tabulate_paired"]

MOST_IN_PAIRS = 5
"""Of how many alternatives all pairs are printed; of more, those with the first."""
LONGEST_NAME = 24
"""Letters of a name that fit beside numbers."""
BETWEEN = 2
"""Letters between two columns."""


def describe_paired(groups: Mapping[str, PairedComparison]) -> dict[str, object]:
    """Describe the run: of every inventory that takes part, the draws, and in what the alternatives are unlike."""
    some = next(iter(groups.values()))
    described: dict[str, object] = {}
    for title, each in groups.items():
        names = [one.name for one in each.alternatives]
        described[title] = {
            "alternatives": {one.name: one.describe() for one in each.alternatives},
            "unlike": {term.term: dict(zip(names, term.values, strict=True)) for term in each.unlike},
            "draws_without_answer": len(each.infeasible),
            "residual_of_draws": each.residual,
        }
    runs: dict[int, dict[str, object]] = {}
    for one in (one for each in groups.values() for one in each.alternatives):
        if id(one.footprints) not in runs:
            of = one.footprints.system.inventory
            about = {"read_from": of.label, **describe_run(one.footprints), **describe_off_center(one.footprints)}
            runs[id(one.footprints)] = {**about, "alike_rows": len(find_alike(of, some.pedigree))}
    return {
        "draws": some.draws,
        "seed": some.seed,
        **describe_precision(count_answered(groups)),
        "static_values": some.static_values,
        "pedigree_table": some.pedigree.table,
        "pedigree_factors": some.pedigree.factors,
        "basic_uncertainty": some.pedigree.basic,
        "inventories": list(runs.values()),
        "comparisons": described,
    }


def count_answered(groups: Mapping[str, PairedComparison]) -> int:
    """Count the draws that have an answer, in the group that has the fewest."""
    return min(each.draws - len(each.infeasible) for each in groups.values())


def is_uncertain(groups: Mapping[str, PairedComparison]) -> bool:
    """Tell whether any figure moves from draw to draw."""
    return any(any(each.spreads["varies"].to_pylist()) for each in groups.values())


def tabulate_paired(groups: Mapping[str, PairedComparison]) -> dict[str, pa.Table]:
    """Give pairs, alternatives and ranks of all groups, each with a column `comparison` that names the group.

    Returns
    -------
    dict of str to pyarrow.Table
    """
    tables: dict[str, list[pa.Table]] = {"pairs": [], "alternatives": [], "ranks": []}
    for title, each in groups.items():
        for name, table in (("pairs", each.to_arrow()), ("alternatives", each.spreads), ("ranks", each.ranks)):
            column = pa.array([title] * table.num_rows, pa.string())
            tables[name].append(table.add_column(0, "comparison", column))
    return {name: pa.concat_tables(some) for name, some in tables.items()}


def print_paired(console: Console, groups: Mapping[str, PairedComparison], indicators: Sequence[str]) -> None:
    """Print alternatives, pairs and places, an indicator at a time, and then what there is to remark."""
    for title, each in groups.items():
        if title:
            console.print(f"[bold]{escape(title)}[/bold]")
        letters = {one.name: _letter(at) for at, one in enumerate(each.alternatives)}
        labels = {name: f"{letter}  {name}" for name, letter in letters.items()}
        if max(map(len, letters)) > LONGEST_NAME:  # too long for a table: told once, above
            for label in labels.values():
                console.print(label, markup=False)
            labels = dict(letters)
        for indicator in indicators or [name for name in HEADLINES if name in each.indicators] or each.indicators[:1]:
            _print_spreads(console, each, labels, indicator)
            _print_pairs(console, each, letters, indicator)
            if len(letters) > 2 and len(groups) == 1:
                _print_ranks(console, each, letters, labels, indicator)
        _print_remarks(console, each, letters, indicators)
    if len(groups) > 1 and any(len(each.alternatives) > 2 for each in groups.values()):
        console.print("Places are shown of one product alone; -o FILE (FILE.ranks) or --json lists all.")
    _print_draws(console, next(iter(groups.values())))
    if is_uncertain(groups):
        print_few(console, count_answered(groups))
    _print_gaps(console, groups)


def _letter(at: int) -> str:
    """Give A to Z, then AA and so on, as columns of a sheet."""
    return (_letter(at // 26 - 1) if at >= 26 else "") + chr(ord("A") + at % 26)


def _print_spreads(console: Console, compared: PairedComparison, labels: Mapping[str, str], indicator: str) -> None:
    rows = [r for r in compared.spreads.to_pylist() if r["indicator"] == indicator and r["stage"] == "total"]
    method = compared.alternatives[0].footprints.method
    head = f"{method.name_indicator(indicator)}, {rows[0]['unit']} per {rows[0]['per']}"
    table = open_table(head, ["static", "mean", "sd", "2.5 %", "median", "97.5 %"])
    for row in rows:
        numbers = [format_value(row[name]) for name in ("value", "mean", "sd", "p2_5", "p50", "p97_5")]
        table.add_row(Text(labels[row["alternative"]]), *numbers)
    print_whole(console, table)


def _print_pairs(console: Console, compared: PairedComparison, letters: Mapping[str, str], indicator: str) -> None:
    first = compared.alternatives[0].name
    mine = [each for each in compared.pairs if each.indicator == indicator]
    mine = [each for each in mine if each.stage == "total" or each.difference != (0.0, 0.0, 0.0)]
    if len(letters) > MOST_IN_PAIRS:
        mine = [each for each in mine if each.first == first]
    has_ties = any(each.p_equal for each in mine)
    table = open_table("1st, 2nd", ["P(1st < 2nd)", *(["same"] if has_ties else []), "", "2.5 %", "median", "97.5 %"])
    for each in mine:
        stage = "" if each.stage == "total" else f" {each.stage}"
        error = "" if each.p_less_error is None else f" +- {100 * each.p_less_error:.1f}"
        shares = [_percent(each.p_less) + error, *([_percent(each.p_equal)] if has_ties else [])]
        name = Text(f"{letters[each.first]}, {letters[each.second]}{stage}")
        table.add_row(name, *shares, "2nd - 1st", *map(format_value, each.difference))
        table.add_row("", *[""] * len(shares), "2nd / 1st", *map(format_value, each.ratio))
    print_whole(console, table)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"


def _print_ranks(
    console: Console,
    compared: PairedComparison,
    letters: Mapping[str, str],
    labels: Mapping[str, str],
    indicator: str,
) -> None:
    """Print how often each alternative is in each place: of all places where they fit a line, else of the first."""
    rows = [r for r in compared.ranks.to_pylist() if r["indicator"] == indicator and r["stage"] == "total"]
    if not rows:
        return
    found: dict[str, dict[int, str]] = {}
    for row in rows:
        found.setdefault(row["alternative"], {})[row["place"]] = f"{100 * row['probability']:.1f}"
    widths = {
        place: BETWEEN + max(len(text) for text in (str(place), *(each[place] for each in found.values())))
        for place in range(1, len(found) + 1)
    }
    room = console.width - BETWEEN - FEWEST_LETTERS
    longest = max(FEWEST_LETTERS, *map(len, labels.values()))
    is_whole = sum(widths.values()) <= console.width - BETWEEN - longest
    names = labels if is_whole else letters  # names stand above, beside their letters
    places = [place for place in widths if sum(list(widths.values())[:place]) <= room]
    table = open_table("place, % of draws", [str(place) for place in places])
    for name, shares in found.items():
        table.add_row(Text(names[name]), *(shares[place] for place in places))
    print_whole(console, table)
    if len(places) < len(found):
        left = f"{len(places) + 1} to {len(found)}" if len(places) + 1 < len(found) else str(len(found))
        console.print(f"Not shown: place {left}; -o FILE (FILE.ranks) or --json lists all.")


def _print_remarks(
    console: Console, compared: PairedComparison, letters: Mapping[str, str], indicators: Sequence[str]
) -> None:
    names = list(letters.values())
    for term in compared.unlike:
        more = f": a {compared.per} of each need not do the same" if term.term == "product" else ""
        console.print(f"[yellow]unlike[/yellow] {escape(term.describe(names))}{escape(more)}.")
    _print_status(console, compared, indicators)
    remarks: dict[str, list[Pair]] = {}
    for each in compared.pairs:
        if each.note and each.stage == "total" and each.indicator in (indicators or HEADLINES):
            remarks.setdefault(each.note, []).append(each)
    for note, pairs in remarks.items():
        who = list(dict.fromkeys(f"{letters[each.first]}, {letters[each.second]}" for each in pairs))
        where = ", ".join(dict.fromkeys(each.indicator for each in pairs))
        named = "; ".join(who[:MOST_IN_PAIRS]) + (f" and {len(who) - MOST_IN_PAIRS} more" if who[5:] else "")
        console.print(f"[yellow]{named}[/yellow] ({escape(where)}): {escape(note)}.")
    _print_alike(console, compared)
    if compared.infeasible:
        draw, why = min(compared.infeasible.items())
        count = len(compared.infeasible)
        console.print(
            f"[yellow]{count} draw(s) have no answer and are left out of all[/yellow]: {draw}, {escape(why)}."
        )
    if len(letters) > MOST_IN_PAIRS:
        console.print("Pairs are shown with the first alternative; -o FILE or --json lists all.")


def _print_alike(console: Console, compared: PairedComparison) -> None:
    """Say which inventories have uncertain rows of one identity."""
    systems = {one.footprints.system.inventory.label: one.footprints.system for one in compared.alternatives}
    for label, system in systems.items():
        count = len(find_alike(system.inventory, compared.pedigree))
        if count:
            console.print(
                f"{escape(label)}: {count} uncertain rows are alike in process, flow, direction, provider and "
                "location; which of them takes which draw goes by comment, source and amount."
            )


def _print_status(console: Console, compared: PairedComparison, indicators: Sequence[str]) -> None:
    """Say which figures of all alternatives lack something; where some do, that is an unlike term."""
    found: dict[str, set[str]] = {}
    for row in compared.spreads.to_pylist():
        found.setdefault(row["indicator"], set()).add(row["status"])
    alike: dict[str, list[str]] = {}
    for indicator, status in found.items():
        if len(status) == 1 and status != {"complete"} and indicator in (indicators or HEADLINES):
            alike.setdefault(min(status), []).append(indicator)
    for word, names in alike.items():
        console.print(f"Status of all, in {escape(', '.join(names))}: {word.replace('_', ' ')}.")


def _print_draws(console: Console, some: PairedComparison) -> None:
    pedigree = some.pedigree
    methods: dict[str, Any] = dict.fromkeys(each.footprints.method.label for each in some.alternatives)
    console.print(
        f"{escape(', '.join(methods))}; the same {some.draws} draws for all, seed {some.seed}; static values "
        f"{say_static(some.static_values)}; pedigree {pedigree.table}, {pedigree.factors}, basic {pedigree.basic:g}. "
        "Intervals hold 95 % of draws; +- is one standard error. "
        f"Every draw verified: componentwise backward error at most {some.residual:.1e}."
    )


def _print_gaps(console: Console, groups: Mapping[str, PairedComparison]) -> None:
    """Print what the inventories that take part lack, each once; which one, where there are several."""
    named: dict[str, Footprints] = {}
    for one in (one for each in groups.values() for one in each.alternatives):
        system = one.footprints.system
        named.setdefault(f"{system.inventory.label}{system.policy.to_options()}", one.footprints)
    for label, footprints in named.items():
        if len(named) > 1 and (footprints.warnings or footprints.gaps.table.num_rows):
            console.print(f"Of {escape(label)}:")
        print_remarks(console, footprints)
