"""Reading ILCD: a package of process, flow, flow property, unit group and source data sets, as XML.

Amounts stand in the reference unit of the flow's reference property; the resulting amount, which parameters have
entered, is the amount. The ILCD names no providers: where the package was written by openLCA, its exchanges do.

References
----------
European Commission, Joint Research Centre (2010), *ILCD data format*, version 1.1, ``ILCD_ProcessDataSet.xsd``:
``relativeStandardDeviation95In`` is the square of the geometric standard deviation of a log-normal distribution, twice
the standard deviation of a normal one.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from lcaengine.errors import DataError
from lcaengine.formats.draft import Draft, Progress, follow
from lcaengine.formats.ilcd.elements import find, find_all, find_id, join_name, list_files, text
from lcaengine.formats.ilcd.exchanges import Package, Place, add_exchanges
from lcaengine.formats.ilcd.flows import Flow, add_flow, read_quantities
from lcaengine.formats.imported import Imported
from lcaengine.formats.text import read_date
from lcaengine.formats.xml import parse_xml
from lcaengine.io.source import Source, open_source

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["read_ilcd"]

_UUID = re.compile(rb"<(?:\w+:)?UUID>\s*([^<\s]+)\s*<")
_SAID = {
    "Classification": "processInformation/dataSetInformation/classificationInformation/classification/class",
    "Functional unit": "processInformation/quantitativeReference/functionalUnitOrOther",
    "Time": "processInformation/time/timeRepresentativenessDescription",
    "Geography": "processInformation/geography/locationOfOperationSupplyOrProduction/descriptionOfRestrictions",
    "Technology": "processInformation/technology/technologyDescriptionAndIncludedProcesses",
    "Applicability": "processInformation/technology/technologicalApplicability",
    "Model": "processInformation/mathematicalRelations/modelDescription",
    "Type": "modellingAndValidation/LCIMethodAndAllocation/typeOfDataSet",
    "Method": "modellingAndValidation/LCIMethodAndAllocation/LCIMethodPrinciple",
    "Method approaches": "modellingAndValidation/LCIMethodAndAllocation/LCIMethodApproaches",
    "Cut-off": "modellingAndValidation/dataSourcesTreatmentAndRepresentativeness/dataCutOffAndCompletenessPrinciples",
    "Use": "modellingAndValidation/dataSourcesTreatmentAndRepresentativeness/useAdviceForDataSet",
    "Version": "administrativeInformation/publicationAndOwnership/dataSetVersion",
    "URI": "administrativeInformation/publicationAndOwnership/permanentDataSetURI",
    "Licence": "administrativeInformation/publicationAndOwnership/licenseType",
    "Restrictions": "administrativeInformation/publicationAndOwnership/accessRestrictions",
}
"""What else a process says, for its comment."""


def read_ilcd(source: str | Path, *, progress: Progress | None = None) -> Imported:
    """Read an ILCD package.

    Parameters
    ----------
    source : str or Path
        Zip or folder with ``processes/``, ``flows/``, ``flowproperties/`` and ``unitgroups/``, under ``ILCD/`` or not.
    progress : callable, optional
        Told how many data sets are read, and of how many.

    Returns
    -------
    Imported

    Raises
    ------
    DataError
        If it is no such package, or a data set in it does not hold.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     read_ilcd(folder)
    Traceback (most recent call last):
    lcaengine.errors.DataError: there is no file that ends in .xml
    ...
    """
    opened = open_source(source, (".xml",), "ILCD data sets")
    files = list_files(opened)
    for folder in ("processes", "flows"):
        if not files[folder]:
            what = f"there are no data sets under {folder}/"
            raise DataError(what, opened.label, "give an ILCD package: a zip or folder with processes/ and flows/")
    draft = Draft("ilcd", str(source))
    for name in files["other"]:
        folder = PurePosixPath(name).parent.name or "no folder"
        draft.lose(f"files of {folder}: they are no part of an inventory", name)
    quantities = read_quantities(opened.read_all(files["unitgroups"]), opened.read_all(files["flowproperties"]), draft)
    sources = {}
    for name, content in opened.read_all(files["sources"]):
        uuid, citation = _add_source(draft, content, name)
        sources[uuid] = citation
    total = len(files["flows"]) + len(files["processes"])
    flows: dict[str, Flow] = {}
    for name, content in follow(opened.read_all(files["flows"]), total, progress):
        add_flow(content, name, quantities, flows, draft)
    package = Package(draft, flows, sources, _list_processes(opened, files["processes"]))
    for at, (name, content) in enumerate(opened.read_all(files["processes"]), len(files["flows"]) + 1):
        _read_process(package, content, name)
        if progress is not None:
            progress(at, total)
    about = {"name": PurePosixPath(opened.label).stem or "ILCD", "description": "ILCD package"}
    return draft.finish(about, opened.hash())


def _list_processes(source: Source, names: tuple[str, ...]) -> frozenset[str]:
    """List the UUIDs of all processes: the first that each names is its own."""
    found = (_UUID.search(content) for _, content in source.read_all(names))
    return frozenset(match[1].decode("utf-8", "replace").lower() for match in found if match)


def _read_process(package: Package, content: bytes, name: str) -> None:
    root = parse_xml(content, name)
    process_id = find_id(root, "processInformation", name)
    information = find(root, "processInformation/dataSetInformation")
    title, draft = join_name(information) or process_id, package.draft
    references = find_all(
        root, "modellingAndValidation/dataSourcesTreatmentAndRepresentativeness/referenceToDataSource"
    )
    cited = [package.cite(reference) for reference in references]
    source_id = draft.add_dataset(process_id, title, name, hashlib.sha256(content).hexdigest(), cited)
    place = Place(process_id, source_id, f"{name}, process {process_id}")
    allocation = add_exchanges(package, place, root)
    located = find(root, "processInformation/geography/locationOfOperationSupplyOrProduction")
    draft.add(
        "processes",
        process_id=process_id,
        name=title,
        location=draft.take_place(located.get("location") if located is not None else None, place.where),
        allocation=allocation,
        valid_from=read_date(text(root, "processInformation/time/referenceYear"), place.where),
        valid_until=read_date(text(root, "processInformation/time/dataSetValidUntil"), place.where, last=True),
        source_id=source_id,
        comment=_write_comment(root, information),
    )
    if extensions := sum(1 for each in root.iter("{*}other") if len(each)):
        draft.lose("extensions in common:other", place.where, extensions)
    if results := find_all(root, "LCIAResults/LCIAResult"):
        draft.lose("results of impact assessment: an inventory is scored anew", place.where, len(results))


def _write_comment(root: etree._Element, information: etree._Element | None) -> str:
    said = [text(information, "generalComment")]
    for label, path in _SAID.items():
        if label == "Classification":
            value = "/".join((each.text or "").strip() for each in find_all(root, path))
        elif label == "Method approaches":
            value = ", ".join((each.text or "").strip() for each in find_all(root, path))
        else:
            value = text(root, path)
        said.append(f"{label}: {value}" if value else "")
    return "\n".join(filter(None, said))


def _add_source(draft: Draft, content: bytes, name: str) -> tuple[str, str]:
    """Add a source data set, and give its UUID and its citation."""
    root = parse_xml(content, name)
    uuid = find_id(root, "sourceInformation", name)
    information = find(root, "sourceInformation/dataSetInformation")
    short, full = text(information, "shortName"), text(information, "sourceCitation")
    citation = full if full and short in full else ". ".join(filter(None, (short, full))) or uuid
    file = find(information, "referenceToDigitalFile") if information is not None else None
    uri = file.get("uri") or "" if file is not None else ""
    url = uri if uri.startswith(("http://", "https://")) else ""
    if uri and not url:
        draft.lose("documents that are files of the package", f"{uri} of {short or uuid}")
    draft.add("sources", source_id=f"source:{uuid}", citation=citation, url=url)
    return uuid, citation
