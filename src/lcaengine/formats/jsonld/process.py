"""Processes of an openLCA package: exchanges, providers, uncertainty, allocation, documentation."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from lcaengine.errors import DataError
from lcaengine.formats.draft import Draft, is_measured
from lcaengine.formats.jsonld.flows import Flow, Units, id_of, read_category
from lcaengine.formats.text import Json, read_date

__all__ = ["Known", "add_process"]

METHODS = {"PHYSICAL_ALLOCATION": "as_given", "ECONOMIC_ALLOCATION": "as_given", "CAUSAL_ALLOCATION": "causal"}
DOCUMENTED = (
    *("technologyDescription", "timeDescription", "geographyDescription", "completenessDescription"),
    *("dataCollectionDescription", "dataSelectionDescription", "dataTreatmentDescription", "samplingDescription"),
    *("inventoryMethodDescription", "modelingConstantsDescription", "intendedApplication", "projectDescription"),
    *("restrictionsDescription", "reviewDetails", "useAdvice"),
)
"""Texts of a process's documentation, which go into its comment."""
_PEDIGREE = re.compile(r"\(?([1-5](?:;[1-5]){4})\)?")


@dataclass(frozen=True, slots=True)
class Known:
    """What processes refer to: by id, units, flows, codes of locations, citations of sources, paths of categories."""

    units: Units
    flows: Mapping[str, Flow]
    locations: Mapping[str, str]
    sources: Mapping[str, str]
    processes: frozenset[str]
    categories: Mapping[str, str]


def add_process(draft: Draft, known: Known, file: str, sha256: str, process: Json) -> None:
    """Add a process, its exchanges and its allocation."""
    process_id, name = process.text("@id"), process.text("name")
    where = f"{name} ({file})"
    documentation = process.child("processDocumentation") or Json({}, file)
    cited = [known.sources.get(id_of(each), each.text("name")) for each in documentation.children("sources")]
    publication = documentation.child("publication")
    if publication and (text := known.sources.get(id_of(publication), publication.text("name"))) not in cited:
        cited.append(text)
    source_id = draft.add_dataset(process_id, name, file, sha256, [each for each in cited if each])
    rows = process.children("exchanges")
    method, factors = _read_allocation(draft, process, rows, known, where)
    begins = read_date(documentation.text("validFrom"), where)
    ends = read_date(documentation.text("validUntil"), where, last=True)
    if begins and ends and begins > ends:
        draft.lose("times that end before they begin", where)
        begins = ends = None
    draft.add(
        "processes",
        process_id=process_id,
        name=name,
        location=draft.take_place(_code_of(process.child("location"), known), where),
        allocation=method,
        valid_from=begins,
        valid_until=ends,
        source_id=source_id,
        comment=_describe(process, documentation, known),
    )
    for row in rows:
        _add_exchange(draft, known, process_id, source_id, where, row)
    for product, exchange, factor in factors:
        draft.add(
            "allocation", process_id=process_id, product_flow_id=product, factor=factor, exchange_flow_id=exchange
        )
    _report_lost(draft, process, where)


def _add_exchange(draft: Draft, known: Known, process_id: str, source_id: str, where: str, row: Json) -> None:
    flow_id = id_of(row.child("flow"))
    flow = known.flows.get(flow_id)
    if flow is None:
        fix = "export it again with all its flows"
        raise DataError(f"flow {flow_id!r} of {where} is not in the package", row.where, fix, id=flow_id)
    given = row.number("amount")
    if given is None:
        raise DataError(f"an amount of {flow_id!r} is missing", where, "fill it in", table="exchanges", id=process_id)
    unit = known.units.by_id.get(id_of(row.child("unit")), flow.unit)
    if unit.factor != 1.0:
        draft.change(f"amounts in {unit.name} stand in {unit.label}, {unit.factor!r} each", where)
    is_input, is_reference = row.flag("isInput", "input"), row.flag("isQuantitativeReference", "quantitativeReference")
    factor = unit.factor
    if is_reference and is_input and flow.kind == "product":  # the product that is taken in is what is treated
        is_input, factor = False, -factor
    amount = given * factor
    provider = id_of(row.child("defaultProvider"))
    if provider and provider not in known.processes:
        draft.lose("providers that are not in the package", f"{provider} of {flow_id} in {where}")
        provider = ""
    draft.add(
        "exchanges",
        process_id=process_id,
        flow_id=flow_id,
        direction="input" if is_input else "output",
        amount=amount,
        unit=unit.label,
        is_reference=is_reference,
        is_avoided=row.flag("isAvoidedProduct", "avoidedProduct"),
        provider_id=provider,
        location=draft.take_place(_code_of(row.child("location"), known), where),
        pedigree=_read_pedigree(draft, row, where),
        source_id=source_id,
        comment=_comment(row),
        **_read_distribution(draft, row, amount, factor, where),
    )


