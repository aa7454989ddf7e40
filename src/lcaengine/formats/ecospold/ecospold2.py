"""EcoSpold 2: a folder or zip of .spold files, one activity and product each, as ecoinvent 3 and openLCA write them.

Files are read twice, one at a time: once to learn which activity makes what, once for the rows.

References
----------
ecoinvent Centre, EcoSpold 2.0.14: EcoSpold02FlowData.xsd, EcoSpold02MetaInformation.xsd, the meaning of fields.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from lcaengine.errors import DataError
from lcaengine.formats.compartments import find_compartment
from lcaengine.formats.draft import Draft, Progress
from lcaengine.formats.ecospold.ecospold2_index import (
    BY_PRODUCT,
    NATURE,
    REFERENCE,
    STOCK,
    WASTE,
    Index,
    build_index,
    find_turn,
    read_dataset,
    read_side,
)
from lcaengine.formats.ecospold.ecospold2_notes import describe_dataset, describe_exchange, list_citations
from lcaengine.formats.ecospold.ecospold2_properties import add_properties
from lcaengine.formats.ecospold.ecospold2_uncertainty import read_pedigree, read_uncertainty
from lcaengine.formats.ecospold.elements import (
    Flow,
    join,
    read_amount,
    read_attribute,
    read_cas,
    read_id,
    read_measure,
    read_text,
    scale_distribution,
    settle_flow,
)
from lcaengine.formats.imported import Imported
from lcaengine.formats.text import read_date
from lcaengine.formats.xml import parse_xml
from lcaengine.io.source import Source, open_source

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["read_ecospold2"]

_SILENT = {
    "synonym": "synonyms of flows",
    "tag": "tags of exchanges",
    "transferCoefficient": "transfer coefficients: the amounts they give are kept",
    "productionVolumeComment": "comments on production volumes",
    "productionVolumeUncertainty": "distributions of production volumes",
}
"""Children of exchanges for which the tables have no place."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """What is at hand while rows are added; flows and the values of properties grow."""

    draft: Draft
    index: Index
    flows: dict[str, Flow]
    properties: dict[tuple[str, str], float]


@dataclass(frozen=True, slots=True)
class _About:
    """What the rows of a data set have in common."""

    process_id: str
    reference: str
    source_id: str
    where: str


def read_ecospold2(source: str | Path, *, progress: Progress | None = None) -> Imported:
    """Read EcoSpold 2.

    Parameters
    ----------
    source : str or Path
        Folder or zip of .spold files, or one of them.
    progress : callable, optional
        Told how many files are read, and of how many; each is read twice.

    Returns
    -------
    Imported
        A process a file, with the activity's id, or ``activity_product`` where several files share an activity.

    Raises
    ------
    DataError
        If it is no EcoSpold 2, or something in it cannot be read.

    Notes
    -----
    An activity link becomes a provider where that activity makes that product; others are reported, and left to be
    linked by their product. EcoSpold 2 has no allocation factors: a data set of several products gets ``none``.
    Co-products of amount zero, which allocated systems keep as a reminder, are left out, as are data sets that make
    nothing; both are reported.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> text = '''<ecoSpold><activityDataset><activityDescription><activity id="a"><activityName>steel</activityName>
    ... </activity><geography><shortname>CN</shortname></geography></activityDescription><flowData>
    ... <intermediateExchange intermediateExchangeId="p" amount="1"><name>steel</name><unitName>kg</unitName>
    ... <outputGroup>0</outputGroup></intermediateExchange>
    ... <elementaryExchange elementaryExchangeId="e" amount="1.6"><name>Iron</name><unitName>kg</unitName>
    ... <compartment><compartment>natural resource</compartment><subcompartment>in ground</subcompartment>
    ... </compartment><inputGroup>4</inputGroup></elementaryExchange></flowData></activityDataset></ecoSpold>'''
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "steel.spold")
    ...     _ = path.write_text(text)
    ...     imported = read_ecospold2(path)
    >>> imported.tables["exchanges"]["amount"].to_pylist()
    [1.0, 1.6]
    """
    opened = open_source(source, (".spold",), "an EcoSpold 2 data set")
    total = 2 * len(opened.names)
    index = build_index((file, root) for file, root, _ in _parse_all(opened, 0, total, progress))
    reading = _Reading(Draft("ecospold2", opened.label), index, {}, {})
    for file, root, sha256 in _parse_all(opened, len(opened.names), total, progress):
        _add_dataset(reading, root, file, sha256)
    return reading.draft.finish({"name": PurePath(opened.label).name}, opened.hash())


def _parse_all(
    source: Source, done: int, total: int, progress: Progress | None
) -> Iterator[tuple[str, etree._Element, str]]:
    for file, content in source.read_all():
        yield file, parse_xml(content, file), hashlib.sha256(content).hexdigest()
        done += 1
        if progress is not None:
            progress(done, total)


def _add_dataset(reading: _Reading, root: etree._Element, file: str, sha256: str) -> None:
    draft, made = reading.draft, reading.index.datasets[file]
    dataset, activity = read_dataset(root, file)
    name = read_text(activity, "activityName")
    where = f"{name} in {file}"
    exchanges = [*dataset.iterfind("{*}flowData/{*}intermediateExchange")]
    exchanges += dataset.iterfind("{*}flowData/{*}elementaryExchange")
    if not made.products:
        what = "data sets that make nothing, which nobody could ask for: left out, with their exchanges"
        draft.lose(what, f"{where} ({len(exchanges)} exchanges)")
        return
    process_id = reading.index.processes[file]
    _report_rest(draft, dataset, activity, where)
    if made.references > 1:
        draft.change("data sets of several reference products: the first is the reference, without allocation", where)
    source_id = draft.add_dataset(process_id, name or process_id, file, sha256, list_citations(root, dataset))
    period = dataset.find("{*}activityDescription/{*}timePeriod")
    place = read_text(dataset, "activityDescription/geography/shortname")
    about = _About(process_id, made.reference, source_id, where)
    volume: tuple[float, str] | None = None
    is_found = False
    for exchange in exchanges:
        flow_id = read_attribute(exchange, "intermediateExchangeId")
        is_reference = not is_found and flow_id == made.reference and read_side(exchange, where) == (False, REFERENCE)
        is_found = is_found or is_reference
        added = _add_exchange(reading, exchange, is_reference, about)
        volume = added if is_reference else volume
    draft.add(
        "processes",
        process_id=process_id,
        name=name,
        location=draft.take_place(place, where),
        allocation="none" if len(set(made.products)) > 1 else None,
        production_amount=volume[0] if volume else None,
        production_unit=volume[1] if volume else None,
        valid_from=None if period is None else read_date(read_attribute(period, "startDate"), where),
        valid_until=None if period is None else read_date(read_attribute(period, "endDate"), where, last=True),
        source_id=source_id,
        comment=describe_dataset(dataset, activity),
    )


def _add_exchange(
    reading: _Reading, exchange: etree._Element, is_reference: bool, about: _About
) -> tuple[float, str] | None:
    """Add an exchange, and give its production volume."""
    draft, index = reading.draft, reading.index
    is_input, group = read_side(exchange, about.where)
    where = f"{read_text(exchange, 'name')} in {about.where}"
    amount = read_amount(exchange, "amount", where)
    if group == STOCK and not is_input:
        draft.lose("additions to stock", where)
        return None
    if group in (REFERENCE, BY_PRODUCT) and not is_input and amount == 0 and not is_reference:
        draft.lose("co-products of amount zero", where)
        return None
    for tag, what in _SILENT.items():
        if exchange.find(f"{{*}}{tag}") is not None:
            draft.lose(what, where)
    unit, factor = draft.take_unit(_read_name(exchange, "unitName", where), where)
    distribution = read_uncertainty(exchange, amount, draft, where)
    flow = _take_flow(reading, exchange, unit, is_input, group, where)
    scale, notes, provider = factor, "", None
    if group != NATURE:
        notes = add_properties(draft, reading.properties, exchange, flow, factor, about.source_id, where)
        provider = _find_link(reading, exchange, is_input or group != REFERENCE, where)
        turn = 0.0 if is_input else find_turn(index, group, read_attribute(exchange, "intermediateExchangeId"))
        if turn:
            draft.change("by-products sent to a treatment that is a product elsewhere: they stand as its use", where)
            is_input, scale = True, turn * factor
        elif not is_input and group != WASTE and provider:
            draft.lose("activity links of products: products are made, not demanded", where)
            provider = None
    draft.add(
        "exchanges",
        process_id=about.process_id,
        flow_id=flow.flow_id,
        direction="input" if is_input else "output",
        amount=amount * scale if scale != 1.0 else amount,
        unit=unit,
        is_reference=is_reference or None,
        provider_id=provider,
        pedigree=read_pedigree(exchange),
        source_id=about.source_id,
        comment=join(describe_exchange(exchange), notes),
        **scale_distribution(distribution, scale),
    )
    volume = read_measure(exchange, "productionVolumeAmount", where)
    return None if volume is None else (volume * factor, unit)


def _take_flow(reading: _Reading, exchange: etree._Element, unit: str, is_input: bool, group: int, where: str) -> Flow:
    """Add the flow of an exchange if it is new, and give it as it stands in the exchange's unit."""
    draft, name = reading.draft, _read_name(exchange, "name", where)
    compartment = sub = category = ""
    if group == NATURE:
        flow_id, kind = read_id(exchange, "elementaryExchangeId", where), "elementary"
        written = [read_text(exchange, f"compartment/{part}") for part in ("compartment", "subcompartment")]
        compartment, sub = find_compartment(written[0], written[1], is_input)
    else:
        flow_id, kind = read_id(exchange, "intermediateExchangeId", where), "product"
        if group == WASTE and not is_input and not find_turn(reading.index, group, flow_id):
            kind = "waste"
        values = [read_text(each, "classificationValue") for each in exchange.iterfind("{*}classification")]
        category = join(*values)
    is_new = flow_id not in reading.flows
    if is_new and group == NATURE and not compartment:
        draft.lose("elementary flows for which the source names no compartment", where)
    if is_new and read_attribute(exchange, "formula"):
        draft.lose("chemical formulas", f"{read_attribute(exchange, 'formula')} of {name}")
    flow = Flow(flow_id, name, kind, unit, compartment, sub, read_cas(exchange, "casNumber"), category)
    return replace(flow, flow_id=settle_flow(draft, reading.flows, flow, where))


