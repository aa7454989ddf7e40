"""lcaengine: energy, water and greenhouse gases per kilogram, for every supplier and product at once.

Examples
--------
>>> import lcaengine as lca
>>> inventory = lca.read_inventory(lca.find_example("two-suppliers"))
>>> method = lca.read_method("core")
>>> footprints = lca.score(inventory, method)
>>> round(footprints.get("ghg", product_id="metal"), 2)
5.4
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from lcaengine.version import __version__ as __version__

if TYPE_CHECKING:
    from lcaengine.chains import Contributions, Drivers, Sankey, build_sankey, list_contributions, list_drivers
    from lcaengine.checking import check
    from lcaengine.comparison import Comparison, Difference, compare, diff
    from lcaengine.errors import DataError, LcaError, MethodError, OutputError, SolveError, UnitError
    from lcaengine.findings import Finding, Findings
    from lcaengine.footprints import Footprints, score
    from lcaengine.inventory import Inventory, read_inventory
    from lcaengine.io.shipped import find_example, list_examples
    from lcaengine.links import apply_links, list_candidates
    from lcaengine.method import Method, list_methods, read_method
    from lcaengine.policy import Policy
    from lcaengine.reports.write import write_results
    from lcaengine.scenarios import Change, Scenarios, change, read_changes, score_scenarios
    from lcaengine.suppliers import score_suppliers, simulate_suppliers
    from lcaengine.system import list_flows
    from lcaengine.uncertainty import Distributions, Pedigree, Samples, draw_values, list_distributions, simulate
    from lcaengine.units import Unit, read_unit

_HOMES = {
    "check": "checking",
    "Contributions": "chains",
    "Drivers": "chains",
    "Sankey": "chains",
    "build_sankey": "chains",
    "list_contributions": "chains",
    "list_drivers": "chains",
    "Comparison": "comparison",
    "compare": "comparison",
    "Difference": "comparison",
    "diff": "comparison",
    "DataError": "errors",
    "LcaError": "errors",
    "MethodError": "errors",
    "OutputError": "errors",
    "SolveError": "errors",
    "UnitError": "errors",
    "Finding": "findings",
    "Findings": "findings",
    "Footprints": "footprints",
    "score": "footprints",
    "Change": "scenarios",
    "Scenarios": "scenarios",
    "change": "scenarios",
    "read_changes": "scenarios",
    "score_scenarios": "scenarios",
    "score_suppliers": "suppliers",
    "simulate_suppliers": "suppliers",
    "Inventory": "inventory",
    "read_inventory": "inventory",
    "find_example": "io.shipped",
    "apply_links": "links",
    "list_candidates": "links",
    "list_examples": "io.shipped",
    "list_flows": "system",
    "Distributions": "uncertainty",
    "Pedigree": "uncertainty",
    "Samples": "uncertainty",
    "simulate": "uncertainty",
    "draw_values": "uncertainty",
    "list_distributions": "uncertainty",
    "Method": "method",
    "list_methods": "method",
    "read_method": "method",
    "Policy": "policy",
    "write_results": "reports.write",
    "Unit": "units",
    "read_unit": "units",
}
"""Where each public name lives; it is imported when it is first used, so that `--help` loads no numeric library."""

__all__ = [
    "Change",
    "Comparison",
    "Contributions",
    "DataError",
    "Difference",
    "Distributions",
    "Drivers",
    "Finding",
    "Findings",
    "Footprints",
    "Inventory",
    "LcaError",
    "Method",
    "MethodError",
    "OutputError",
    "Pedigree",
    "Policy",
    "Samples",
    "Sankey",
    "Scenarios",
    "SolveError",
    "Unit",
    "UnitError",
    "apply_links",
    "build_sankey",
    "change",
    "check",
    "compare",
    "diff",
    "draw_values",
    "find_example",
    "list_candidates",
    "list_contributions",
    "list_distributions",
    "list_drivers",
    "list_examples",
    "list_flows",
    "list_methods",
    "read_changes",
    "read_inventory",
    "read_method",
    "read_unit",
    "score",
    "score_scenarios",
    "score_suppliers",
    "simulate",
    "simulate_suppliers",
    "write_results",
]


def __getattr__(name: str) -> object:
    if name == "formats":  # other people's formats, by their own names
        return import_module("lcaengine.formats")
    if name not in _HOMES:
        raise AttributeError(f"module 'lcaengine' has no attribute {name!r}")
    value: object = getattr(import_module(f"lcaengine.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
