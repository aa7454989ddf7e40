"""Exchanges of an ILCD process: amounts, distributions, references, shares of co-products, providers of openLCA."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lcaengine.errors import DataError
from lcaengine.formats.draft import Draft, is_measured
from lcaengine.formats.ilcd.elements import find, find_all, number, text
from lcaengine.formats.ilcd.flows import Flow
from lcaengine.formats.shares import close_shares
from lcaengine.formats.text import read_number

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["Package", "Place", "add_exchanges"]

_OPENLCA = "{http://openlca.org/ilcd-extensions}"
_PEDIGREE = re.compile(r"\(?([1-5](?:;[1-5]){4})\)?")
_DATA_TYPES = {"primary": "primary", "secondary": "secondary"}


@dataclass(frozen=True, slots=True)
class Package:
    """What is known before processes are read: flows, citations of sources, and the processes that are there."""

    draft: Draft
    flows: dict[str, Flow]
    sources: dict[str, str]
    processes: frozenset[str]

    def cite(self, reference: etree._Element) -> str:
        """Give the citation of a source that is referred to, or what the reference itself says of it."""
        uuid = (reference.get("refObjectId") or "").lower()
        return self.sources.get(uuid) or text(reference, "shortDescription") or uuid


@dataclass(frozen=True, slots=True)
class Place:
    """Where exchanges stand: their process, its row of sources, and words for messages."""

    process_id: str
    source_id: str
    where: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """An exchange that was added: its internal id, its flow, whether the process sells it, and its shares."""

    internal_id: str
    flow_id: str
    is_sold: bool
    is_reference: bool
    shares: dict[str, float]


def add_exchanges(package: Package, place: Place, root: etree._Element) -> str | None:
    """Add a process's exchanges and the shares of its co-products, and give its rule of allocation.

    Raises
    ------
    DataError
        If an exchange has no amount, or stands twice.
    """
    base = "processInformation/quantitativeReference/referenceToReferenceFlow"
    wanted = [(each.text or "").strip() for each in find_all(root, base)]
    parameters = {
        each.get("name") or "": each
        for each in find_all(root, "processInformation/mathematicalRelations/variableParameter")
    }
    for name, parameter in parameters.items():
        what = "parameters: their values are in the amounts, they themselves are not kept"
        package.draft.lose(
            what, f"{name} = {text(parameter, 'formula') or text(parameter, 'meanValue')}, {place.where}"
        )
    added: list[Exchange] = []
    for element in find_all(root, "exchanges/exchange"):
        exchange = _add_exchange(package, place, element, parameters, wanted[0] if wanted else "")
        if exchange is None:
            continue
        if any(each.internal_id == exchange.internal_id for each in added):
            what = f"exchange {exchange.internal_id!r} stands twice"
            raise DataError(what, place.where, "give each its own dataSetInternalID", id=exchange.internal_id)
        added.append(exchange)
    if not any(each.is_reference for each in added):
        package.draft.lose("references that are no exchange of their process", f"{wanted or 'none'} in {place.where}")
    return _share(package.draft, place, added)


def _add_exchange(
    package: Package,
    place: Place,
    element: etree._Element,
    parameters: dict[str, etree._Element],
    wanted: str,
) -> Exchange | None:
    draft, internal_id = package.draft, element.get("dataSetInternalID") or ""
    reference = find(element, "referenceToFlowDataSet")
    flow_id = (reference.get("refObjectId") or "").lower() if reference is not None else ""
    flow, here = package.flows.get(flow_id), f"exchange {internal_id} of {place.where}"
    if flow is None or not flow.kind:
        label = text(reference, "shortDescription") if reference is not None else ""
        known = (
            "exchanges of flows that could not be read" if flow else "exchanges of flows that are not in the package"
        )
        draft.lose(known, f"{label or flow_id}, {here}")
        return None
    direction = text(element, "exchangeDirection").lower()
    if direction not in ("input", "output"):
        raise DataError(f"{here} goes in no direction: {direction!r}", place.where, "write Input or Output")
    is_avoided = element.get(f"{_OPENLCA}avoidedProduct") == "true" and flow.kind != "elementary"
    is_reference = internal_id == wanted
    is_sold = not is_avoided and (flow.kind, direction) in (("product", "output"), ("waste", "input"))
    amount = _read_amount(element, parameters, here)
    pedigree = _PEDIGREE.fullmatch(element.get(f"{_OPENLCA}pedigreeUncertainty") or "")
    draft.add(
        "exchanges",
        process_id=place.process_id,
        flow_id=flow_id,
        direction=direction,
        amount=amount * flow.factor,
        unit=flow.unit,
        is_reference=is_reference,
        is_avoided=is_avoided,
        provider_id=_find_provider(package, element, here),
        location=draft.take_place(text(element, "location"), here),
        data_type=_DATA_TYPES.get(text(element, "dataSourceType").lower()),
        pedigree=pedigree[1] if pedigree else None,
        source_id=place.source_id,
        comment=_write_comment(package, element, parameters),
        **_read_distribution(draft, element, amount, flow.factor, here),
    )
    shares = {
        each.get("internalReferenceToCoProduct") or "": read_number(
            each.get("allocatedFraction") or "0", here, "allocatedFraction"
        )
        / 100
        for each in find_all(element, "allocations/allocation")
    }
    return Exchange(internal_id, flow_id, is_sold, is_reference, shares)


def _read_amount(element: etree._Element, parameters: dict[str, etree._Element], here: str) -> float:
    """Give the resulting amount; where it is left out, the mean amount times the value of its variable."""
    amount = number(element, "resultingAmount", here)
    if amount is not None:
        return amount
    mean, name = number(element, "meanAmount", here), text(element, "referenceToVariable")
    variable = 1.0 if not name else (number(parameters[name], "meanValue", here) if name in parameters else None)
    if mean is None or variable is None:
        what = f"{here} has no amount" + (f": {name!r} has no value" if mean is not None else "")
        raise DataError(what, here, "give it a resultingAmount")
    return mean * variable


def _read_distribution(
    draft: Draft, element: etree._Element, amount: float, factor: float, here: str
) -> dict[str, float | str | bool]:
    """Read a distribution; openLCA writes GSD and SD themselves where the ILCD has their square and their double."""
    kind = text(element, "uncertaintyDistributionType").lower()
    if kind in ("", "undefined"):
        return {}
    spread = number(element, "relativeStandardDeviation95In", here)
    low, high = number(element, "minimumAmount", here), number(element, "maximumAmount", here)
    if not is_measured(spread, low, high):
        draft.lose("distributions that say no spread; the amount stays", f"{kind}, {here}")
        return {}
    is_openlca = element.get(f"{_OPENLCA}unitId") is not None or element.get(f"{_OPENLCA}amount") is not None
    if kind in ("log-normal", "normal") and is_openlca:
        draft.change("distributions of openLCA: it writes GSD and SD where ILCD has GSD^2 and 2 SD", here)
    part = 1 if is_openlca else 2
    center = amount * factor
    if kind == "log-normal" and spread is not None and spread > 1 and center:
        scale = math.log(spread) / part
        return {"uncertainty_type": "lognormal", "loc": math.log(abs(center)), "scale": scale, "negative": center < 0}
    if kind == "normal" and spread:
        return {"uncertainty_type": "normal", "loc": center, "scale": spread / part * factor}
    if kind in ("triangular", "uniform") and low is not None and high is not None:
        bounds: dict[str, float | str | bool] = {"minimum": low * factor, "maximum": high * factor}
        if kind == "uniform":
            return {"uncertainty_type": "uniform", **bounds}
        mode = element.get(f"{_OPENLCA}mostLikelyValue")
        if mode is None:
            draft.change("triangular distributions: the amount is taken as their mode", here)
        given = center if mode is None else read_number(mode, here, "mostLikelyValue") * factor
        return {"uncertainty_type": "triangular", "loc": given, **bounds}
    draft.lose("distributions that say no spread; the amount stays", f"{kind}, {here}")
    return {}


def _find_provider(package: Package, element: etree._Element, here: str) -> str | None:
    provider = (element.get(f"{_OPENLCA}defaultProvider") or "").lower()
    if not provider:
        return None
    if provider not in package.processes:
        package.draft.lose("providers that are not in the source", f"{provider}, {here}")
        return None
    return provider


def _write_comment(package: Package, element: etree._Element, parameters: dict[str, etree._Element]) -> str:
    variable = text(element, "referenceToVariable")
    formula = element.get(f"{_OPENLCA}formula") or ""
    if variable and not formula:
        term = text(parameters[variable], "formula") if variable in parameters else ""
        formula = f"{text(element, 'meanAmount')} * {variable}" + (f", {variable} = {term}" if term else "")
    said = {
        "formula": formula,
        "function": text(element, "functionType"),
        "data source": ""
        if text(element, "dataSourceType").lower() in _DATA_TYPES
        else text(element, "dataSourceType"),
        "derivation": text(element, "dataDerivationTypeStatus"),
        "base uncertainty": element.get(f"{_OPENLCA}baseUncertainty") or "",
        "sources": "; ".join(
            package.cite(e) for e in find_all(element, "referencesToDataSource/referenceToDataSource")
        ),
    }
    return "\n".join(
        filter(None, (text(element, "generalComment"), *(f"{key}: {value}" for key, value in said.items() if value)))
    )


def _share(draft: Draft, place: Place, added: Sequence[Exchange]) -> str | None:
    """Add the shares of co-products, each exchange's own, and give the rule; none for a process of one product."""
    sold = {each.internal_id: each.flow_id for each in added if each.is_sold or each.is_reference}
    if len(sold) < 2:
        return None
    given = {each.flow_id: each.shares for each in reversed(added) if each.shares}
    if not given:
        return "none"
    reference = next((each.internal_id for each in added if each.is_reference), "")
    for each in added:
        if each.shares and given[each.flow_id] != each.shares:
            draft.lose("allocations of a flow that stands twice in its process: the first holds for both", place.where)
        if each.shares.keys() - sold:
            draft.lose("allocations to what is no product of the process", f"{each.shares}, {place.where}")
    free = [each for each in added if not each.shares and each.internal_id not in sold]
    alike = {tuple(sorted(shares.items())) for shares in given.values()}
    is_one = len(alike) == 1 and not free
    rest = dict(alike.pop()) if is_one else {reference: 1.0}
    if free:
        draft.change("exchanges without allocation: the reference carries them", place.where, len(free))
    _add_shares(draft, place, sold, rest, None)
    if is_one:
        return "as_given"
    for flow_id, shares in given.items():
        if flow_id not in sold.values():
            _add_shares(draft, place, sold, shares, flow_id)
    return "causal"


def _add_shares(
    draft: Draft, place: Place, sold: dict[str, str], shares: dict[str, float], exchange: str | None
) -> None:
    closed = close_shares(draft, [shares.get(internal_id, 0.0) for internal_id in sold], place.where)
    for flow_id, share in zip(sold.values(), closed, strict=True):
        draft.add(
            "allocation",
            process_id=place.process_id,
            product_flow_id=flow_id,
            factor=share,
            exchange_flow_id=exchange,
        )
