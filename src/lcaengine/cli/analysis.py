"""Commands that take results apart and lay them side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from lcaengine.cli import paired
from lcaengine.cli.drivers import CUTOFF, Asked, check_asked, show_drivers, show_global_indices
from lcaengine.cli.shared import (
    AsJson,
    BasicUncertainty,
    Cutoff,
    IndicatorNames,
    MaxFallback,
    MethodName,
    OpenWater,
    Output,
    PedigreeFactors,
    PedigreeTable,
    Place,
    Unlinked,
    check_plot,
    list_written,
    open_console,
    present_tables,
    presenting,
    print_json,
    score_or_exit,
    show_blockers,
    with_policy,
)
from lcaengine.cli.start import start_lightly
from lcaengine.policy import Policy

__all__ = ["compare", "contributions", "diff"]


@with_policy
def contributions(
    inventory: Place,
    process: Annotated[str, typer.Option("--process", help="Of this process.")] = "",
    product: Annotated[str, typer.Option("--product", help="Of this product: its market, or its maker.")] = "",
    supplier: Annotated[str, typer.Option("--supplier", help="Of this supplier.")] = "",
    demand: Annotated[str, typer.Option("--demand", help="Of this bill of materials.")] = "",
    location: Annotated[str, typer.Option("--location", help="At this place.")] = "",
    indicator: Annotated[str, typer.Option("--indicator", help="Of this indicator.")] = "ghg",
    by: Annotated[
        str,
        typer.Option("--by", help="process, exchange, flow, input, tier, stage, supplier, location or scope."),
    ] = "process",
    cutoff: Cutoff = CUTOFF,
    sankey: Annotated[bool, typer.Option("--sankey", help="The nodes and edges of a Sankey diagram.")] = False,
    drivers: Annotated[
        bool, typer.Option("--drivers", help="The exchanges it answers to, and what measuring them better would buy.")
    ] = False,
    is_global: Annotated[
        bool, typer.Option("--global", help="--drivers by Sobol indices, of the five largest and all others (SALib).")
    ] = False,
    samples: Annotated[
        int, typer.Option("--samples", metavar="N", help="--global from so many samples, a power of two.")
    ] = 512,
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE", help="--drivers as a tornado: .png, .svg or .html.")
    ] = None,
    stage: Annotated[str, typer.Option("--stage", help="--drivers of this stage alone.")] = "total",
    draws: Annotated[int, typer.Option("--draws", metavar="N", help="--drivers beside so many draws; 0: none.")] = 1000,
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="What the draws follow from.")] = 1,
    pedigree: PedigreeTable = "ecoinvent-3",
    pedigree_factors: PedigreeFactors = "gsd2",
    basic_uncertainty: BasicUncertainty = 1.05,
    method: MethodName = "core",
    output: Output = None,
    policy: Policy = Policy(),
    as_json: AsJson = False,
) -> None:
    """Take one footprint apart; or with --drivers list what it answers to, and what its spread comes of."""
    start_lightly()
    from lcaengine.chains import build_sankey, list_contributions
    from lcaengine.errors import LcaError
    from lcaengine.io.write import FORMATS, check_target
    from lcaengine.method import find_method, read_method
    from lcaengine.reports.analysis import describe_figure, print_contributions, print_sankey

    spread = (pedigree, pedigree_factors, basic_uncertainty)
    asked = Asked(stage, draws, seed, spread, plot, is_global, samples)
    check_asked(asked, drivers, sankey or by != "process", cutoff)
    if demand and process:
        raise LcaError("--demand and --process are both given", "", "give one of them")
    sources = inventory, find_method(method)
    if output is not None:
        check_target(output, FORMATS, *sources)
    if plot is not None:
        check_plot(plot, *sources)
    footprints = score_or_exit(inventory, read_method(method), policy, as_json)
    ids = {"process_id": demand or process, "product_id": product, "supplier_id": supplier, "location": location}
    if is_global:
        show_global_indices(footprints, ids, indicator, asked, output, as_json)
    elif drivers:
        show_drivers(footprints, ids, indicator, cutoff, asked, output, as_json)
    elif sankey:
        flows = build_sankey(footprints, **ids, indicator=indicator, cutoff=cutoff)
        tables, about = {"edges": flows.edges, "nodes": flows.nodes}, describe_figure(footprints, flows)
        present_tables(tables, about, output, as_json, lambda console: print_sankey(console, footprints, flows))
    else:
        parts = list_contributions(footprints, **ids, indicator=indicator, by=by, cutoff=cutoff)
        tables, about = {"contributions": parts.table, "gaps": parts.gaps}, describe_figure(footprints, parts)
        present_tables(tables, about, output, as_json, lambda console: print_contributions(console, footprints, parts))


def compare(
    inventory: Place,
    of: Annotated[
        list[str] | None,
        typer.Option(
            "--of",
            metavar="ID",
            help="A process, product, supplier or bill, PROCESS:PRODUCT or PRODUCT@PLACE, in draws; may be repeated.",
        ),
    ] = None,
    others: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="INVENTORY", help="Another inventory, in the same draws; may be repeated."),
    ] = None,
    allocations: Annotated[
        list[str] | None, typer.Option("--allocation", help="A rule to try; may be repeated. Without, those it can.")
    ] = None,
    bases: Annotated[list[str] | None, typer.Option("--basis", help="A basis to try; may be repeated.")] = None,
    draws: paired.Draws = None,
    seed: paired.Seed = None,
    stages: paired.Stages = False,
    unlike: paired.UnlikeTerms = None,
    pedigree: paired.PedigreeTable = None,
    pedigree_factors: paired.PedigreeFactors = None,
    basic_uncertainty: paired.BasicUncertainty = None,
    static: paired.Static = None,
    method: MethodName = "core",
    indicator: IndicatorNames = None,
    everything: Annotated[bool, typer.Option("--all", help="Every activity, not only end products.")] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            help="Write .parquet, .csv, .json or .xlsx: of draws the pairs, and beside them FILE.alternatives "
            "(mean, sd, quantiles) and FILE.ranks.",
        ),
    ] = None,
    unlinked: Unlinked = "refuse",
    max_fallback: MaxFallback = "GLO",
    open_water: OpenWater = "missing",
    as_json: AsJson = False,
) -> None:
    """Show how far results move with a choice; or compare products, suppliers and inventories in the same draws."""
    start_lightly()
    from lcaengine.io.write import FORMATS, check_target
    from lcaengine.method import find_method

    if output is not None:
        check_target(output, FORMATS, inventory, *(others or []), find_method(method))
    spread = (pedigree, pedigree_factors, basic_uncertainty)
    settings = paired.take_settings(draws, seed, *spread, stages, unlike, bool(of or others), static)
    policy = Policy(unlinked=unlinked, max_fallback=max_fallback, open_water=open_water)
    choices = allocations or [], bases or []
    shown = indicator or []
    if settings is None:
        _compare_policies(inventory, choices, method, shown, everything, output, policy, as_json)
    elif others or (of and not any(choices)):
        _compare_inventories(
            [inventory, *(others or [])],
            of or [],
            choices,
            method,
            shown,
            everything,
            output,
            policy,
            as_json,
            settings,
        )
    else:
        _compare_policies(inventory, choices, method, shown, everything, output, policy, as_json, of or [], settings)


def _compare_inventories(
    places: Sequence[str],
    of: Sequence[str],
    choices: tuple[list[str], list[str]],
    method: str,
    indicators: list[str],
    everything: bool,
    output: Path | None,
    policy: Policy,
    as_json: bool,
    settings: paired.DrawSettings,
) -> None:
    """Compare what is named in one inventory or several, or the end products of several, in the same draws."""
    from lcaengine.comparison import name_alternatives
    from lcaengine.errors import LcaError
    from lcaengine.method import read_method

    if any(choices):
        fix = "compare the inventories first, then one of them under several rules"
        raise LcaError("--with, and --allocation or --basis, are both given", "", fix)
    if of and everything:
        raise LcaError("--of and --all are both given", "", "give one of them")
    if len(set(places)) < len(places):
        raise LcaError("an inventory is given twice", ", ".join(places), "give each once")
    known = read_method(method)
    versions = [(place, score_or_exit(place, known, policy, as_json)) for place in places]
    groups = {"": name_alternatives(versions, of)} if of else paired.group_ends(versions, everything)
    paired.compare_in_draws(groups, settings, indicators, output, as_json)


def _compare_policies(
    inventory: str,
    choices: tuple[list[str], list[str]],
    method: str,
    indicators: list[str],
    everything: bool,
    output: Path | None,
    policy: Policy,
    as_json: bool,
    of: Sequence[str] = (),
    settings: paired.DrawSettings | None = None,
) -> None:
    """Compare one inventory under several policies: as it stands, or in the same draws."""
    from lcaengine.comparison import name_alternatives
    from lcaengine.comparison.comparison import RULES, try_compare, vary
    from lcaengine.findings import Findings
    from lcaengine.inventory import load_inventory
    from lcaengine.method import read_method
    from lcaengine.reports.analysis import describe_comparison, print_comparison, print_refusals
    from lcaengine.reports.answer import write_tables

    named = any(choices)
    policies = vary(policy, choices[0] if named else RULES, choices[1])
    known, found = read_method(method), Findings()
    read = load_inventory(inventory, found)
    compared = None if read is None or found.blockers() else try_compare(read, known, policies)
    if compared is not None and not any(compared.footprints):
        found.items.extend(compared.refusals[compared.names[0]])
    if compared is None or not any(compared.footprints):
        show_blockers(found, inventory, as_json)
        raise typer.Exit(1)
    if settings is not None:
        pairs = zip(compared.names, compared.footprints, strict=True)
        versions = [(name, each) for name, each in pairs if each is not None]
        groups = {"": name_alternatives(versions, of)} if of else paired.group_ends(versions, everything)
        refused = describe_comparison(compared)["refused"]
        paired.compare_in_draws(groups, settings, indicators, output, as_json, refused)
        if not as_json and output is None:
            print_refusals(open_console(), compared)
    else:
        table, about = compared.to_arrow(everything, indicators), describe_comparison(compared)
        files = [] if output is None else write_tables(output, {"comparison": table}, about)
        with presenting():
            if as_json:
                print_json({"run": about, "comparison": table.to_pylist()})
            elif files:
                typer.echo(f"written to {list_written(files)}")
            else:
                print_comparison(open_console(), compared, indicators, everything)
    if compared.refusals and (named or compared.footprints[0] is None):
        raise typer.Exit(1)


@with_policy
def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="The older inventory.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The newer one.")],
    method: MethodName = "core",
    indicator: IndicatorNames = None,
    everything: Annotated[bool, typer.Option("--all", help="Every activity, not only end products.")] = False,
    output: Output = None,
    policy: Policy = Policy(),
    as_json: AsJson = False,
) -> None:
    """Say what moved each score between two versions of an inventory, by exchange."""
    start_lightly()
    from lcaengine.comparison import diff as find_difference
    from lcaengine.footprints.display import HEADLINES
    from lcaengine.io.write import FORMATS, check_target
    from lcaengine.method import find_method, read_method
    from lcaengine.reports.analysis import describe_difference, print_difference
    from lcaengine.reports.answer import write_tables

    if output is not None:
        check_target(output, FORMATS, old, new, find_method(method))
    known = read_method(method)
    scored = [score_or_exit(each, known, policy, as_json) for each in (old, new)]
    usual = [name for name in HEADLINES if known.find(name) >= 0] or [known.indicators[0].id]
    shown = indicator or ([] if output is not None or as_json else usual)
    found = find_difference(scored[0], scored[1], shown, everything)
    tables, about = {"scores": found.scores, "effects": found.effects}, describe_difference(*scored)
    files = [] if output is None else write_tables(output, tables, about)
    with presenting():
        if as_json:
            print_json({"run": about, **{name: table.to_pylist() for name, table in tables.items()}})
        elif files:
            typer.echo(f"written to {list_written(files)}")
        else:
            print_difference(open_console(), known, found)
