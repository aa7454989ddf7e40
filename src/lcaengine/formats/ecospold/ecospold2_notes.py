"""What an EcoSpold 2 data set says of itself in words: its sources, people, period, technology, parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lcaengine.formats.ecospold.elements import join, read_attribute, read_text

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["describe_dataset", "describe_exchange", "list_citations"]

SPECIAL = {
    "1": "market activity",
    "2": "IO activity",
    "3": "residual activity",
    "4": "production mix",
    "5": "import activity",
    "6": "supply mix",
    "7": "export activity",
    "8": "re-export activity",
    "9": "correction activity",
    "10": "market group",
}
"""EcoSpold02MetaInformation.xsd, field 115."""
TYPES = {"1": "unit process", "2": "system terminated"}
_TEXTS = (
    ("activityDescription/geography/shortname", "location: "),
    ("activityDescription/macroEconomicScenario/name", "scenario: "),
    ("modellingAndValidation/representativeness/systemModelName", "system model: "),
    ("modellingAndValidation/representativeness/samplingProcedure", "sampling: "),
    ("modellingAndValidation/representativeness/extrapolations", "extrapolations: "),
)
_PARAGRAPHS = (
    ("activity/{*}generalComment", ""),
    ("activity/{*}allocationComment", "allocation: "),
    ("geography/{*}comment", "geography: "),
    ("technology/{*}comment", "technology: "),
    ("timePeriod/{*}comment", "period: "),
)


def describe_dataset(dataset: etree._Element, activity: etree._Element) -> str:
    """Write what is said of a data set as one comment.

    Parameters
    ----------
    dataset, activity : lxml.etree._Element
        The activityDataset, and its activity.
    """
    special, kind = read_attribute(activity, "specialActivityType"), read_attribute(activity, "type")
    starts, ends = read_text(activity, "includedActivitiesStart"), read_text(activity, "includedActivitiesEnd")
    notes = [
        TYPES.get(kind, kind),
        SPECIAL.get(special, special if special != "0" else ""),
        f"begins with: {starts}" if starts else "",
        f"ends with: {ends}" if ends else "",
    ]
    for path, label in _PARAGRAPHS:
        block = dataset.find(f"{{*}}activityDescription/{{*}}{path}")
        if block is not None:
            text = " ".join(" ".join((each.text or "").split()) for each in block.iterfind("{*}text"))
            notes.append(label + text if text else "")
    for path, label in _TEXTS:
        text = read_text(dataset, path)
        notes.append(label + text if text else "")
    notes += [
        f"{read_text(each, 'classificationSystem')}: {read_text(each, 'classificationValue')}"
        for each in dataset.iterfind("{*}activityDescription/{*}classification")
    ]
    for parameter in dataset.iterfind("{*}flowData/{*}parameter"):
        name = read_attribute(parameter, "variableName") or read_text(parameter, "name")
        formula = read_attribute(parameter, "mathematicalRelation")
        unit = read_text(parameter, "unitName")
        notes.append(
            f"parameter {name} = {read_attribute(parameter, 'amount')}"
            + (f" {unit}" if unit else "")
            + (f" = {formula}" if formula else "")
        )
    return join(*notes)


def describe_exchange(exchange: etree._Element) -> str:
    """Write the comment, the variable, the formula and the source of an exchange as one comment."""
    variable, formula = read_attribute(exchange, "variableName"), read_attribute(exchange, "mathematicalRelation")
    source = [read_attribute(exchange, name) for name in ("sourceFirstAuthor", "sourceYear", "pageNumbers")]
    cited = ", ".join(part for part in source if part)
    return join(
        read_text(exchange, "comment"),
        f"variable: {variable}" if variable else "",
        f"formula: {formula}" if formula else "",
        f"uncertainty: {said}" if (said := read_text(exchange, "uncertainty/comment")) else "",
        f"source: {cited}" if cited else "",
    )


def list_citations(root: etree._Element, dataset: etree._Element) -> list[str]:
    """List the sources of a data set and the people behind it.

    Parameters
    ----------
    root, dataset : lxml.etree._Element
        The document, which may hold the sources in full, and its data set.
    """
    cited = []
    for source in root.iterfind("{*}usedUserMasterData/{*}source"):
        parts = [
            read_attribute(source, name)
            for name in ("firstAuthor", "additionalAuthors", "year", "title", "journal", "volumeNo", "publisher")
        ]
        cited.append(", ".join(" ".join(part.split()) for part in parts if part))
    publication = dataset.find("{*}administrativeInformation/{*}dataGeneratorAndPublication")
    if publication is not None and not cited:
        parts = [read_attribute(publication, f"publishedSource{name}") for name in ("FirstAuthor", "Year")]
        cited.append(", ".join(part for part in parts if part))
    for name, role in (("dataEntryBy", "entered by"), ("dataGeneratorAndPublication", "made by")):
        element = dataset.find(f"{{*}}administrativeInformation/{{*}}{name}")
        person = [] if element is None else [read_attribute(element, each) for each in ("personName", "personEmail")]
        if any(person):
            cited.append(f"{role} " + ", ".join(dict.fromkeys(part for part in person if part)))
    review = [read_attribute(each, "reviewerName") for each in dataset.iterfind("{*}modellingAndValidation/{*}review")]
    return [each for each in [*cited, *(f"reviewed by {name}" for name in review if name)] if each]
