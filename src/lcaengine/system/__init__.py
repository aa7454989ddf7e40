"""The system: A, B and C in sparse form, linked and allocated."""

from lcaengine.system.activities import Activities, ActivityKind
from lcaengine.system.characterization import (
    Burdens,
    Characterization,
    Entries,
    list_entries,
    list_factors,
    make_entries,
    sum_entries,
)
from lcaengine.system.coupling import Coupling, build_coupling, cut_entries, multiply_off_diagonal, transpose
from lcaengine.system.flow_matches import count_flows, list_flows
from lcaengine.system.linking import Fallback
from lcaengine.system.matching import match_factors
from lcaengine.system.site_energy import BOUGHT, BURNED, ELECTRICITY, list_site_energy
from lcaengine.system.system import System, build_system
from lcaengine.system.water import list_water

__all__ = [
    "BOUGHT",
    "BURNED",
    "ELECTRICITY",
    "Activities",
    "ActivityKind",
    "Burdens",
    "Characterization",
    "Coupling",
    "Entries",
    "Fallback",
    "System",
    "build_coupling",
    "build_system",
    "count_flows",
    "cut_entries",
    "list_entries",
    "list_factors",
    "list_flows",
    "list_site_energy",
    "list_water",
    "make_entries",
    "match_factors",
    "multiply_off_diagonal",
    "sum_entries",
    "transpose",
]
