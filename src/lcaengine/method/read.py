"""Reading a method: four text files in a folder, every number with a unit and a citation."""

from __future__ import annotations

import csv
import hashlib
import io
import math
import re
import tomllib
from pathlib import Path

from lcaengine.errors import MethodError, UnitError
from lcaengine.io.shipped import find_factors
from lcaengine.method.method import SITE_INDICATORS, SITE_RENEWABLE, Factor, Indicator, Method
from lcaengine.method.uncertainty import COLUMNS, read_uncertainty
from lcaengine.places import GLOBAL, is_place
from lcaengine.units import REFUSED, Unit, read_unit

__all__ = ["find_method", "list_methods", "read_method", "take_method"]

_NEEDED = {
    "indicators.csv": ("indicator", "name", "unit"),
    "factors.csv": ("indicator", "direction", "factor", "unit", "source_id"),
    "sources.csv": ("source_id", "citation"),
}
"""The tables of a method, and the columns each needs."""
_OTHERS = {
    "indicators.csv": ("description", "comment"),
    "factors.csv": (
        *("flow_id", "flow_name", "compartment", "sub_compartment", "cas_number", "location", "comment"),
        *COLUMNS,
    ),
    "sources.csv": ("doi", "url", "licence", "accessed", "sha256", "verified_by", "verified_on", "comment"),
}
"""The columns each may have: a misspelt `location` must not turn a factor of one place into everyone's."""
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_KEY = ("indicator", "flow_id", "flow_name", "compartment", "sub_compartment", "direction", "location")


def list_methods() -> list[tuple[str, str]]:
    """List the methods that come with the engine, by name and version, oldest version first.

    Returns
    -------
    list of (str, str)
        Name and version.

    Examples
    --------
    >>> list_methods()[-1]
    ('ecosystems', '1.0-ar6')
    """
    found = ((toml.parent.parent.name, toml.parent.name) for toml in find_factors().glob("*/*/method.toml"))
    return sorted(found, key=lambda each: (each[0], _natural(each[1])))


def read_method(name: str | Path = "core", version: str | None = None) -> Method:
    """Read a method and check it whole.

    Parameters
    ----------
    name : str or Path
        Name of a method that comes with the engine (``core``, ``core/1.0-ar5``), or a folder.
    version : str, optional
        Version; the latest where none is given.

    Returns
    -------
    Method

    Raises
    ------
    MethodError
        If there is none of that name, or a row has no unit, no citation, or an equal.

    Examples
    --------
    >>> read_method("core", "1.0-ar5").gwp_set
    'AR5'
    """
    folder = _find_folder(str(name), version)
    texts = {file: _read_text(folder, file) for file in ("method.toml", "indicators.csv", "factors.csv", "sources.csv")}
    try:
        about = tomllib.loads(texts["method.toml"])
    except (ValueError, RecursionError) as error:
        raise MethodError(f"method.toml is not TOML: {error}", str(folder), "correct it") from error
    for field in ("name", "version"):
        if not isinstance(about.get(field), str) or not about[field]:
            raise MethodError(f"method.toml has no {field}", str(folder), f'write {field} = "..."')
    rows = {file: _read_rows(texts, file, folder) for file in _NEEDED}
    sources = {row["source_id"]: row["citation"] for row in rows["sources.csv"]}
    indicators = _read_indicators(rows["indicators.csv"], folder)
    factors = _read_factors(rows["factors.csv"], folder, indicators, sources)
    uncertainty, warnings = read_uncertainty(rows["factors.csv"], folder)
    digest = hashlib.sha256()
    digest.update(repr(sorted((key, str(value)) for key, value in about.items())).encode())
    for file in sorted(rows):
        content = sorted(tuple(sorted((k, v) for k, v in row.items() if v)) for row in rows[file])
        digest.update(f"{file}{content!r}".encode())
    _refuse_disguise(folder, about["name"], about["version"], digest.hexdigest())
    horizon = about.get("gwp_horizon", 0)
    return Method(
        name=about["name"],
        version=about["version"],
        publisher=str(about.get("publisher", "")),
        licence=str(about.get("licence", "")),
        citation=str(about.get("citation", "")),
        gwp_set=str(about.get("gwp_set", "")),
        gwp_horizon=horizon if isinstance(horizon, int) else 0,
        indicators=indicators,
        factors=factors,
        sources=sources,
        hash=digest.hexdigest(),
        uncertainty=uncertainty,
        warnings=warnings,
    )