def _read_distribution(
    draft: Draft, row: Json, amount: float, factor: float, where: str
) -> dict[str, str | float | bool | None]:
    """Carry a distribution to stats_arrays' terms, its parameters in the unit of the amount, mirrored where it is."""
    given = row.child("uncertainty")
    kind = given.text("distributionType") if given else ""
    if given is None or kind in ("", "NO_DISTRIBUTION", "NONE"):
        return {}
    mean, sd, low, high = (given.number(name) for name in ("mean", "sd", "minimum", "maximum"))
    mode, geometric_mean, geometric_sd = (given.number(name) for name in ("mode", "geomMean", "geomSd"))
    numbers = (mean, sd, low, high, mode, geometric_mean, geometric_sd)
    fields: dict[str, str | float | bool | None] = {}
    if not is_measured(*numbers):
        kind = ""
    elif kind == "LOG_NORMAL_DISTRIBUTION" and geometric_sd in (0.0, 1.0):  # openLCA's way of saying that there is none
        fields = {"uncertainty_type": "none"}
        draft.change("lognormal distributions whose geometric standard deviation is 0 or 1 have no spread", where)
    elif kind == "LOG_NORMAL_DISTRIBUTION" and geometric_mean and geometric_sd and geometric_sd > 0:
        middle = math.log(abs(geometric_mean)) + (math.log(abs(factor)) if abs(factor) != 1.0 else 0.0)
        fields = {"uncertainty_type": "lognormal", "loc": middle, "scale": math.log(geometric_sd)}
        fields["negative"] = amount < 0 or None
    elif kind == "NORMAL_DISTRIBUTION" and mean is not None and sd is not None:
        fields = {"uncertainty_type": "normal", "loc": mean * factor, "scale": sd * abs(factor)}
    elif kind in ("TRIANGLE_DISTRIBUTION", "UNIFORM_DISTRIBUTION") and low is not None and high is not None:
        low, high = (low, high) if factor > 0 else (high, low)
        fields = {"minimum": low * factor, "maximum": high * factor, "uncertainty_type": "uniform"}
        if kind == "TRIANGLE_DISTRIBUTION":
            fields |= {"uncertainty_type": "triangular", "loc": (amount if mode is None else mode * factor)}
    if not fields:
        draft.lose("distributions that lack a parameter or are of no kind that is known", f"{kind} in {where}")
    return fields


def _read_pedigree(draft: Draft, row: Json, where: str) -> str:
    text = row.text("dqEntry", "pedigreeUncertainty")
    found = _PEDIGREE.fullmatch(text.replace(" ", ""))
    if text and not found:
        draft.lose("data quality entries that are not five scores", f"{text} in {where}")
    return found[1] if found else ""


def _comment(row: Json) -> str:
    formula, base = row.text("amountFormula"), row.number("baseUncertainty")
    parts = [row.text("description"), f"formula: {formula}" if formula else ""]
    parts.append(f"base uncertainty: {base!r}" if base is not None else "")
    return "; ".join(part for part in parts if part)


