"""Candidates: for every input that finds no provider, or several, who might meet it, ranked, with the reason.

Nothing is linked here. The table is for a person, who writes ``use`` beside the right one, or ``cutoff``
to leave the input out and have it counted as cut off; and who decided, and when.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from lcaengine.errors import UnitError
from lcaengine.findings import Findings
from lcaengine.inventory import Inventory
from lcaengine.inventory.conversion import convert
from lcaengine.places import GLOBAL, find_level, list_fallbacks
from lcaengine.policy import Policy
from lcaengine.solve import find_starved, name_activities
from lcaengine.system import ActivityKind, System, build_system

__all__ = ["COLUMNS", "Product", "converts", "list_candidates", "list_products"]

COLUMNS = (
    *("decision", "flow_id", "flow_name", "asked_at", "process_id", "rows", "rank", "reason"),
    *("provider_id", "provider_name", "provider_location", "provider_flow_id", "provider_flow_name"),
    *("decided_by", "decided_on", "note"),
)
"""Columns of a link file. The user fills ``decision``, ``decided_by``, ``decided_on`` and, if wished, ``note`` and
``process_id``, which narrows a decision to the inputs of one process."""
MOST = 8
"""Candidates listed for an input."""
SHARED = 0.5
"""Share of words that two names must have in common, of all words in either, to be listed."""
_WORD = re.compile(r"[^\W_]+")
_PLACEHOLDER = re.compile(r"^(cutoff|dummy)[ _,-]+", re.IGNORECASE)
"""How US LCI and others mark a flow that nobody makes there."""
_SCHEMA = pa.schema([(name, pa.int64() if name in ("rows", "rank") else pa.string()) for name in COLUMNS])


@dataclass(frozen=True, slots=True)
class Product:
    """What a process makes or treats.

    Attributes
    ----------
    process, flow : int
        Positions.
    carries : bool
        Whether it carries burdens of its own; a co-product under ``none`` does not, and supplies nobody.
    """

    process: int
    flow: int
    carries: bool


def list_candidates(inventory: Inventory) -> pa.Table:
    """List who might meet each input that nobody meets, or that several do and none is named for.

    Parameters
    ----------
    inventory : Inventory

    Returns
    -------
    pyarrow.Table
        One row an input's flow and place, and candidate; ranked from 1. A request without candidates has one row
        without a provider. The columns are :data:`COLUMNS`.

    Notes
    -----
    Inputs within loops that need at least as much of themselves as they make stand first, without a candidate. Others
    are ranked first by how the candidate's product is the one that is asked for: the same flow; another flow of the
    same name; the same name but for case, blanks or a leading CUTOFF or DUMMY; a name that shares at least half its
    words. Co-products that carry nothing come after others that are as close. Then by place, nearest first. Only
    products whose unit converts to the one that is asked for are listed.

    Examples
    --------
    >>> import lcaengine as lca
    >>> lca.list_candidates(lca.read_inventory(lca.find_example("two-suppliers"))).num_rows
    0
    """
    system = build_system(inventory, Policy(unlinked="cutoff"), Findings())
    products = list_products(system)
    index = _Names(inventory, products)
    rows: list[dict[str, object]] = []
    for (flow, asked), count in sorted(_count_requests(system).items()):
        head = {
            "flow_id": inventory.flows.ids[flow].as_py(),
            "flow_name": inventory.flows.names[flow],
            "asked_at": asked,
            "rows": count,
        }
        found = sorted(_find(inventory, index, flow, asked))[:MOST]
        if not found:
            rows.append({**head, "reason": "nobody makes it, or anything that is called alike"})
        for rank, (_, _, _, product, reason) in enumerate(found, 1):
            each = products[product]
            rows.append({**head, "rank": rank, "reason": reason, **_show(inventory, each)})
    return pa.Table.from_pylist([*_list_starved(system), *rows], _SCHEMA)


def _list_starved(system: System) -> list[dict[str, object]]:
    """List the inputs within loops that need at least as much of themselves as they make: one too many is in them."""
    inventory, demands = system.inventory, system.demands
    rows = []
    for members in find_starved(system):
        inside = np.isin(demands.activity, members) & np.isin(demands.provider, members) & (demands.row >= 0)
        for at in sorted(set(demands.row[inside].tolist())):
            flow, process = int(inventory.exchanges.flow[at]), int(inventory.exchanges.process[at])
            rows.append(
                {
                    "flow_id": inventory.flows.ids[flow].as_py(),
                    "flow_name": inventory.flows.names[flow],
                    "asked_at": inventory.exchanges.locate(at) or inventory.processes.location[process] or GLOBAL,
                    "process_id": inventory.processes.ids[process].as_py(),
                    "rows": 1,
                    "reason": f"the loop of {name_activities(system, members)} needs at least as much of itself as it "
                    "makes: correct its amounts, or write cutoff to leave this input out",
                }
            )
    return rows


def _count_requests(system: System) -> dict[tuple[int, str], int]:
    """Count the exchange rows that find no provider, by flow and place of the request."""
    demands, exchanges, processes = system.demands, system.inventory.exchanges, system.inventory.processes
    rows = np.unique(demands.row[(demands.provider < 0) & (demands.row >= 0)])
    requests: dict[tuple[int, str], int] = defaultdict(int)
    for row in rows.tolist():
        if exchanges.provider[row] < 0:
            place = exchanges.locate(row) or processes.location[int(exchanges.process[row])] or GLOBAL
            requests[int(exchanges.flow[row]), place] += 1
    return requests


def list_products(system: System) -> list[Product]:
    """List what processes make: what they can supply, then co-products that carry nothing and supply nobody."""
    activities, exchanges = system.activities, system.inventory.exchanges
    own = np.flatnonzero(activities.kind == ActivityKind.PROCESS)
    supplied = {(int(activities.process[at]), int(activities.flow[at])) for at in own}
    is_waste = system.inventory.flows.kind[exchanges.flow] == 1
    is_elementary = system.inventory.flows.kind[exchanges.flow] == 2
    made = ~is_elementary & (exchanges.is_input == is_waste) & ~exchanges.is_avoided
    others = {(int(exchanges.process[r]), int(exchanges.flow[r])) for r in np.flatnonzero(made)} - supplied
    return [Product(p, f, True) for p, f in sorted(supplied)] + [Product(p, f, False) for p, f in sorted(others)]


class _Names:
    """Products by flow, by name, by name less its marks, and by word."""

    def __init__(self, inventory: Inventory, products: list[Product]) -> None:
        self.products = products
        self.by_flow: dict[int, list[int]] = defaultdict(list)
        self.by_plain: dict[str, list[int]] = defaultdict(list)
        self.by_word: dict[str, set[int]] = defaultdict(set)
        names = inventory.flows.names
        self.words = [set(_WORD.findall(_make_plain(names[each.flow]))) for each in products]
        for at, each in enumerate(products):
            self.by_flow[each.flow].append(at)
            self.by_plain[_make_plain(names[each.flow])].append(at)
            for word in self.words[at]:
                self.by_word[word].add(at)


def _find(inventory: Inventory, index: _Names, flow: int, asked: str) -> Iterator[tuple[int, int, str, int, str]]:
    """Give candidates as (closeness of the name, distance of the place, name, product, reason); the least is best."""
    name = inventory.flows.names[flow]
    plain = _make_plain(name)
    seen: set[int] = set()
    for at in index.by_flow.get(flow, ()):
        seen.add(at)
        yield _rank(inventory, index, 0, at, asked, "makes this very flow")
    for at in index.by_plain.get(plain, ()):
        if at not in seen and converts(inventory, flow, index.products[at].flow):
            seen.add(at)
            same = inventory.flows.names[index.products[at].flow] == name
            reason = "makes another flow of the same name" if same else "the same name but for case, blanks or a mark"
            yield _rank(inventory, index, 1 if same else 2, at, asked, reason)
    words = set(_WORD.findall(plain))
    for at in set[int]().union(*(index.by_word.get(word, set()) for word in words)) - seen:
        shared, of = len(words & index.words[at]), len(words | index.words[at])
        if shared / of >= SHARED and converts(inventory, flow, index.products[at].flow):
            yield _rank(inventory, index, 3 + of - shared, at, asked, f"its name shares {shared} of {of} words")


def _rank(
    inventory: Inventory, index: _Names, closeness: int, at: int, asked: str, reason: str
) -> tuple[int, int, str, int, str]:
    product = index.products[at]
    there = inventory.processes.location[product.process] or GLOBAL
    chain = list_fallbacks(asked)
    distance = chain.index(there) if there in chain else len(chain) + find_level(asked, there)
    if not product.carries:
        reason += ", as a co-product that carries nothing: give its process an allocation first"
    where = "at the same place" if there == asked else f"at {there}, asked for at {asked}"
    name = inventory.processes.names[product.process]
    return 2 * closeness + (not product.carries), distance, name, at, f"{reason}; {where}"


def converts(inventory: Inventory, flow: int, other: int) -> bool:
    """Tell whether a flow can stand for another: of its kind, and in a unit that converts."""
    flows = inventory.flows
    try:
        convert(flows.units[flow], flows.units[other], other, flows.properties)
    except UnitError:
        return False
    return bool(flows.kind[flow] == flows.kind[other])


def _make_plain(name: str) -> str:
    return _PLACEHOLDER.sub("", " ".join(name.split())).casefold()


def _show(inventory: Inventory, product: Product) -> dict[str, object]:
    processes, flows = inventory.processes, inventory.flows
    return {
        "provider_id": processes.ids[product.process].as_py(),
        "provider_name": processes.names[product.process],
        "provider_location": processes.location[product.process] or "",
        "provider_flow_id": flows.ids[product.flow].as_py(),
        "provider_flow_name": flows.names[product.flow],
    }