def _refuse_disguise(folder: Path, name: str, version: str, digest: str) -> None:
    """Refuse a folder that calls itself what a method that comes with the engine is called, and is another."""
    if (name, version) not in list_methods() or folder.resolve() == (find_factors() / name / version).resolve():
        return
    if read_method(name, version).hash != digest:
        what = f"{name}/{version} comes with the engine, and this is another"
        raise MethodError(what, f"{folder}/method.toml", "give it a name or version of its own")


def take_method(method: object) -> Method:
    """Give a method as it is, or read the one that is named.

    Raises
    ------
    MethodError
        If it is neither a method nor a name.
    """
    if isinstance(method, Method):
        return method
    if not isinstance(method, str | Path):
        what = f"{type(method).__name__} is no method"
        raise MethodError(what, "", "give a name (core), a folder, or what read_method returns")
    return read_method(method)


def find_method(name: str) -> Path:
    """Give the folder that a method is read from.

    Raises
    ------
    MethodError
        If there is none of that name.

    Examples
    --------
    >>> find_method("core/1.0-ar5").name
    '1.0-ar5'
    """
    return _find_folder(name, None)


def _find_folder(name: str, version: str | None) -> Path:
    known = list_methods()
    wanted, _, part = name.partition("/")
    if version is None and part and (wanted, part) in known:
        version = part
    if any(wanted == each for each, _ in known) and (version is not None or not part):
        versions = [v for each, v in known if each == wanted]
        if version is not None and version not in versions:
            raise MethodError(
                f"method {wanted!r} has no version {version!r}", "", f"choose one of: {', '.join(versions)}"
            )
        return find_factors() / wanted / (version or versions[-1])
    folder = Path(name).expanduser()
    if version is None and (folder / "method.toml").is_file():
        return folder
    names = ", ".join(f"{each}/{v}" for each, v in known)
    raise MethodError(
        f"there is no method {name!r}", "", f"choose one of {names}, or give a folder with method.toml", given=name
    )


def _read_text(folder: Path, file: str) -> str:
    try:
        return (folder / file).read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise MethodError(f"{file} is missing", str(folder), "add it") from error
    except (OSError, UnicodeDecodeError) as error:
        raise MethodError(f"{file} cannot be read: {error}", str(folder), "write it again in UTF-8") from error


def _read_rows(texts: dict[str, str], file: str, folder: Path) -> list[dict[str, str]]:
    """Read a CSV of the method strictly: one name a column, as many fields a row as the header has."""
    try:
        records = [row for row in csv.reader(io.StringIO(texts[file], newline=""), strict=True) if row]
    except csv.Error as error:
        raise MethodError(f"{file} is not CSV: {error}", str(folder), "write it again") from error
    header = records[0] if records else []
    for column in (*_NEEDED[file], *header):
        if header.count(column) != 1:
            what = f"has no column {column!r}" if column not in header else f"names column {column!r} twice"
            raise MethodError(f"{file} {what}", str(folder), "have each column once", table=file)
        if column not in (*_NEEDED[file], *_OTHERS[file]):
            what, known = f"{file} has an unknown column {column!r}", ", ".join((*_NEEDED[file], *_OTHERS[file]))
            raise MethodError(what, str(folder), f"rename or remove it; known are {known}", table=file)
    for number, row in enumerate(records[1:], 1):
        if len(row) != len(header):
            where = f"{folder}/{file} row {number}"
            raise MethodError(
                f"the row has {len(row)} fields, the header {len(header)}", where, "correct it", row=number
            )
    return [dict(zip(header, row, strict=True)) for row in records[1:]]


