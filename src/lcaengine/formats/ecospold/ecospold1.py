"""EcoSpold 1: one XML document or several, each of several data sets, as ecoinvent 2, openLCA and SimaPro write them.

What a data set takes and makes is named by number. The document is walked twice, a data set at a time: once to learn
which numbers are made and by whom, once for the rows.

References
----------
ecoinvent Centre, EcoSpold Data Format 1.2 (2011): EcoSpold01Dataset.xsd, the meaning of fields and codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from lcaengine.errors import DataError
from lcaengine.formats.compartments import find_compartment
from lcaengine.formats.draft import Draft, Progress
from lcaengine.formats.ecospold.ecospold1_index import (
    AVOIDED,
    CO_PRODUCT,
    NATURE,
    REFERENCE,
    WASTE,
    Index,
    Key,
    build_index,
    find_no_process,
    find_provider,
    read_key,
    read_side,
)
from lcaengine.formats.ecospold.ecospold1_notes import describe_dataset, list_citations, read_period
from lcaengine.formats.ecospold.ecospold1_uncertainty import read_pedigree, read_uncertainty
from lcaengine.formats.ecospold.elements import (
    Flow,
    hash_file,
    join,
    read_amount,
    read_attribute,
    read_cas,
    read_id,
    scale_distribution,
    settle_flow,
)
from lcaengine.formats.imported import Imported
from lcaengine.formats.xml import list_elements
from lcaengine.io.source import open_source

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["read_ecospold1"]


@dataclass(frozen=True, slots=True)
class _Reading:
    """What is at hand while rows are added."""

    draft: Draft
    index: Index
    flows: dict[str, Flow]


def read_ecospold1(source: str | Path, *, progress: Progress | None = None) -> Imported:
    """Read EcoSpold 1.

    Parameters
    ----------
    source : str or Path
        One document, or a folder or zip of several.
    progress : callable, optional
        Told how many data sets are read, and of how many.

    Returns
    -------
    Imported
        A process a data set, with the data set's number as its id; flows by the number of their exchange.

    Raises
    ------
    DataError
        If it is no EcoSpold 1, or something in it cannot be read.

    Notes
    -----
    An input whose number is that of a data set which makes it names that as its provider; others are left to be
    linked by their product. Co-products are allocated by the fractions the data set gives, else not at all. Data sets
    that make nothing are left out and reported: nobody could ask for them.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> text = '''<ecoSpold><dataset number="1"><metaInformation><processInformation>
    ... <referenceFunction name="steel" unit="kg" amount="1"/><geography location="CN"/></processInformation>
    ... </metaInformation><flowData>
    ... <exchange number="1" name="steel" unit="kg" meanValue="1"><outputGroup>0</outputGroup></exchange>
    ... <exchange number="9" name="ore" category="resource" subCategory="in ground" unit="kg" meanValue="1.6">
    ... <inputGroup>4</inputGroup></exchange></flowData></dataset></ecoSpold>'''
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "steel.xml")
    ...     _ = path.write_text(text)
    ...     imported = read_ecospold1(path)
    >>> imported.tables["exchanges"]["amount"].to_pylist()
    [1.0, 1.6]
    """
    opened = open_source(source, (".xml", ".spold"), "an EcoSpold 1 document")
    index = build_index(opened)
    draft = Draft("ecospold1", opened.label)
    reading = _Reading(draft, index, {})
    done = 0
    for file in opened.names:
        sha256 = hash_file(opened, file)
        before = done
        for dataset in list_elements(opened, file, "dataset"):
            _add_dataset(reading, dataset, file, sha256)
            done += 1
            if progress is not None:
                progress(done, index.datasets)
        if done == before:
            draft.lose("files without data sets", file)
    return draft.finish({"name": PurePath(opened.label).name}, opened.hash())


def _add_dataset(reading: _Reading, dataset: etree._Element, file: str, sha256: str) -> None:
    draft = reading.draft
    number = read_id(dataset, "number", file)
    where = f"data set {number} in {file}"
    information = dataset.find("{*}metaInformation/{*}processInformation")
    function = None if information is None else information.find("{*}referenceFunction")
    if information is None or function is None:
        raise DataError("the reference function is missing", where, "fill it in where it comes from")
    name = read_attribute(function, "name")
    no_process = find_no_process(dataset)
    if no_process:
        draft.lose(f"{no_process}: they are no process", f"{name} ({where})")
        return
    exchanges = dataset.findall("{*}flowData/{*}exchange")
    made = reading.index.makers[number]
    if not made:
        what = "data sets that make nothing, which nobody could ask for: left out, with their exchanges"
        draft.lose(what, f"{name} ({where}, {len(exchanges)} exchanges)")
        return
    source_id = draft.add_dataset(number, name or number, file, sha256, list_citations(dataset))
    geography = information.find("{*}geography")
    location = draft.take_place("" if geography is None else read_attribute(geography, "location"), where)
    is_allocated = dataset.find("{*}flowData/{*}allocation") is not None
    reference = _find_reference(exchanges, name, is_allocated, draft, where)
    flow_ids: dict[str, str] = {}
    for exchange in exchanges:
        flow_id = _add_exchange(reading, exchange, exchange is reference, number, location, source_id, where)
        key = read_key(exchange, where)
        if key in made or key[0] not in flow_ids:
            flow_ids[key[0]] = flow_id
    first = "" if reference is None else read_attribute(reference, "number")
    products = [flow_ids[key[0]] for key in sorted(made, key=lambda key: key[0] != first)]
    rule, notes = _add_allocation(draft, dataset, number, products, flow_ids, where)
    start, end = read_period(information.find("{*}timePeriod"), where)
    draft.add(
        "processes",
        process_id=number,
        name=name,
        location=location,
        allocation=rule,
        valid_from=start,
        valid_until=end,
        source_id=source_id,
        comment=join(describe_dataset(dataset), notes),
    )


def _find_reference(
    exchanges: list[etree._Element], name: str, is_allocated: bool, draft: Draft, where: str
) -> etree._Element | None:
    """Find the exchange that is the reference; a multi-output data set of ecoinvent 2 has co-products only."""
    references = [exchange for exchange in exchanges if read_side(exchange, where) == (False, REFERENCE)]
    made = references or [exchange for exchange in exchanges if read_side(exchange, where) == (False, CO_PRODUCT)]
    named = [exchange for exchange in made if read_attribute(exchange, "name") == name]
    if len(named) == 1 or len(made) == 1:
        return (named or made)[0]
    if references or is_allocated:
        draft.change("data sets of several equal products: the first is the reference", f"{name} ({where})")
        return made[0]
    return None


def _add_exchange(
    reading: _Reading,
    exchange: etree._Element,
    is_reference: bool,
    number: str,
    location: str | None,
    source_id: str,
    where: str,
) -> str:
    draft, index = reading.draft, reading.index
    is_input, group = read_side(exchange, where)
    key = read_key(exchange, where)
    place = f"{key[1]} in {where}"
    unit, factor = draft.take_unit(read_id(exchange, "unit", place), place)
    amount = read_amount(exchange, "meanValue", place)
    distribution = read_uncertainty(exchange, amount, draft, place)
    provider = None
    is_sent = (group == WASTE and key in index.products) or (group == CO_PRODUCT and key in index.treated)
    if is_sent and not is_input:
        # a treatment that makes -1 of a waste takes one: x of it sent there is an input of -x
        draft.change("wastes sent to a treatment that is a product elsewhere: they stand as its use", place)
        is_input, factor = True, -factor if key in index.treated else factor
    if is_input and group != NATURE:
        provider, key = find_provider(index, key)
    scaled = scale_distribution(distribution, factor)
    flow_id = _take_flow(reading, exchange, key, unit, is_input, group, place)
    at = draft.take_place(read_attribute(exchange, "location"), place) if group != NATURE else None
    draft.add(
        "exchanges",
        process_id=number,
        flow_id=flow_id,
        direction="input" if is_input else "output",
        amount=amount * factor if factor != 1.0 else amount,
        unit=unit,
        is_reference=is_reference or None,
        is_avoided=(not is_input and group == AVOIDED) or None,
        provider_id=provider,
        location=at if at != location else None,
        pedigree=read_pedigree(exchange),
        source_id=source_id,
        comment=_describe_exchange(exchange),
        **scaled,
    )
    return flow_id


def _take_flow(
    reading: _Reading, exchange: etree._Element, key: Key, unit: str, is_input: bool, group: int, where: str
) -> str:
    number, name = key
    flow_id = f"{number}:{name}" if (group == NATURE, number) in reading.index.shared else number
    if flow_id != number and flow_id not in reading.flows:
        reading.draft.change("numbers that stand for things of several names: number and name are the id", flow_id)
    category, subcategory = read_attribute(exchange, "category"), read_attribute(exchange, "subCategory")
    cas = read_cas(exchange, "CASNumber")
    if group == NATURE:
        compartment, sub = find_compartment(category, subcategory, is_input)
        flow = Flow(flow_id, name, "elementary", unit, compartment, sub, cas)
    else:
        is_waste = group == WASTE and not is_input
        category = "/".join(part for part in (category, subcategory) if part)
        flow = Flow(flow_id, name, "waste" if is_waste else "product", unit, "", "", cas, category)
    is_new = flow.flow_id not in reading.flows
    if is_new and group == NATURE and not category:
        reading.draft.lose("elementary flows for which the source names no compartment", where)
    if is_new and read_attribute(exchange, "formula"):
        reading.draft.lose("chemical formulas", f"{read_attribute(exchange, 'formula')} of {name}")
    return settle_flow(reading.draft, reading.flows, flow, where)


def _add_allocation(
    draft: Draft, dataset: etree._Element, number: str, products: list[str], flow_ids: dict[str, str], where: str
) -> tuple[str | None, str]:
    """Add the fractions of a data set, and give the rule they are, and what is said of them."""
    fractions: dict[tuple[str, str], float] = {}
    notes: list[str] = []
    for element in dataset.iterfind("{*}flowData/{*}allocation"):
        product = flow_ids.get(read_attribute(element, "referenceToCoProduct"))
        method, said = read_attribute(element, "allocationMethod"), read_attribute(element, "explanations")
        notes += [note for note in (f"allocation method {method}" if method else "", said) if note not in notes]
        share = read_amount(element, "fraction", where) / 100
        for child in element.iterfind("{*}referenceToInputOutput"):
            exchange = flow_ids.get((child.text or "").strip())
            if product not in products or exchange is None:
                draft.lose("allocation of exchanges that the data set does not have", where)
            elif fractions.setdefault((product, exchange), share) != share:
                draft.lose("second fractions of one product and flow", f"{exchange} to {product} in {where}")
    if len(set(products)) < 2:
        return None, join(*notes)
    if not fractions:
        return "none", join(*notes)
    shares = {product: {share for (p, _), share in fractions.items() if p == product} for product in products}
    # Even where each product has one share of all that is shared out; else each exchange has shares of its own.
    shared = set(flow_ids.values()) - set(products)
    is_whole = all((product, exchange) in fractions for product in shares for exchange in shared)
    is_even = is_whole and all(len(each) <= 1 for each in shares.values())
    for at, product in enumerate(shares):
        # what no fraction names stays with the reference, which comes first
        share = next(iter(shares[product]), 0.0) if is_even else float(at == 0)
        draft.add("allocation", process_id=number, product_flow_id=product, factor=share)
    if is_even:
        return "as_given", join(*notes)
    for exchange in dict.fromkeys(exchange for _, exchange in fractions):
        for product in shares:  # one that is not named has none of it
            share = fractions.get((product, exchange), 0.0)
            draft.add("allocation", process_id=number, product_flow_id=product, factor=share, exchange_flow_id=exchange)
    return "causal", join(*notes)


def _describe_exchange(exchange: etree._Element) -> str:
    source = read_attribute(exchange, "referenceToSource")
    pages = read_attribute(exchange, "pageNumbers")
    is_infrastructure = read_attribute(exchange, "infrastructureProcess") in ("true", "1")
    return join(
        read_attribute(exchange, "generalComment"),
        f"source {source}" if source else "",
        f"pages {pages}" if pages else "",
        "infrastructure" if is_infrastructure else "",
    )
