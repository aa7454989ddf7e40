"""Commands that take results apart and lay them side by side."""

from __future__ import annotations

from typing import Annotated

import typer

from lcaengine.cli.shared import (
    Allocation,
    AsJson,
    BasicUncertainty,
    Basis,
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
    list_written,
    open_console,
    presenting,
    print_json,
    score_or_exit,
    show_blockers,
)
from lcaengine.cli.simulation import show_draws
from lcaengine.cli.start import start_lightly
from lcaengine.policy import Policy

__all__ = ["compare", "contributions", "diff"]


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
    cutoff: Cutoff = 0.01,
    sankey: Annotated[bool, typer.Option("--sankey", help="The nodes and edges of a Sankey diagram.")] = False,
    drivers: Annotated[
        bool, typer.Option("--drivers", help="The exchanges it answers to, and what measuring them better would buy.")
    ] = False,
    stage: Annotated[str, typer.Option("--stage", help="--drivers of this stage alone.")] = "total",
    draws: Annotated[int, typer.Option("--draws", metavar="N", help="--drivers beside so many draws; 0: none.")] = 1000,
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="What the draws follow from.")] = 1,
    pedigree: PedigreeTable = "ecoinvent-3",
    pedigree_factors: PedigreeFactors = "gsd2",
    basic_uncertainty: BasicUncertainty = 1.05,
    method: MethodName = "core",
    output: Output = None,
    unlinked: Unlinked = "refuse",
    basis: Basis = "location",
    max_fallback: MaxFallback = "GLO",
    allocation: Allocation = "",
    open_water: OpenWater = "missing",
    as_json: AsJson = False,
) -> None:
    """Take one footprint apart: by process, exchange, flow, input, tier, stage, supplier, location or scope.

    With --drivers: the exchanges it answers to, by elasticity and contribution to its variance.
    """
    start_lightly()
    from lcaengine.chains import build_sankey, list_contributions, list_drivers
    from lcaengine.errors import LcaError
    from lcaengine.io.write import FORMATS, check_target
    from lcaengine.method import read_method
    from lcaengine.reports.analysis import describe_figure, print_contributions, print_sankey
    from lcaengine.reports.answer import write_tables
    from lcaengine.reports.drivers import describe_drivers, print_drivers
    from lcaengine.uncertainty import Pedigree

    policy = Policy(unlinked, basis, max_fallback, allocation, open_water)
    spread = Pedigree(pedigree, pedigree_factors, basic_uncertainty)
    if drivers and (sankey or by != "process"):
        raise LcaError("--drivers lists exchanges, and --sankey or --by is given too", "", "give one of them")
    if not drivers and (stage, draws, seed, spread) != ("total", 1000, 1, Pedigree()):
        raise LcaError(
            "--stage, --draws, --seed and --pedigree are of --drivers", "", "add --drivers, or leave them away"
        )
    if demand and process:
        raise LcaError("--demand and --process are both given", "", "give one of them")
    if output is not None:
        check_target(output, FORMATS, inventory)
    footprints = score_or_exit(inventory, read_method(method), policy, as_json)
    ids = {"process_id": demand or process, "product_id": product, "supplier_id": supplier, "location": location}
    if drivers:
        driven = list_drivers(
            footprints,
            **ids,
            indicator=indicator,
            stage=stage,
            cutoff=cutoff,
            draws=draws,
            seed=seed,
            pedigree=spread,
            progress=show_draws(),
        )
        tables, about = {"drivers": driven.table}, describe_drivers(footprints, driven)
    elif sankey:
        flows = build_sankey(footprints, **ids, indicator=indicator, cutoff=cutoff)
        tables, about = {"edges": flows.edges, "nodes": flows.nodes}, describe_figure(footprints, flows)
    else:
        parts = list_contributions(footprints, **ids, indicator=indicator, by=by, cutoff=cutoff)
        tables, about = {"contributions": parts.table, "gaps": parts.gaps}, describe_figure(footprints, parts)
    files = [] if output is None else write_tables(output, tables, about)
    with presenting():
        if as_json:
            print_json({"run": about, **{name: table.to_pylist() for name, table in tables.items()}})
        elif files:
            typer.echo(f"written to {list_written(files)}")
        elif drivers:
            print_drivers(open_console(), driven)
        elif sankey:
            print_sankey(open_console(), flows)
        else:
            print_contributions(open_console(), parts)