def _read_indicators(rows: list[dict[str, str]], folder: Path) -> tuple[Indicator, ...]:
    if not rows:
        raise MethodError("indicators.csv has no rows", str(folder), "add an indicator")
    indicators: dict[str, Indicator] = {}
    for number, row in enumerate(rows, 1):
        where = f"{folder}/indicators.csv row {number}"
        if not row["indicator"] or row["indicator"] in indicators:
            raise MethodError(
                f"indicator {row['indicator']!r} is empty or stands twice", where, "give each its own name"
            )
        label = row["unit"]
        try:
            unit = read_unit(label)
        except UnitError as error:
            if not label or label in REFUSED or "/" in label:
                raise MethodError(error.what, where, error.fix) from error
            unit = read_unit(label, frozenset({label}))
        if row["indicator"] in SITE_INDICATORS and unit.base != "MJ":
            what = f"{row['indicator']} is counted from energy bought, and {label!r} is no unit of energy"
            raise MethodError(what, where, "write MJ, or give the indicator another name")
        indicators[row["indicator"]] = Indicator(row["indicator"], row["name"], unit, row.get("description", ""))
    if SITE_RENEWABLE in indicators and not {"energy", "energy_renewable"} <= set(indicators):
        what = f"{SITE_RENEWABLE} is counted by the indicators energy and energy_renewable"
        raise MethodError(what, f"{folder}/indicators.csv", "add them, or take it away")
    return tuple(indicators.values())


def _read_factors(
    rows: list[dict[str, str]], folder: Path, indicators: tuple[Indicator, ...], sources: dict[str, str]
) -> tuple[Factor, ...]:
    position = {each.id: k for k, each in enumerate(indicators)}
    own = frozenset(each.unit.label for each in indicators if each.unit.dimension == f"[{each.unit.label}]")
    factors, seen = [], dict[tuple[str, ...], int]()
    for number, row in enumerate(rows, 1):
        where = f"{folder}/factors.csv row {number}"
        key = tuple(row.get(name) or (GLOBAL if name == "location" else "") for name in _KEY)
        if row["indicator"] not in position:
            raise MethodError(f"indicator {row['indicator']!r} is not in indicators.csv", where, "add it or correct it")
        if not row.get("flow_id") and not (row.get("flow_name") and row.get("compartment")):
            raise MethodError("the factor names no flow", where, "give flow_id, or flow_name and compartment")
        if row["direction"] not in ("input", "output"):
            raise MethodError(f"direction is {row['direction']!r}", where, "write input or output")
        if not is_place(key[-1]):
            raise MethodError(
                f"location {key[-1]!r} is no place that is known", where, "write an ISO 3166 code or a region"
            )
        if not sources.get(row["source_id"]):
            raise MethodError(
                f"the factor has no citation (source_id {row['source_id']!r})", where, "add it to sources.csv"
            )
        if key in seen:
            raise MethodError(f"the factor equals row {seen[key]}", where, "keep one of them", row=number)
        seen[key] = number
        indicator = indicators[position[row["indicator"]]]
        value, conversion, per = _read_factor(row["factor"], row["unit"], indicator, own, where)
        factors.append(
            Factor(
                indicator=position[row["indicator"]],
                flow_id=key[1],
                flow_name=key[2],
                compartment=key[3],
                sub_compartment=key[4],
                is_input=key[5] == "input",
                location=key[6],
                value=value,
                per=per,
                source_id=row["source_id"],
                row=number,
                conversion=conversion,
            )
        )
    return tuple(factors)


def _read_factor(
    text: str, label: str, indicator: Indicator, own: frozenset[str], where: str
) -> tuple[float, float, Unit]:
    """Give the factor in indicator units per base unit of the flow, the same per unit written, and the flow's unit."""
    if not _NUMBER.fullmatch(text):
        raise MethodError(f"factor {text!r} is not a number", where, "write a finite number")
    value = float(text)
    if not math.isfinite(value):
        raise MethodError(f"factor {text!r} is not finite", where, "write a finite number")
    above, slash, below = label.partition("/")
    if indicator.unit.label in own and label.startswith(indicator.unit.label + "/"):
        above, slash, below = indicator.unit.label, "/", label[len(indicator.unit.label) + 1 :]
    if not slash:
        raise MethodError(
            f"the factor's unit {label!r} is no ratio", where, f"write {indicator.unit.label}/kg or the like"
        )
    try:
        read_unit(label, own)
        over, per = (
            read_unit(above, own),
            read_unit(below.removeprefix("(").removesuffix(")") if "*" in below else below),
        )
    except UnitError as error:
        raise MethodError(error.what, where, error.fix) from error
    if over.dimension != indicator.unit.dimension:
        what = f"the factor's unit {label!r} does not give the indicator's {indicator.unit.label!r}"
        raise MethodError(what, where, f"write it as {indicator.unit.label}/{below}")
    conversion = over.factor / indicator.unit.factor / per.factor
    return value * over.factor / indicator.unit.factor / per.factor, conversion, per


def _natural(version: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", version)]