def _find_link(reading: _Reading, exchange: etree._Element, is_demand: bool, where: str) -> str | None:
    """Find the process that the activity link of an exchange means; one that makes no such product is reported."""
    activity = read_attribute(exchange, "activityLinkId")
    if not activity or not is_demand:
        return None
    provider = reading.index.providers.get((activity, read_attribute(exchange, "intermediateExchangeId")))
    if provider is None:
        what = "activity links to what is not in the source: left to be linked by their product"
        reading.draft.lose(what, f"{activity} for {where}")
    return provider


def _report_rest(draft: Draft, dataset: etree._Element, activity: etree._Element, where: str) -> None:
    """Report what a data set has beside its exchanges and is not carried."""
    indicators = len(dataset.findall("{*}flowData/{*}impactIndicator"))
    if indicators:
        draft.lose("impact indicator results", where, indicators)
    if read_attribute(activity, "masterAllocationPropertyId"):
        draft.lose("properties that the source allocates by", where)
    if dataset.tag.endswith("childActivityDataset"):
        draft.change("child data sets: read as they stand, without what a parent adds", where)


def _read_name(exchange: etree._Element, tag: str, where: str) -> str:
    text = read_text(exchange, tag)
    if not text:
        raise DataError(f"{tag} is missing", where, "fill it in where it comes from")
    return text
