"""What an inventory says of itself: inventory.toml."""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from dataclasses import asdict, dataclass

from lcaengine.findings import Findings

__all__ = ["About", "read_about", "read_period"]

SCHEMA_VERSION = 1
BOUNDARIES = ("cradle_to_gate", "gate_to_gate", "cradle_to_grave", "cradle_to_cradle")


@dataclass(frozen=True, slots=True)
class About:
    """The fields of inventory.toml; empty text where one is not given."""

    schema_version: int
    name: str
    version: str
    licence: str
    description: str
    reference_period: str
    boundary: str

    def to_canonical(self) -> str:
        """Write the fields as canonical JSON, for the content hash."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)


def read_about(content: bytes | None, found: Findings) -> About:
    """Read inventory.toml and report what does not fit.

    Parameters
    ----------
    content : bytes or None
        The file, None where there is none.
    found : Findings
        Receives what is wrong.
    """
    table = "inventory.toml"
    given: dict[str, object] = {}
    if content is None:
        fix = 'add it with schema_version = 1 and name = "..."'
        found.block("missing_table", table, "the file is missing", fix)
    else:
        try:
            given = tomllib.loads(content.decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:
            found.block(
                "unreadable", table, f"it is not TOML in UTF-8: {' '.join(str(error).split())}", "write it again"
            )
            return About(0, "", "", "", "", "", "")
    version = given.get("schema_version")
    if content is not None and (version != SCHEMA_VERSION or type(version) is not int):
        what = f"schema_version is {version!r}, this engine reads {SCHEMA_VERSION}"
        fix = f"write schema_version = {SCHEMA_VERSION}"
        found.block("schema_version", table, what, fix, column="schema_version", value=version)
    fields = {}
    for name in ("name", "version", "licence", "description", "reference_period", "boundary"):
        value = given.get(name, "")
        if isinstance(value, dt.date):
            value = value.isoformat()
        if not isinstance(value, str):
            found.block("wrong_type", table, f"{name} is not text", "put it in quotes", column=name, value=value)
            value = ""
        fields[name] = value
    if content is not None and not fields["name"]:
        found.block("missing_value", table, "name is missing", 'write name = "..."', column="name")
    if fields["boundary"] and fields["boundary"] not in BOUNDARIES:
        what = f"boundary {fields['boundary']!r} is not known"
        fix = f"write one of: {', '.join(BOUNDARIES)}"
        found.block("unknown_boundary", table, what, fix, column="boundary", value=fields["boundary"])
    _check_period(fields["reference_period"], found)
    for name in sorted(set(given) - {"schema_version", *fields}):
        found.warn(
            "unknown_column", table, f"field {name!r} is not of the schema and is not read", "remove it", column=name
        )
    return About(SCHEMA_VERSION, **fields)


def read_period(text: str) -> tuple[dt.date, dt.date] | None:
    """Read a period, None where the text is none.

    Returns
    -------
    (datetime.date, datetime.date) or None
        First and last day.

    Examples
    --------
    >>> read_period("2024-01-01/2024-12-31")
    (datetime.date(2024, 1, 1), datetime.date(2024, 12, 31))
    """
    first, _, last = text.partition("/")
    try:
        days = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    except ValueError:
        return None
    is_plain = text == f"{days[0]}/{days[1]}"  # and no week of a year, which fromisoformat reads too
    return days if is_plain and days[0] <= days[1] else None


def _check_period(period: str, found: Findings) -> None:
    if not period or read_period(period):
        return
    what, fix = "reference_period is no period", "write it as 2024-01-01/2024-12-31, the first day before the last"
    found.block("wrong_type", "inventory.toml", what, fix, column="reference_period", value=period)
