"""Chains: what a footprint is made of, and the flows of burdens between who makes it."""

from lcaengine.chains.chain import Chain, choose_activity, follow_chain
from lcaengine.chains.contributions import PARTS, Contributions, list_contributions
from lcaengine.chains.drivers import Drivers, Simulated, list_drivers
from lcaengine.chains.sankey import Sankey, build_sankey

__all__ = [
    "PARTS",
    "Chain",
    "Contributions",
    "Drivers",
    "Sankey",
    "Simulated",
    "build_sankey",
    "choose_activity",
    "follow_chain",
    "list_contributions",
    "list_drivers",
]
