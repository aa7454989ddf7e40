"""Reading SimaPro CSV: processes, with parameters evaluated and units as the file defines them.

What a process makes is named by its product, and links go by that name. SimaPro has no ids for substances: theirs is
made of compartment, sub-compartment and name, ``air/high. pop./Carbon dioxide, fossil``, with the unit behind it where
that is none of mass. Final waste flows end where they arise, and have no treatment: they are elementary flows of a
compartment of their own. A scenario splits waste by types that the file does not give amounts of, and is left out.

The file is read twice: first for what stands outside its processes, mostly behind them, and for who makes what; then a
process at a time. Blocks are read by `bw_simapro_csv`; distributions are not, since it takes SimaPro's ``2 SD`` of a
normal one for a variance.

References
----------
SimaPro, columns of a process: ``SD^2 or 2 SD, Min, Max``. For a lognormal distribution the square of the geometric
standard deviation, for a normal one twice the standard deviation.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import Any

from lcaengine.errors import DataError
from lcaengine.formats.draft import Draft, Progress, follow
from lcaengine.formats.imported import Imported
from lcaengine.formats.labels import find_place
from lcaengine.formats.shares import ROUNDED, close_shares
from lcaengine.formats.simapro.file import SECTIONS, Block, SimaproFile, list_blocks, list_sections, open_simapro
from lcaengine.formats.simapro.formulas import evaluate, evaluate_all
from lcaengine.formats.simapro.project import COMPARTMENTS, read_project
from lcaengine.formats.simapro.rows import Rows
from lcaengine.formats.text import read_date
from lcaengine.io.source import open_source

__all__ = ["read_simapro"]

UNSAID = ("", "unspecified", "unknown")
DEMANDS = ("Materials/fuels", "Electricity/heat", "Waste to treatment", "Avoided products")
CARRIED = ("Process identifier", "Process name", "Comment", "Geography", "Literature references")
"""Fields of a process that have a column of their own; the others stand in its comment."""
_PERIOD = re.compile(r"(\d{4})(?:-(\d{4})| and (before|after))")
_PLACE = re.compile(r"\{([A-Za-z]{2,3}(?:-[A-Z0-9]{1,4})?)\}")


def read_simapro(source: str | Path, *, progress: Progress | None = None) -> Imported:
    """Read a SimaPro CSV file.

    Parameters
    ----------
    source : str or Path
        The file, or a zip or folder that holds it.
    progress : callable, optional
        Told how many processes are read.

    Returns
    -------
    Imported

    Raises
    ------
    DataError
        If it is no such file, holds methods only, or something in it does not hold.

    Examples
    --------
    >>> from lcaengine.formats.imported import write_inventory
    >>> text = '''{SimaPro 9.6}
    ... {processes}
    ... {Project: Example}
    ... {CSV Format version: 9.0.0}
    ... {CSV separator: Semicolon}
    ... {Decimal separator: .}
    ...
    ... Process
    ...
    ... Category type
    ... energy
    ...
    ... Products
    ... Heat;MJ;1;100;not defined;Gas;
    ...
    ... Emissions to air
    ... Carbon dioxide, fossil;high. pop.;g;56;Undefined;0;0;0;
    ...
    ... End
    ... '''
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (file := pathlib.Path(folder) / "heat.csv").write_text(text)
    ...     imported = read_simapro(file)
    >>> imported.tables["flows"]["flow_id"].to_pylist()
    ['Heat', 'air/high. pop./Carbon dioxide, fossil']
    """
    opened = open_source(source, (".csv", ".txt"), "a SimaPro CSV file")
    if len(opened.names) > 1:
        what = f"there are {len(opened.names)} files: {', '.join(opened.names[:3])}"
        raise DataError(what, opened.label, "give one of them; export several projects as one file, or import each")
    file = open_simapro(opened, opened.names[0])
    draft = Draft("simapro", str(source))
    if file.has_odd_bytes:
        draft.lose("bytes that Windows-1252 has no letter for: each is a question mark", file.name)
    project = read_project(file, draft)
    rows = Rows(draft, project, file)
    processes = (block for block in list_blocks(file) if block.kind == "Process")
    for block in follow(processes, 0, progress):
        _read_process(rows, block)
    name = file.header["project"] or PurePosixPath(file.name).stem
    libraries = ", ".join(file.header["libraries"])
    described = f"SimaPro {file.header['simapro_version'] or ''}, CSV {file.header['csv_version']}"
    about = {"name": name, "description": described + (f", with {libraries}" if libraries else "")}
    return draft.finish(about, opened.hash())


def _read_process(rows: Rows, block: Block) -> None:
    draft, project, file = rows.draft, rows.project, rows.file
    where = f"{file.name}, row {block.rows[0][0] if block.rows else 0}"
    if not any(list_sections(block)):
        draft.lose("processes that make nothing", where)
        return
    parsed = _parse(block, file, where)
    fields: dict[str, Any] = parsed.parsed["metadata"]
    sections = {label: section.parsed for label, section in parsed.blocks.items()}
    products, treated = sections.get("Products", []), sections.get("Waste treatment", [])
    if not (products or treated):
        scenario = sections.get("Waste scenario")
        what = (
            "waste scenarios: they split by types of waste, and are left out"
            if scenario
            else "processes that make nothing"
        )
        draft.lose(what, f"{(scenario or [{}])[0].get('name') or fields.get('Process name', '')!r}, {where}")
        return
    first = (products or treated)[0]["name"]
    process_id, given = fields.get("Process identifier") or first, fields.get("Process name", "")
    name = given if given.lower() not in UNSAID else first
    where = f"{file.name}, process {process_id}"
    values = _evaluate_parameters(rows, sections, where)
    cited = [reference["reference"] for reference in fields.get("Literature references", [])]
    sources = [project.sources.get(each, each) for each in cited]
    source_id = draft.add_dataset(process_id, name, file.name, file.sha256, sources)
    valid_from, valid_until, period = _read_period(fields.pop("Time period", ""), where)
    if period:
        fields["Time period"] = period
    draft.add(
        "processes",
        process_id=process_id,
        name=name,
        location=_find_location(draft, fields.get("Geography", ""), first, where),
        allocation=_share(rows, process_id, products, len(treated), values, where),
        valid_from=valid_from,
        valid_until=valid_until,
        source_id=source_id,
        comment=_write_comment(fields),
    )
    raw = {at: row for _, at, row in list_sections(block)}
    category = str(fields.get("Category type", ""))
    place = (process_id, source_id, where)
    for at, product in enumerate(products):
        rows.add_product(place, product, values, category, is_reference=at == 0)
    for at, waste in enumerate(treated):
        rows.add_product(place, waste, values, category, is_reference=at == 0 and not products, is_waste=True)
    for label in DEMANDS:
        for demand in sections.get(label, []):
            rows.add_demand(place, demand, values, is_avoided=label == "Avoided products")
    for label in COMPARTMENTS:
        for flow in sections.get(label, []):
            rows.add_elementary(place, label, flow, raw[flow["line_no"]], values)


def _parse(block: Block, file: SimaproFile, where: str) -> Any:
    """Let the library tell the block's fields and sections apart; a section that stands twice would be lost to it."""
    import bw_simapro_csv.blocks

    found = [row[0] for _, row in block.rows if row and row[0] in SECTIONS and not any(row[1:])]
    filled = [section for section, _, _ in list_sections(block)]
    twice = next((each for each in found if found.count(each) > 1 and each in filled), None)
    if twice:
        raise DataError(f"section {twice!r} stands twice in a process", where, "put its rows together")
    try:
        return bw_simapro_csv.blocks.Process(list(block.rows), file.header)
    except Exception as error:  # the library promises none in particular
        text = " ".join(str(error).split())[:200]
        if isinstance(error, IndexError):
            text = "a row of it has too few fields, or it ends too early"
        what = f"a process is not read: {text or type(error).__name__}"
        raise DataError(what, where, "export the file again, or correct the process") from error


