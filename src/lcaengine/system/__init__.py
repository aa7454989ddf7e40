"""The system: A, B and C in sparse form, linked and allocated."""

from lcaengine.system.activities import Activities, ActivityKind
from lcaengine.system.characterization import Burdens, Characterization, characterize
from lcaengine.system.coupling import Coupling, build_coupling, transpose
from lcaengine.system.matching import match_factors
from lcaengine.system.site_energy import list_site_energy
from lcaengine.system.system import UNLINKED, System, build_system

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