def _read_allocation(
    draft: Draft, process: Json, rows: list[Json], known: Known, where: str
) -> tuple[str, list[tuple[str, str, float]]]:
    """Give the rule of a process, and its factors as (product, exchange's flow, share)."""
    products = {flow for row in rows if (flow := _find_product(row, known))}
    given = process.children("allocationFactors")
    rule = METHODS.get(process.text("defaultAllocationMethod"), "")
    used = [f for f in given if rule and f.text("allocationType") == process.text("defaultAllocationMethod")]
    if len(given) > len(used):
        what = "allocation factors of other methods than the process's default"
        draft.lose(what, where, len(given) - len(used))
    if len(products) < 2:
        if used:
            draft.lose("allocation factors of processes with one product", where, len(used))
        return "", []
    reference = next(
        (id_of(r.child("flow")) for r in rows if r.flag("isQuantitativeReference", "quantitativeReference")), ""
    )
    flow_of = {str(row.fields.get("internalId", row.text("@id"))): id_of(row.child("flow")) for row in rows}
    factors = []
    for each in used:
        product, exchange = id_of(each.child("product")), each.child("exchange")
        key = "" if exchange is None else str(exchange.fields.get("internalId", exchange.text("@id")))
        flow = "" if exchange is None else flow_of.get(key) or id_of(exchange.child("flow"))
        value = each.number("value")
        if product in products and value is not None and (rule != "causal" or flow):
            factors.append((product, flow if rule == "causal" else "", value))
    if not rule:
        draft.change("processes with co-products and no allocation of their own: the reference carries all", where)
        return "none", []
    factors = list(dict.fromkeys(factors))  # an exchange that stands in two rows has two factors alike
    if not _are_shares(factors, len(products)):
        draft.lose("allocation that does not share all out: the reference carries all", where)
        return "none", []
    if rule == "causal":  # of what has no factor of its own
        factors += [(product, "", float(product == reference)) for product in sorted(products)]
    return rule, factors


def _find_product(row: Json, known: Known) -> str:
    """Give the flow of a row that is a product of its process: made, or treated for others."""
    flow_id = id_of(row.child("flow"))
    flow = known.flows.get(flow_id)
    is_input = row.flag("isInput", "input")
    if flow is None or row.flag("isAvoidedProduct", "avoidedProduct"):
        return ""
    made = (flow.kind == "product" and not is_input) or (flow.kind == "waste" and is_input)
    return flow_id if made or row.flag("isQuantitativeReference", "quantitativeReference") else ""


def _are_shares(factors: list[tuple[str, str, float]], products: int) -> bool:
    sums: dict[str, float] = {}
    for _, exchange, factor in factors:
        sums[exchange] = sums.get(exchange, 0.0) + factor
    counts = {exchange: sum(each == exchange for _, each, _ in factors) for exchange in sums}
    return bool(sums) and all(abs(s - 1) <= 1e-6 for s in sums.values()) and set(counts.values()) == {products}


def _code_of(location: Json | None, known: Known) -> str:
    if location is None:
        return ""
    return known.locations.get(id_of(location)) or location.text("code", "name")


def _describe(process: Json, documentation: Json, known: Known) -> str:
    """Write all that a process says of itself into one text."""
    version, category = process.text("version"), read_category(process, known.categories)
    parts = [process.text("description")]
    parts += [f"{name}: {text}" for name in DOCUMENTED if (text := documentation.text(name))]
    for name in ("dataGenerator", "dataDocumentor", "dataSetOwner", "reviewer"):
        if actor := documentation.child(name):
            parts.append(f"{name}: {actor.text('name')}")
    parts.append(f"category: {category}" if category else "")
    parts.append(f"data quality: {process.text('dqEntry')}" if process.text("dqEntry") else "")
    parts.append(f"version: {version}, last change {process.text('lastChange')}" if version else "")
    return "\n".join(part for part in parts if part)


def _report_lost(draft: Draft, process: Json, where: str) -> None:
    for field, what in (
        ("parameters", "parameters: the amounts they gave are kept, they are not"),
        ("socialAspects", "social aspects"),
        ("tags", "tags of processes"),
    ):
        values = process.fields.get(field)
        if isinstance(values, list) and values:
            draft.lose(what, where, len(values))
    costs = sum(1 for row in process.children("exchanges") if row.fields.get("costValue") is not None)
    if costs:
        draft.lose("costs of exchanges", where, costs)
