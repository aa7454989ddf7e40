"""The tables of an inventory, column by column: the input contract as data."""

from __future__ import annotations

from dataclasses import dataclass

from lcaengine.policy import ALLOCATIONS

__all__ = ["STAGES", "TABLES", "Column", "Table"]

STAGES = ("extraction", "processing", "assembly", "transport", "use", "end_of_life")
"""The closed list of life-cycle stages; a process with none is background."""

UNCERTAINTY_TYPES = (
    *("undefined", "none", "lognormal", "normal", "uniform", "triangular", "bernoulli", "discrete_uniform"),
    *("weibull", "gamma", "beta", "generalized_extreme_value", "student_t", "beta_pert"),
)
"""Distributions by name; the position is the number."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name : str
    kind : str
        ``text``, ``number``, ``flag`` or ``date``.
    required : bool
        Whether the column must be there and every row must fill it.
    allowed : tuple of str
        The closed list of values, empty where any will do.
    about : str
        One line for the reader.
    """

    name: str
    kind: str
    required: bool
    allowed: tuple[str, ...]
    about: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its columns, and the columns that identify a row (empty where rows may repeat)."""

    name: str
    required: bool
    key: tuple[str, ...]
    columns: tuple[Column, ...]


def _text(name: str, about: str = "", *, required: bool = False, allowed: tuple[str, ...] = ()) -> Column:
    return Column(name, "text", required, allowed, about)


def _number(name: str, about: str = "", *, required: bool = False) -> Column:
    return Column(name, "number", required, (), about)


_UNCERTAINTY = (
    _text(
        "uncertainty_type",
        "distribution, by number or name",
        allowed=(*UNCERTAINTY_TYPES, *map(str, range(len(UNCERTAINTY_TYPES)))),
    ),
    _number("loc", "location parameter, in the row's own unit (mu of a lognormal)"),
    _number("scale", "scale parameter (sigma of the logarithm of a lognormal)"),
    _number("shape", "shape parameter"),
    _number("minimum", "lower bound"),
    _number("maximum", "upper bound"),
    Column("negative", "flag", False, (), "whether a lognormal is mirrored at zero"),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "processes",
            True,
            ("process_id",),
            (
                _text("process_id", "identity", required=True),
                _text("name", "for people", required=True),
                _text("stage", "life-cycle stage; none is background", allowed=STAGES),
                _text("supplier_id", "who runs it"),
                _text("location", "ISO 3166-1 or -2 code, or GLO RoW RER RAF RAS RLA RNA RME OCE"),
                _text("data_type", "primary, secondary or proxy", allowed=("primary", "secondary", "proxy")),
                _text(
                    "allocation",
                    "how co-products share the burdens",
                    allowed=ALLOCATIONS,
                ),
                _number("production_amount", "what is made a year, for a mix by production"),
                _text("production_unit", "unit of production_amount"),
                Column("valid_from", "date", False, (), "first day the data hold"),
                Column("valid_until", "date", False, (), "last day the data hold"),
                _text("source_id", "row of sources"),
                _text("comment"),
            ),
        ),
        Table(
            "flows",
            True,
            ("flow_id",),
            (
                _text("flow_id", "identity", required=True),
                _text("name", "for people, and for matching factors", required=True),
                _text(
                    "kind", "product, waste or elementary", required=True, allowed=("product", "waste", "elementary")
                ),
                _text("unit", "reference unit", required=True),
                _text("compartment", "air, water, soil, resource ..."),
                _text("sub_compartment", "surface water, in ground ..."),
                _text("cas_number"),
                _text("category", "`energy carrier` counts a fuel as site energy"),
                _text("product_ids", "URNs, separated by ;"),
            ),
        ),
        Table(
            "properties",
            False,
            ("flow_id", "property"),
            (
                _text("flow_id", "whose property", required=True),
                _text("property", "mass, heating_value_hhv, heating_value_lhv, price, content:Nd ...", required=True),
                _number("value", "per reference unit of the flow", required=True),
                _text("unit", "kg/piece, MJ/kg, USD2020/kg ...", required=True),
                _number("year"),
                _text("source_id", "row of sources"),
            ),
        ),
        Table(
            "exchanges",
            True,
            (),
            (
                _text("process_id", "whose exchange", required=True),
                _text("flow_id", "of what", required=True),
                _text("direction", "input or output", required=True, allowed=("input", "output")),
                _number("amount", "as measured", required=True),
                _text("unit", "unit of amount", required=True),
                Column("is_reference", "flag", False, (), "the flow the process is there for"),
                Column("is_avoided", "flag", False, (), "supply that another would have met"),
                _text("provider_id", "process that meets the demand"),
                _text("location", "place, where it differs from the process's"),
                _text("data_type", "overrides the process's", allowed=("primary", "secondary", "proxy")),
                *_UNCERTAINTY,
                _text("pedigree", "five integers, 2;3;1;4;3"),
                _text("source_id", "row of sources"),
                _text("comment"),
            ),
        ),
        Table(
            "allocation",
            False,
            ("process_id", "product_flow_id", "exchange_flow_id"),
            (
                _text("process_id", "whose co-products", required=True),
                _text("product_flow_id", "which co-product", required=True),
                _number("factor", "its share; shares sum to one", required=True),
                _text("exchange_flow_id", "causal only: the share of this exchange"),
                *_UNCERTAINTY,
            ),
        ),
        Table(
            "markets",
            False,
            ("flow_id", "process_id", "location", "basis"),
            (
                _text("flow_id", "what is traded", required=True),
                _text("process_id", "who supplies", required=True),
                _number("share", "share of the mix; shares sum to one"),
                _number("amount", "or the amount supplied"),
                _text("unit", "unit of amount"),
                _text("location", "place of the market; none is GLO"),
                _text("basis", "location, contract or residual", allowed=("location", "contract", "residual")),
                *_UNCERTAINTY,
            ),
        ),
        Table(
            "impacts",
            False,
            ("process_id", "indicator"),
            (
                _text("process_id", "a supplier known by its declared footprint", required=True),
                _text("indicator", "of the method", required=True),
                _number("amount", required=True),
                _text("unit", required=True),
                _text("per", "unit of the product", required=True),
            ),
        ),
        Table(
            "suppliers",
            False,
            ("supplier_id",),
            (
                _text("supplier_id", "identity", required=True),
                _text("name", "for people", required=True),
                _text("location"),
                _text("group"),
                _text("identifiers", "URNs, separated by ;"),
            ),
        ),
        Table(
            "demand",
            False,
            (),
            (
                _text("demand_id", "bill of materials", required=True),
                _text("product_id", "what is needed; or process_id"),
                _text("process_id", "from whom"),
                _number("amount", required=True),
                _text("unit", required=True),
                _text("supplier_id"),
            ),
        ),
        Table(
            "sources",
            False,
            ("source_id",),
            (
                _text("source_id", "identity", required=True),
                _text("citation", "author, year, title, table", required=True),
                _text("doi"),
                _text("url"),
                _text("licence"),
                Column("accessed", "date", False, (), "day it was read"),
                _text("sha256", "of the document that was read"),
                _text("verified_by", "who held the figure against the document"),
                Column("verified_on", "date", False, (), "and when"),
            ),
        ),
    )
}
"""Every table by name; `claims` is read by the verdicts and is no part of the system."""
