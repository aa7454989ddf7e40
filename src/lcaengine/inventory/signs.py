"""Signs: the one table that turns kind, direction and role into a sign in A, and the rows it refuses."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from lcaengine.findings import Findings
from lcaengine.inventory.frame import Frame
from lcaengine.inventory.inventory import Exchanges, Flows, Kind, Processes

__all__ = ["Role", "assign_roles", "find_role", "report_signs"]


class Role(IntEnum):
    """What an exchange row is to its process; the sign in A follows from it."""

    REFERENCE = 0
    """+ : what the process makes, or the treatment service it sells."""
    CO_PRODUCT = 1
    """+ : made, or treated, besides the reference: allocated or substituted."""
    DEMAND = 2
    """- : consumption of a product, or waste sent to treatment."""
    AVOIDED = 3
    """+ : supplies a demand another would have met."""
    ELEMENTARY = 4
    """in B, with its direction, as written."""
    REFUSED = 5
    """no meaning."""


#: (kind, is_input, is_reference, is_avoided) -> role. What is not here is refused.
_ROLES = {
    (Kind.PRODUCT, False, True, False): Role.REFERENCE,
    (Kind.PRODUCT, False, False, False): Role.CO_PRODUCT,
    (Kind.PRODUCT, True, False, False): Role.DEMAND,
    (Kind.WASTE, True, True, False): Role.REFERENCE,
    (Kind.WASTE, True, False, False): Role.CO_PRODUCT,
    (Kind.WASTE, False, False, False): Role.DEMAND,
    (Kind.PRODUCT, False, False, True): Role.AVOIDED,
    (Kind.PRODUCT, True, False, True): Role.AVOIDED,
    (Kind.WASTE, False, False, True): Role.AVOIDED,
    (Kind.WASTE, True, False, True): Role.AVOIDED,
    (Kind.ELEMENTARY, False, False, False): Role.ELEMENTARY,
    (Kind.ELEMENTARY, True, False, False): Role.ELEMENTARY,
}


def find_role(kind: Kind, is_input: bool, is_reference: bool, is_avoided: bool) -> Role:
    """Give the role of one kind of row.

    Returns
    -------
    Role
    """
    return _ROLES.get((kind, is_input, is_reference, is_avoided), Role.REFUSED)


def assign_roles(exchanges: Exchanges, flows: Flows) -> NDArray[np.int8]:
    """Give every exchange row its :class:`Role`.

    Returns
    -------
    (m,) int8
    """
    table = np.full((3, 2, 2, 2), Role.REFUSED, np.int8)
    for (kind, is_input, is_reference, is_avoided), role in _ROLES.items():
        table[kind, int(is_input), int(is_reference), int(is_avoided)] = role
    flags = (exchanges.is_input, exchanges.is_reference, exchanges.is_avoided)
    return np.asarray(table[flows.kind[exchanges.flow], *(flag.astype(np.int8) for flag in flags)])


def report_signs(
    exchanges: Exchanges, processes: Processes, flows: Flows, frame: Frame, lost: NDArray[np.bool_], found: Findings
) -> None:
    """Report rows without a meaning, and processes without exactly one positive reference.

    Processes that lost a reference because its row cannot be read are spared the second; `frame` has the amounts as
    they were written.
    """
    roles = assign_roles(exchanges, flows)
    kind = flows.kind[exchanges.flow]
    shown: list[str] = []
    refused = roles == Role.REFUSED
    if refused.any():
        ids = flows.ids.to_pylist()
        shown = [ids[flow] for flow in exchanges.flow.tolist()]

    def report(code: str, wrong: NDArray[np.bool_], column: str, what: str, fix: str) -> None:
        if wrong.any():
            found.block_rows(code, "exchanges", wrong, exchanges.rows, column, shown, what, fix)

    both = refused & exchanges.is_reference & exchanges.is_avoided
    rest = refused & ~both
    product = rest & exchanges.is_reference & (kind == Kind.PRODUCT)
    waste = rest & exchanges.is_reference & (kind == Kind.WASTE)
    elementary = rest & exchanges.is_reference & (kind == Kind.ELEMENTARY)
    report("reference_avoided", both, "is_reference", "{value} is reference and avoided at once", "keep one flag")
    what, fix = "the reference {value} is a product that comes in", "make the product that is made the reference"
    report("reference_input", product, "is_reference", what, fix)
    what, fix = "the reference {value} is a waste that goes out", "a treatment's reference is a waste input"
    report("reference_waste_output", waste, "is_reference", what, fix)
    what, fix = "the reference {value} is an elementary flow", "make the product that is made the reference"
    report("reference_elementary", elementary, "is_reference", what, fix)
    avoided = rest & exchanges.is_avoided & (kind == Kind.ELEMENTARY)
    report(
        "avoided_elementary",
        avoided,
        "is_avoided",
        "the avoided {value} is an elementary flow",
        "avoid a product or a waste",
    )
    _report_references(exchanges, processes, frame, lost, found)


def _report_references(
    exchanges: Exchanges, processes: Processes, frame: Frame, lost: NDArray[np.bool_], found: Findings
) -> None:
    reference = exchanges.is_reference
    wrong = reference & (exchanges.amount <= 0)
    if wrong.any():
        what, fix = (
            "the reference amount is {value}, it must be above zero",
            "write the amount made, or treated (waste, input)",
        )
        written = dict(zip(frame.rows.tolist(), frame.number("amount").tolist(), strict=True))
        values = [written[row] for row in exchanges.rows.tolist()]
        found.block_rows("reference_amount", "exchanges", wrong, exchanges.rows, "amount", values, what, fix)
    count = np.bincount(exchanges.process[reference], minlength=len(processes))
    for code, bad, what in (
        ("no_reference", (count == 0) & ~lost, "process {value} has no reference flow"),
        ("two_references", count > 1, "process {value} has more than one reference flow"),
    ):
        if bad.any():
            rows = np.zeros(len(processes), np.int64)
            rows[exchanges.process] = exchanges.rows
            rows[exchanges.process[reference]] = exchanges.rows[reference]
            fix = "mark exactly one exchange of the process is_reference"
            ids = processes.ids.to_pylist()
            found.block_rows(code, "exchanges", bad, rows, "process_id", ids, what, fix)
