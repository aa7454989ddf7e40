"""A change: one thing that is otherwise in a scenario, an amount, a provider, or the mix of a market."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lcaengine.errors import DataError
from lcaengine.inventory.schema import UNCERTAINTY_TYPES

__all__ = ["DISTRIBUTION", "NONE", "PERCENT", "SHARE_TOLERANCE", "Change", "read_amount"]

PERCENT = "%"
"""In place of a unit: of the amount as it stands."""
DISTRIBUTION = ("uncertainty_type", "loc", "scale", "shape", "minimum", "maximum", "negative")
"""Columns of a row's distribution, as in the table `exchanges`."""
NONE = "-"
"""In place of a provider or a place: the row names none."""
SHARE_TOLERANCE = 1e-6
"""How far from one the shares of a mix may sum."""
_AMOUNT = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*((?:[^\d.,\s][^\n]*?)?)\s*")
_TEXTS = ("flow_id", "process_id", "direction", "old_provider_id", "location", "basis", "amount", "provider_id")
_DIRECTIONS = ("", "input", "output")
_BASES = ("location", "contract", "residual")


@dataclass(frozen=True, slots=True)
class Change:
    """One change of an inventory: the amount or the provider of an exchange, or the mix of a market.

    With a `process_id` it is of the one exchange row of that process and flow; `direction`, `old_provider_id` and
    `location` tell rows apart where there are several. Without, it is of the market of the flow at `location`.

    Attributes
    ----------
    flow_id : str
    process_id : str
        Whose exchange; empty for a market.
    amount : str
        The new amount with its unit, ``12 kWh``; or in percent of the present one, ``80 %``.
    provider_id : str
        The process that meets the demand instead; ``-`` for none, so that the market or the only maker does.
    shares : dict of str to float
        The new mix of a market, whole: share of each supplying process, one in sum (contracts may leave a rest to the
        residual mix). A process that is not named supplies nothing.
    direction : {"", "input", "output"}
        Of the row, where the process takes and gives the flow.
    old_provider_id : str
        The provider the row names now; ``-`` for none.
    location : str
        The row's own place, ``-`` for none; or the place of the market, GLO where it is empty.
    basis : {"location", "contract", "residual"}
        Which mix of a market.
    distribution : dict of str to (str, float or bool)
        Of the new amount, in its unit: uncertainty_type, loc, scale ... as in the table `exchanges`. Without one, that
        of the row is changed with the amount; ``{"uncertainty_type": "none"}`` for none.
    row : int
        Row of the table it was read from; 0 where there is none.

    Raises
    ------
    DataError
        If it changes nothing, contradicts itself, or a number is not finite.

    Examples
    --------
    >>> Change("electricity", "smelter", amount="12 kWh").describe()
    'smelter, electricity: amount 12 kWh'
    >>> Change("magnet", shares={"a": 0.2, "b": 0.8}).describe()
    'market of magnet: 0.2 a, 0.8 b'
    """

    flow_id: str
    process_id: str = ""
    amount: str = ""
    provider_id: str = ""
    shares: Mapping[str, float] = field(default_factory=dict, hash=False)
    direction: str = ""
    old_provider_id: str = ""
    location: str = ""
    basis: str = "location"
    distribution: Mapping[str, str | float | bool] = field(default_factory=dict, hash=False)
    row: int = field(default=0, compare=False)

    def __post_init__(self) -> None:
        for name in _TEXTS:
            if not isinstance(getattr(self, name), str):
                raise _refuse(self, f"{name} is {getattr(self, name)!r}", 'write it as text: amount="12 kWh"')
        if not self.flow_id:
            raise _refuse(self, "the change names no flow", "give a flow_id, and a process_id unless it is a market's")
        for name, allowed in (("direction", _DIRECTIONS), ("basis", _BASES)):
            if getattr(self, name) not in allowed:
                fix = f"write one of: {', '.join(each for each in allowed if each)}"
                raise _refuse(self, f"{name} is {getattr(self, name)!r}", fix)
        if self.process_id:
            self._check_exchange()
        else:
            self._check_market()

    def _check_exchange(self) -> None:
        if self.shares or self.basis != "location":
            raise _refuse(self, "an exchange has no shares and no basis", "leave process_id away for a market")
        if not self.amount and not self.provider_id:
            raise _refuse(self, "the change changes nothing", "give an amount with its unit, or a provider_id")
        if self.amount:
            read_amount(self.amount, str(self))
        if self.distribution:
            self._check_distribution()

    def _check_distribution(self) -> None:
        if not self.amount or not isinstance(self.distribution, Mapping):
            fix = "give the amount with its unit, and {'uncertainty_type': 'normal', 'loc': 12.0, 'scale': 1.0}"
            raise _refuse(self, "a distribution is given without an amount, or is none", fix)
        for name, value in self.distribution.items():
            wanted = str if name == "uncertainty_type" else bool if name == "negative" else (int, float)
            if name not in DISTRIBUTION:
                raise _refuse(self, f"a distribution has no {name!r}", f"write some of: {', '.join(DISTRIBUTION)}")
            is_wrong = not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool)
            if is_wrong or (isinstance(value, float) and not math.isfinite(value)):
                raise _refuse(
                    self, f"{name} is {value!r}", "write a finite number, the name of a distribution, or a flag"
                )
        named = self.distribution.get("uncertainty_type", "")
        if named not in (*UNCERTAINTY_TYPES, *map(str, range(len(UNCERTAINTY_TYPES)))):
            raise _refuse(self, f"uncertainty_type is {named!r}", f"write one of: {', '.join(UNCERTAINTY_TYPES)}")

    def _check_market(self) -> None:
        for name in ("amount", "provider_id", "direction", "old_provider_id", "distribution"):
            if getattr(self, name):
                what = f"a market has no {name}"
                raise _refuse(self, what, "give the process_id of the exchange; or shares, for a market")
        if not isinstance(self.shares, Mapping) or not self.shares:
            raise _refuse(self, "the change changes nothing", "give shares, or the process_id of an exchange")
        for supplier, share in self.shares.items():
            if not isinstance(supplier, str) or not supplier:
                raise _refuse(self, f"{supplier!r} is no process that supplies", "name processes: {'mine-a': 1.0}")
            if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
                raise _refuse(self, f"the share of {supplier!r} is {share!r}", "write a number from 0 to 1")
        total = math.fsum(self.shares.values())
        if total - 1.0 > SHARE_TOLERANCE or (self.basis == "location" and 1.0 - total > SHARE_TOLERANCE):
            fix = "name the whole mix: who is left out supplies nothing"
            raise _refuse(self, f"the shares sum to {total:.9g}, not to one", fix)

    def __str__(self) -> str:
        if self.process_id:
            return f"{self.process_id}, {self.flow_id}"
        basis = f" ({self.basis})" if self.basis != "location" else ""
        return f"market of {self.flow_id}{f' at {self.location}' if self.location else ''}{basis}"

    def describe(self) -> str:
        """Write the change in one line."""
        if self.shares:
            return f"{self}: {', '.join(f'{share:g} {supplier}' for supplier, share in self.shares.items())}"
        spread = ", ".join(f"{name} {value}" for name, value in self.distribution.items())
        amount = [f"amount {self.amount}{f' ({spread})' if spread else ''}"] if self.amount else []
        return f"{self}: {', '.join(amount + ([f'provider {self.provider_id}'] if self.provider_id else []))}"


