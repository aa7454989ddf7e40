"""A slow, readable twin of the system: A and B straight from the rows of tables, by the sign table and nothing else.

It knows what the inventories of :mod:`tests.draws` hold: one market a product, every input met by somebody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.draws import ENERGY_UNITS, IN_BASE
from tests.entries import Entries
from tests.tables import Tables

MADE = {("product", "output"), ("waste", "input")}
"""What is made or treated, +; the other two are demanded, -."""
SITE_ENERGY = "energy bought by a labelled process"
Key = tuple[str, str]
"""Process and flow of an activity; a market has no process."""
Place = tuple[Any, Key]


@dataclass(frozen=True)
class Twin:
    """Activities, kinds of elementary flow, and entries of A and B in reference units of the flows."""

    keys: list[Key]
    kinds: list[str]
    A: Entries
    B: Entries


class Assembler:
    """The tables, looked up."""

    def __init__(self, tables: Tables) -> None:
        self.kind = {row["flow_id"]: row["kind"] for row in tables["flows"]}
        self.unit = {row["flow_id"]: str(row["unit"]) for row in tables["flows"]}
        self.known = {(row["flow_id"], row["property"]): row["value"] for row in tables.get("properties", ())}
        self.rows: dict[Any, list[dict[str, Any]]] = defaultdict(list)
        for row in tables["exchanges"]:
            self.rows[row["process_id"]].append({**row, "amount": self.measure(row)})
        self.processes = {str(row["process_id"]): row for row in tables["processes"]}
        self.given = tables.get("allocation", ())
        self.shares = {process: self.share_out(process) for process in self.processes}
        self.markets: dict[Any, dict[Any, float]] = defaultdict(dict)
        for row in tables.get("markets", ()):
            given = row.get("share")
            share = self.measure(row) if given is None else float(str(given))
            self.markets[row["flow_id"]][row["process_id"]] = share

    def measure(self, row: Any) -> float:
        """Give a row's amount in the reference unit of its flow."""
        return float(row["amount"]) * IN_BASE[row["unit"]] / IN_BASE[self.unit[row["flow_id"]]]

    def is_made(self, row: Any) -> bool:
        return (self.kind[row["flow_id"]], row["direction"]) in MADE and not row.get("is_avoided")

    def list_made(self, process: str) -> dict[Any, float]:
        made: dict[Any, float] = defaultdict(float)
        for row in self.rows[process]:
            if self.is_made(row):
                made[row["flow_id"]] += row["amount"]
        return made

    def find_reference(self, process: str) -> Any:
        return next(row["flow_id"] for row in self.rows[process] if row.get("is_reference"))

    def share_out(self, process: str) -> dict[Any, float]:
        """Give the share of each product of a process in its burdens."""
        rule, made = self.processes[process].get("allocation"), self.list_made(process)
        if len(made) == 1 or rule in ("none", "substitution"):
            return {self.find_reference(process): 1.0}
        if rule in ("as_given", "causal"):
            own = [row for row in self.given if row["process_id"] == process and row["exchange_flow_id"] is None]
            return {row["product_flow_id"]: float(str(row["factor"])) for row in own}
        weight = {flow: amount * self.weigh(str(rule), flow) for flow, amount in made.items()}
        return {flow: each / sum(weight.values()) for flow, each in weight.items()}

    def weigh(self, rule: str, flow: Any) -> float:
        """Give mass, heating value or price of a reference unit."""
        name = {"mass": "mass", "energy": "heating_value_hhv", "economic": "price"}[rule]
        own = {"mass": ("kg", "t"), "energy": ENERGY_UNITS, "economic": ()}[rule]
        return IN_BASE[self.unit[flow]] if self.unit[flow] in own else float(str(self.known[flow, name]))

    def find_share(self, process: str, product: Any, flow: Any) -> float:
        """Give a product's share in one exchange: its own where the allocation is causal and names it."""
        for row in self.given:
            if (row["process_id"], row["product_flow_id"], row["exchange_flow_id"]) == (process, product, flow):
                return float(str(row["factor"]))
        return self.shares[process][product]

    def find_provider(self, row: Any) -> Key:
        flow = row["flow_id"]
        if row.get("provider_id"):
            return row["provider_id"], flow
        if flow in self.markets:
            return "", flow
        (maker,) = (process for process, shares in self.shares.items() if flow in shares)
        return maker, flow

    def list_entries(self) -> Iterator[tuple[str, Place, float]]:
        """Give the entries of A and of B."""
        for process, shares in self.shares.items():
            reference, rule = self.find_reference(process), self.processes[process].get("allocation")
            for product in shares:
                own = (process, product)
                yield "A", (own, own), self.list_made(process)[product]
                for row in self.rows[process]:
                    part = self.find_share(process, product, row["flow_id"]) * row["amount"]
                    if self.kind[row["flow_id"]] == "elementary":
                        yield "B", (row["flow_id"], own), part
                    elif row.get("is_avoided"):
                        yield "A", (self.find_provider(row), own), part
                    elif self.is_made(row):
                        if rule == "substitution" and row["flow_id"] != reference:
                            yield "A", (self.find_provider(row), own), row["amount"]
                    else:
                        yield "A", (self.find_provider(row), own), -part
                        unit = self.unit[row["flow_id"]]
                        if self.processes[process]["stage"] and row["direction"] == "input" and unit in ENERGY_UNITS:
                            yield "B", (SITE_ENERGY, own), part * IN_BASE[unit]
        for flow, mix in self.markets.items():
            yield "A", (("", flow), ("", flow)), 1.0
            for process, share in mix.items():
                yield "A", ((process, flow), ("", flow)), -share / sum(mix.values())


def assemble(tables: Tables) -> Twin:
    """Assemble an inventory given as tables."""
    assembler = Assembler(tables)
    keys = [(process, flow) for process, shares in assembler.shares.items() for flow in shares]
    keys += [("", flow) for flow in assembler.markets]
    kinds = [*sorted(str(flow) for flow, kind in assembler.kind.items() if kind == "elementary"), SITE_ENERGY]
    entries = list(assembler.list_entries())
    return Twin(keys, kinds, *(_number(entries, name, keys, kinds) for name in "AB"))


def _number(entries: list[tuple[str, Place, float]], name: str, keys: list[Key], kinds: list[str]) -> Entries:
    at: dict[Any, int] = {key: k for k, key in enumerate(keys if name == "A" else kinds)}
    activity = {key: k for k, key in enumerate(keys)}
    own = [(at[row], activity[column], value) for which, (row, column), value in entries if which == name]
    rows, columns, values = zip(*own, strict=True) if own else ((), (), ())
    return Entries(np.array(rows, np.int64), np.array(columns, np.int64), np.array(values, np.float64))
