"""Rows of a SimaPro process as exchanges: amounts, units, distributions, flows and who supplies them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lcaengine.errors import DataError, UnitError
from lcaengine.formats.draft import Draft
from lcaengine.formats.simapro.file import SimaproFile
from lcaengine.formats.simapro.formulas import evaluate
from lcaengine.formats.simapro.project import COMPARTMENTS, Project, Substance, read_value, take_unit
from lcaengine.units import read_unit

__all__ = ["Place", "Rows", "scale_distribution"]

Place = tuple[str, str, str]
"""Id of the process, id of its row of sources, and where it stands, for messages."""
_PEDIGREE = re.compile(r"\(([1-5]),\s*([1-5]),\s*([1-5]),\s*([1-5]),\s*([1-5])\s*(?:,\s*(?:[1-5]|na|NA)\s*)?\)")
"""Reliability, completeness, time, place and technology; the sixth, sample size, is none of today's."""
_UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_NO_SUBSTANCE = Substance("", "", "")


@dataclass(slots=True)
class Rows:
    """Where rows go, and what is needed to read them."""

    draft: Draft
    project: Project
    file: SimaproFile
    flows: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def decimal(self) -> str:
        """The sign before decimals."""
        return self.file.decimal

    def add_product(
        self,
        place: Place,
        row: Mapping[str, Any],
        values: Mapping[str, float],
        category: str,
        *,
        is_reference: bool,
        is_waste: bool = False,
    ) -> None:
        """Add what a process makes, or the waste it treats."""
        process_id, source_id, where = place
        amount, said = self._read_amount(row, values, where)
        unit, factor = self._take_unit(row["unit"], where)
        path = "\\".join(filter(None, (category, row["category"])))
        self._add_flow(row["name"], "waste" if is_waste else "product", unit, where, category=path)
        waste_type = row["waste_type"]
        if waste_type and waste_type.lower() != "not defined":
            said = "; ".join(filter(None, (said, f"waste type: {waste_type}")))
        self.draft.add(
            "exchanges",
            process_id=process_id,
            flow_id=row["name"],
            direction="input" if is_waste else "output",
            amount=amount * factor,
            unit=unit,
            is_reference=is_reference,
            source_id=source_id,
            comment="\n".join(filter(None, (row["comment"], said))),
        )

    def add_demand(
        self, place: Place, row: Mapping[str, Any], values: Mapping[str, float], *, is_avoided: bool
    ) -> None:
        """Add a product that is taken, a waste that is sent to treatment, or either that is avoided."""
        name, is_waste = row["name"], self.project.is_waste(row["name"])
        unit, factor = self._take_unit(row["unit"], place[2])
        self._add_flow(name, "waste" if is_waste else "product", unit, place[2])
        makers = self.project.treaters.get(name) if is_waste else self.project.makers.get(name)
        if makers and len(makers) > 1:
            self.draft.change("products that several processes make: their inputs name none", f"{name} in {place[2]}")
        self._add_exchange(
            place,
            row,
            row["comment"],
            values,
            (unit, factor),
            flow_id=name,
            direction="output" if is_waste or is_avoided else "input",
            is_avoided=is_avoided,
            provider_id=makers[0] if makers and len(makers) == 1 else None,
        )

    def add_elementary(
        self, place: Place, label: str, row: Mapping[str, Any], fields: list[str], values: Mapping[str, float]
    ) -> None:
        """Add an emission, a resource, or a final waste flow."""
        compartment, direction, block = COMPARTMENTS[label]
        unit, factor = self._take_unit(row["unit"], place[2])
        part = row["context"][1]
        part = "" if part.lower() in ("(unspecified)", "unspecified") else part
        known = self.project.substances.get((block, row["name"]), _NO_SUBSTANCE)
        base = _find_base(unit)
        flow_id = f"{compartment}/{part}/{row['name']}" + (f" [{base}]" if base != "kg" else "")
        self._add_flow(
            flow_id,
            "elementary",
            unit,
            place[2],
            name=row["name"],
            compartment=compartment,
            sub_compartment=part,
            cas_number=known.cas_number,
            product_ids=f"urn:uuid:{known.platform_id.lower()}" if _UUID.fullmatch(known.platform_id) else "",
        )
        self._add_exchange(place, row, fields[8], values, (unit, factor), flow_id=flow_id, direction=direction)

    def _add_exchange(
        self,
        place: Place,
        row: Mapping[str, Any],
        comment: str,
        values: Mapping[str, float],
        unit: tuple[str, float],
        **fields: str | bool | None,
    ) -> None:
        process_id, source_id, where = place
        amount, said = self._read_amount(row, values, where)
        pedigree = _PEDIGREE.match(comment)
        self.draft.add(
            "exchanges",
            process_id=process_id,
            amount=amount * unit[1],
            unit=unit[0],
            source_id=source_id,
            comment="\n".join(filter(None, (comment, said))),
            pedigree=";".join(pedigree.groups()) if pedigree else None,
            **scale_distribution(self._read_distribution(row, amount, where), unit[1]),
            **fields,
        )

    def _read_amount(self, row: Mapping[str, Any], values: Mapping[str, float], where: str) -> tuple[float, str]:
        """Give the amount of a row, and its formula where it has one."""
        if "formula" not in row:
            return row["amount"], ""
        amount = evaluate(row["formula"], values, f"{where}, {row['name']}", self.decimal)
        return amount, f"formula: {row['formula']}"

    def _read_distribution(self, row: Mapping[str, Any], amount: float, where: str) -> dict[str, float | str | bool]:
        """Read a distribution: SimaPro gives the square of the GSD, twice the SD, or minimum and maximum."""
        kind = row["kind"]
        if kind in ("", "Undefined"):
            return {}
        here = f"{row['name']} of {where}"
        spread, low, high = (
            read_value(row[name] or "0", here, "uncertainty", self.decimal) for name in ("field1", "field2", "field3")
        )
        if kind == "Lognormal" and amount and spread > 1:
            loc, scale = math.log(abs(amount)), math.log(spread) / 2
            return {"uncertainty_type": "lognormal", "loc": loc, "scale": scale, "negative": amount < 0}
        if kind == "Normal" and spread > 0:
            return {"uncertainty_type": "normal", "loc": amount, "scale": spread / 2}
        if kind == "Triangle":
            return {"uncertainty_type": "triangular", "loc": amount, "minimum": low, "maximum": high}
        if kind == "Uniform":
            return {"uncertainty_type": "uniform", "minimum": low, "maximum": high}
        if kind in ("Lognormal", "Normal"):
            self.draft.lose("distributions that have no spread; the amount stays", f"{kind} {spread!r}, {here}")
        else:
            self.draft.lose("distributions of a kind that is not known; the amount stays", f"{kind!r}, {here}")
        return {}

    def _take_unit(self, label: str, where: str) -> tuple[str, float]:
        return take_unit(self.project, self.draft, label, where)

    def _add_flow(self, flow_id: str, kind: str, unit: str, where: str, **fields: str) -> None:
        """Add a flow once; two that differ under one id are refused."""
        identity = (kind, fields.get("name", flow_id), fields.get("compartment", ""))
        known = self.flows.setdefault(flow_id, identity)
        if known != identity:
            raise DataError(f"{flow_id!r} is {known[0]} and {kind}", where, "give one of them another name", id=flow_id)
        if not self.draft.has("flows", flow_id):
            self.draft.add("flows", **{"name": flow_id, **fields}, flow_id=flow_id, kind=kind, unit=unit)


def scale_distribution(given: dict[str, float | str | bool], factor: float) -> dict[str, float | str | bool]:
    """Carry a distribution to another unit, of which one of its own is so many.

    Examples
    --------
    >>> scale_distribution({"uncertainty_type": "uniform", "minimum": 1.0, "maximum": 2.0}, 1000.0)
    {'uncertainty_type': 'uniform', 'minimum': 1000.0, 'maximum': 2000.0}
    """
    if factor == 1 or not given:
        return given
    if given["uncertainty_type"] == "lognormal":
        return {**given, "loc": float(given["loc"]) + math.log(factor)}
    numbers: dict[str, float | str | bool] = {
        name: float(given[name]) * factor for name in ("loc", "scale", "minimum", "maximum") if name in given
    }
    return {**given, **numbers}


def _find_base(unit: str) -> str:
    try:
        return read_unit(unit).base
    except UnitError:
        return unit