def _evaluate_parameters(rows: Rows, sections: dict[str, Any], where: str) -> dict[str, float]:
    inputs, calculated = sections.get("Input parameters", []), sections.get("Calculated parameters", [])
    for parameter in (*inputs, *calculated):
        what = "parameters: their values are in the amounts, they themselves are not kept"
        rows.draft.lose(what, f"{parameter['name']} of {where}")
    if not (inputs or calculated):
        return rows.project.values
    known = rows.project.values | {each["name"].upper(): each["amount"] for each in inputs}
    return evaluate_all({each["name"].upper(): each["formula"] for each in calculated}, known, where, rows.decimal)


def _share(
    rows: Rows, process_id: str, products: list[Any], treated: int, values: dict[str, float], where: str
) -> str | None:
    """Add the shares of several products, and give the rule of the process; none for one product."""
    shares = []
    for each in products:
        share = each.get("allocation")
        if share is None:
            share = evaluate(each["allocation_formula"], values, f"{where}, {each['name']}", rows.decimal)
        shares.append(share / 100)
    if len(products) + treated < 2:
        if shares and abs(shares[0] - 1) > ROUNDED:
            what = "allocations of an only product to less than all: it carries all"
            rows.draft.lose(what, f"{shares[0] * 100!r} % to {products[0]['name']}, {where}")
        return None
    if treated:
        rows.draft.lose("allocations between waste treatments, or these and products: the first carries all", where)
        return "none"
    for each, share in zip(products, close_shares(rows.draft, shares, where), strict=True):
        rows.draft.add("allocation", process_id=process_id, product_flow_id=each["name"], factor=share)
    return "as_given"


def _find_location(draft: Draft, geography: str, product: str, where: str) -> str | None:
    """Give the place the process names; where it names none, the one in braces in its product's name."""
    if geography.lower() not in UNSAID:
        return draft.take_place(geography, where)
    braced = _PLACE.search(product)
    if braced is None or find_place(braced[1]) is None:
        return None
    draft.change("places that stand in braces in the name of the product", f"{braced[1]} of {where}")
    return draft.take_place(braced[1], where)


def _read_period(text: str, where: str) -> tuple[Any, Any, str]:
    """Give the first and the last day of a period, and its text where it is none that has days."""
    period = _PERIOD.fullmatch(text)
    if period is None:
        return None, None, text if text.lower() not in UNSAID else ""
    first, last, open_end = period[1], period[2] or period[1], period[3]
    return (
        None if open_end == "before" else read_date(first, where),
        None if open_end == "after" else read_date(last, where, last=True),
        "",
    )


def _write_comment(fields: dict[str, Any]) -> str:
    said = [f"{key}: {value}" for key, value in fields.items() if key not in CARRIED and _is_said(value)]
    references = fields.get("Literature references", [])
    said += [f"{each['reference']}: {each['comment']}" for each in references if each.get("comment")]
    return "\n".join(filter(None, (fields.get("Comment", ""), *said)))


def _is_said(value: object) -> bool:
    return not (isinstance(value, str) and value.lower() in UNSAID)
