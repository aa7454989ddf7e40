"""Suppliers in parts on many machines: the parts are scored by workers, each for itself."""

from lcaengine.cluster.run import score_on_cluster

__all__ = ["score_on_cluster"]