def read_amount(text: str, where: str = "") -> tuple[float, str]:
    """Read an amount and its unit.

    Returns
    -------
    (float, str)
        The unit as written, or ``%``.

    Raises
    ------
    DataError
        If it is no finite number with a unit.

    Examples
    --------
    >>> read_amount("12 kWh"), read_amount("-1e-3kg"), read_amount("80 %")
    ((12.0, 'kWh'), (-0.001, 'kg'), (80.0, '%'))
    """
    found = _AMOUNT.fullmatch(text)
    if not found or not math.isfinite(float(found[1])):
        raise DataError(f"{text!r} is no amount", where, "write a finite number and its unit: 12 kWh", given=text)
    if not found[2]:
        fix = f"write {found[1]} with its unit; or 80 %, of the amount as it stands"
        raise DataError(f"the amount {text.strip()!r} has no unit", where, fix, given=text)
    if found[2] == PERCENT and float(found[1]) < 0:
        what = f"{text.strip()!r} would turn the flow around: it is of the amount as it stands, not a difference"
        fix = f"write {100 + float(found[1]):g} % for {-float(found[1]):g} % less"
        raise DataError(what, where, fix, given=text)
    return float(found[1]), found[2]


def _refuse(change: Change, what: str, fix: str) -> DataError:
    try:
        where = str(change)
    except TypeError:
        where = ""
    return DataError(what, where, fix, row=change.row or None)
