"""Chains: what a footprint is made of, and the flows of burdens between who makes it."""

from lcaengine.chains.chain import Chain, choose_activity, follow_chain
from lcaengine.chains.contributions import PARTS, Contributions, list_contributions
from lcaengine.chains.drivers import Drivers, Simulated, list_drivers
from lcaengine.chains.global_indices import GlobalIndices, find_global_indices
from lcaengine.chains.sankey import Sankey, build_sankey

__all__ = [
    "PARTS",
    "Chain",
    "Contributions",
    "Drivers",
    "GlobalIndices",
    "Sankey",
    "Simulated",
    "build_sankey",
    "choose_activity",
    "find_global_indices",
    "follow_chain",
    "list_contributions",
    "list_drivers",
]
