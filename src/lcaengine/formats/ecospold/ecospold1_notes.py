"""What an EcoSpold 1 data set says of itself in words: its sources, people, period, technology."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from lcaengine.formats.ecospold.elements import join, read_attribute
from lcaengine.formats.text import read_date

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["describe_dataset", "list_citations", "read_period"]

_INFORMATION = "{*}metaInformation/{*}processInformation/"
_ADMINISTRATION = "{*}metaInformation/{*}administrativeInformation/"
_MODELLING = "{*}metaInformation/{*}modellingAndValidation/"
_TEXTS = (
    (_INFORMATION + "{*}referenceFunction", "generalComment", ""),
    (_INFORMATION + "{*}referenceFunction", "includedProcesses", "includes: "),
    (_INFORMATION + "{*}referenceFunction", "category", "category: "),
    (_INFORMATION + "{*}referenceFunction", "subCategory", "subcategory: "),
    (_INFORMATION + "{*}referenceFunction", "statisticalClassification", "statistical classification: "),
    (_INFORMATION + "{*}referenceFunction", "infrastructureProcess", "infrastructure process: "),
    (_INFORMATION + "{*}referenceFunction", "CASNumber", "CAS number: "),
    (_INFORMATION + "{*}referenceFunction", "formula", "formula: "),
    (_INFORMATION + "{*}geography", "location", "location: "),
    (_INFORMATION + "{*}geography", "text", "geography: "),
    (_INFORMATION + "{*}technology", "text", "technology: "),
    (_INFORMATION + "{*}timePeriod", "text", "period: "),
    (_INFORMATION + "{*}timePeriod", "dataValidForEntirePeriod", "valid for the entire period: "),
    (_INFORMATION + "{*}dataSetInformation", "type", "type of data set: "),
    (_INFORMATION + "{*}dataSetInformation", "timestamp", "made: "),
    (_INFORMATION + "{*}dataSetInformation", "version", "version: "),
    (_INFORMATION + "{*}dataSetInformation", "internalVersion", "internal version: "),
    (_INFORMATION + "{*}dataSetInformation", "energyValues", "energy values (0 undefined, 1 net, 2 gross): "),
    (_MODELLING + "{*}representativeness", "percent", "percent represented: "),
    (_MODELLING + "{*}representativeness", "productionVolume", "production volume: "),
    (_MODELLING + "{*}representativeness", "samplingProcedure", "sampling: "),
    (_MODELLING + "{*}representativeness", "extrapolations", "extrapolations: "),
    (_MODELLING + "{*}representativeness", "uncertaintyAdjustments", "uncertainty adjustments: "),
    (_MODELLING + "{*}validation", "proofReadingDetails", "review: "),
    (_MODELLING + "{*}validation", "otherDetails", "review: "),
    (_ADMINISTRATION + "{*}dataGeneratorAndPublication", "copyright", "copyright: "),
    (_ADMINISTRATION + "{*}dataGeneratorAndPublication", "accessRestrictedTo", "access restricted to: "),
)
"""Where a text stands, its attribute, and what it is called in the comment."""
_SILENT = ("", "false", "0")
_CITATION = (
    *("additionalAuthors", "year", "title", "nameOfEditors", "titleOfAnthology", "journal", "volumeNo", "issueNo"),
    *("publisher", "placeOfPublications", "pageNumbers", "text"),
)


def describe_dataset(dataset: etree._Element) -> str:
    """Write what is said of a data set as one comment."""
    notes = []
    for path, name, label in _TEXTS:
        element = dataset.find(path)
        text = "" if element is None else read_attribute(element, name)
        if text not in _SILENT:
            notes.append(label + text)
    return join(*notes)


def list_citations(dataset: etree._Element) -> list[str]:
    """List the sources of a data set and the people behind it, each with the number it is referred to by."""
    cited = []
    for source in dataset.iterfind(_MODELLING + "{*}source"):
        parts = [read_attribute(source, name) for name in ("firstAuthor", *_CITATION)]
        cited.append(f"[{read_attribute(source, 'number')}] " + ", ".join(p for p in parts if p not in ("", "unknown")))
    roles = {"dataEntryBy": "entered by", "dataGeneratorAndPublication": "made by"}
    people = {read_attribute(each, "number"): each for each in dataset.iterfind(_ADMINISTRATION + "{*}person")}
    for name, role in roles.items():
        element = dataset.find(_ADMINISTRATION + f"{{*}}{name}")
        person = None if element is None else people.get(read_attribute(element, "person"))
        if person is not None:
            reached = [read_attribute(person, each) for each in ("name", "address", "email")]
            cited.append(f"{role} " + ", ".join(each for each in reached if each))
        published = "" if element is None else read_attribute(element, "referenceToPublishedSource")
        if published:
            cited.append(f"published in [{published}]")
    return cited


def read_period(period: etree._Element | None, where: str) -> tuple[dt.date | None, dt.date | None]:
    """Read the first and the last day of a time period.

    Raises
    ------
    DataError
        If one is no date.
    """
    if period is None:
        return None, None
    days = []
    for end in ("start", "end"):
        texts = [period.findtext(f"{{*}}{end}{form}") for form in ("Date", "YearMonth", "Year")]
        days.append(read_date(next((text for text in texts if text), ""), where, last=end == "end"))
    return days[0], days[1]