def compare(
    inventory: Place,
    allocations: Annotated[
        list[str] | None, typer.Option("--allocation", help="A rule to try; may be repeated. Without, those it can.")
    ] = None,
    bases: Annotated[list[str] | None, typer.Option("--basis", help="A basis to try; may be repeated.")] = None,
    method: MethodName = "core",
    indicator: IndicatorNames = None,
    everything: Annotated[bool, typer.Option("--all", help="Every activity, not only end products.")] = False,
    output: Output = None,
    unlinked: Unlinked = "refuse",
    max_fallback: MaxFallback = "GLO",
    open_water: OpenWater = "missing",
    as_json: AsJson = False,
) -> None:
    """Show how far results move with a choice: allocation, or the basis of markets."""
    start_lightly()
    from lcaengine.comparison.comparison import RULES, try_compare, vary
    from lcaengine.findings import Findings
    from lcaengine.inventory import load_inventory
    from lcaengine.io.write import FORMATS, check_target
    from lcaengine.method import read_method
    from lcaengine.reports.analysis import describe_comparison, print_comparison
    from lcaengine.reports.answer import write_tables

    if output is not None:
        check_target(output, FORMATS, inventory)
    named = bool(allocations or bases)
    policies = vary(
        Policy(unlinked=unlinked, max_fallback=max_fallback, open_water=open_water),
        (allocations or []) if named else RULES,
        bases or [],
    )
    known, found = read_method(method), Findings()
    read = load_inventory(inventory, found)
    compared = None if read is None or found.blockers() else try_compare(read, known, policies)
    if compared is not None and not any(compared.footprints):
        found.items.extend(compared.refusals[compared.names[0]])
    if compared is None or not any(compared.footprints):
        show_blockers(found, inventory, as_json)
        raise typer.Exit(1)
    table, about = compared.to_arrow(everything, indicator or ()), describe_comparison(compared)
    files = [] if output is None else write_tables(output, {"comparison": table}, about)
    with presenting():
        if as_json:
            print_json({"run": about, "comparison": table.to_pylist()})
        elif files:
            typer.echo(f"written to {list_written(files)}")
        else:
            print_comparison(open_console(), compared, indicator or [], everything)
    if compared.refusals and (named or compared.footprints[0] is None):
        raise typer.Exit(1)


def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="The older inventory.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The newer one.")],
    method: MethodName = "core",
    indicator: IndicatorNames = None,
    everything: Annotated[bool, typer.Option("--all", help="Every activity, not only end products.")] = False,
    output: Output = None,
    unlinked: Unlinked = "refuse",
    basis: Basis = "location",
    max_fallback: MaxFallback = "GLO",
    allocation: Allocation = "",
    open_water: OpenWater = "missing",
    as_json: AsJson = False,
) -> None:
    """Say what moved each score between two versions of an inventory, by exchange."""
    start_lightly()
    from lcaengine.comparison import diff as find_difference
    from lcaengine.footprints.display import HEADLINES
    from lcaengine.io.write import FORMATS, check_target
    from lcaengine.method import read_method
    from lcaengine.reports.analysis import describe_difference, print_difference
    from lcaengine.reports.answer import write_tables

    policy = Policy(unlinked, basis, max_fallback, allocation, open_water)
    if output is not None:
        for each in (old, new):
            check_target(output, FORMATS, each)
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
            print_difference(open_console(), found)
