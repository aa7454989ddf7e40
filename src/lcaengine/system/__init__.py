"""The system: A, B and C in sparse form, linked and allocated."""

from lcaengine.system.activities import Activities, ActivityKind
from lcaengine.system.characterization import Burdens, Characterization, characterize, match_factors
from lcaengine.system.coupling import Coupling, build_coupling, transpose
from lcaengine.system.system import UNLINKED, System, build_system, list_site_energy

__all__ = [
    "UNLINKED",
    "Activities",
    "ActivityKind",
    "Burdens",
    "Characterization",
    "Coupling",
    "System",
    "build_coupling",
    "build_system",
    "characterize",
    "list_site_energy",
    "match_factors",
    "transpose",
]
