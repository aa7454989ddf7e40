"""What EcoSpold 1 and 2 share: attributes and texts of elements, flows that are told apart, distributions.

Both are read with lxml through :mod:`lcaengine.formats.xml`. pyecospold, the library of the field for these files,
gives the same elements a class each; it parses whole files with lxml's defaults, entities included, and fills in
defaults for what a file does not say, so it is not used.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lcaengine.errors import DataError, UnitError
from lcaengine.formats.draft import Draft
from lcaengine.formats.text import read_number
from lcaengine.io.source import Source
from lcaengine.units import read_unit

if TYPE_CHECKING:
    from lxml import etree

__all__ = [
    "Distribution",
    "Flow",
    "hash_file",
    "join",
    "read_amount",
    "read_attribute",
    "read_cas",
    "read_group",
    "read_id",
    "read_measure",
    "read_text",
    "scale_distribution",
    "settle_flow",
]

Distribution = dict[str, str | float | bool]
"""Uncertainty columns of a row; empty where there is no distribution."""
_MIRRORED = ("lognormal", "gamma")
"""Distributions that a flag mirrors at zero."""


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow as one exchange describes it; empty text where it says nothing."""

    flow_id: str
    name: str
    kind: str
    unit: str
    compartment: str = ""
    sub_compartment: str = ""
    cas_number: str = ""
    category: str = ""

    @property
    def what(self) -> tuple[str, str, str, str]:
        """Kind, compartment, sub-compartment and base unit: where these differ, it is another flow."""
        try:
            base = read_unit(self.unit).base
        except UnitError:
            base = self.unit
        return self.kind, self.compartment, self.sub_compartment, base


def settle_flow(draft: Draft, seen: dict[str, Flow], flow: Flow, where: str) -> str:
    """Add a flow if it is new, and give its id: an id that stands for several things is made one id each.

    Parameters
    ----------
    draft : Draft
    seen : dict of str to Flow
        Flows that are there; grows.
    flow : Flow
    where : str
        Dataset, for remarks.

    Returns
    -------
    str
        The flow's own id; where that is another kind of flow, another compartment or another dimension already,
        ``id:resource/in water:m3``.
    """
    known = seen.get(flow.flow_id)
    if known is not None and known.what != flow.what:
        kind, compartment, sub, base = flow.what
        place = "/".join(part for part in (compartment, sub) if part) or kind
        own = f"{flow.flow_id}:{place}:{base}"
        what = "ids that stand for several flows (kind, compartment or dimension): each is a flow of its own"
        if own not in seen:
            draft.change(what, f"{flow.flow_id!r} ({flow.name}) in {where} is {own!r}")
        flow = Flow(own, flow.name, kind, flow.unit, compartment, sub, flow.cas_number, flow.category)
        known = seen.get(own)
    if known is None:
        draft.add(
            "flows",
            flow_id=flow.flow_id,
            name=flow.name,
            kind=flow.kind,
            unit=flow.unit,
            compartment=flow.compartment,
            sub_compartment=flow.sub_compartment,
            cas_number=flow.cas_number,
            category=flow.category,
        )
        seen[flow.flow_id] = flow
    elif known.name != flow.name:
        draft.change(
            "flows that go by several names: the first stays", f"{flow.name!r} is {known.name!r} ({flow.flow_id})"
        )
    return flow.flow_id


def scale_distribution(distribution: Distribution, factor: float) -> Distribution:
    """Give the distribution of a multiple: of an amount in another unit, or of its negative.

    Examples
    --------
    >>> scale_distribution({"uncertainty_type": "uniform", "minimum": 1.0, "maximum": 3.0}, -2.0)
    {'uncertainty_type': 'uniform', 'minimum': -6.0, 'maximum': -2.0}
    """
    if factor == 1.0 or not distribution:
        return distribution
    kind, size = distribution["uncertainty_type"], abs(factor)
    scaled = dict(distribution)
    for name in ("loc", "scale", "minimum", "maximum"):
        if name not in scaled or (kind == "lognormal" and name == "scale") or (kind == "beta_pert" and name == "scale"):
            continue
        value = float(scaled[name])
        scaled[name] = value + math.log(size) if kind == "lognormal" and name == "loc" else value * size
    if factor > 0:
        return scaled
    if kind in _MIRRORED:
        return scaled | {"negative": not scaled.get("negative", False)}
    low, high = scaled.pop("minimum", None), scaled.pop("maximum", None)
    if "loc" in scaled:
        scaled["loc"] = -float(scaled["loc"])
    return (
        scaled | ({} if high is None else {"minimum": -float(high)}) | ({} if low is None else {"maximum": -float(low)})
    )


def read_attribute(element: etree._Element, name: str) -> str:
    """Give an attribute without the space around it; empty where it is absent, or the ``NaN`` openLCA writes then."""
    value = (element.get(name) or "").strip()
    return "" if value == "NaN" else value


def read_id(element: etree._Element, name: str, where: str) -> str:
    """Give an attribute that must be there.

    Raises
    ------
    DataError
        If it is not, or empty.
    """
    text = read_attribute(element, name)
    if not text:
        raise DataError(f"{name} is missing", where, "fill it in where it comes from")
    return text


def read_group(
    exchange: etree._Element, groups: Mapping[str, tuple[int, ...]], called: str, where: str
) -> tuple[bool, int]:
    """Read whether an exchange goes in, and its group.

    Parameters
    ----------
    exchange : lxml.etree._Element
    groups : mapping of str to tuple of int
        Groups that have a meaning, by ``inputGroup`` and ``outputGroup``.
    called, where : str
        Its name and its data set, for the message.

    Raises
    ------
    DataError
        If it has none, or one without a meaning.
    """
    for name, allowed in groups.items():
        text = read_text(exchange, name)
        if text:
            group = read_number(text, where, name)
            if group not in allowed:
                raise DataError(f"{name} {text!r:.40} has no meaning", where, f"write one of {allowed}")
            return name == "inputGroup", int(group)
    raise DataError(f"exchange {called!r} is neither input nor output", where, "give it an inputGroup or outputGroup")


def read_measure(element: etree._Element, name: str, where: str) -> float | None:
    """Give an attribute as a number; None where it is absent.

    Raises
    ------
    DataError
        If it is no number.
    """
    text = (element.get(name) or "").strip()
    return read_number(text, where, name) if text else None


def read_amount(element: etree._Element, name: str, where: str) -> float:
    """Give an attribute that must be there as a number.

    Raises
    ------
    DataError
        If it is absent or no number.
    """
    amount = read_measure(element, name, where)
    if amount is None:
        raise DataError(f"{name} is missing", where, "fill it in where it comes from")
    return amount


def read_text(element: etree._Element | None, path: str) -> str:
    """Give the text of a child, in English where it stands in several languages; empty where there is none."""
    if element is None:
        return ""
    found = [each for each in element.iterfind("/".join(f"{{*}}{part}" for part in path.split("/"))) if each.text]
    english = [each for each in found if each.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"]
    return " ".join(((english or found)[0].text or "").split()) if found else ""


def read_cas(element: etree._Element, name: str) -> str:
    """Give a CAS number without the zeros that pad it: ``000124-38-9`` is ``124-38-9``."""
    return read_attribute(element, name).lstrip("0")


def join(*parts: str) -> str:
    """Join what is there of a comment."""
    return "; ".join(part for part in parts if part)


def hash_file(source: Source, name: str) -> str:
    """Hash the bytes of one file of a source. SHA-256."""
    digest = hashlib.sha256()
    with source.stream(name) as stream:
        while piece := stream.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()
