"""A user's script with bw2calc: one demand, one method, from a datapackage. ``one_demand.py PACKAGE PRODUCT``."""

from __future__ import annotations

import sys
import warnings

warnings.simplefilter("ignore", UserWarning)  # bw2calc recommends a faster solver; what is installed is in the table

import bw2calc  # noqa: E402
import bw_processing  # noqa: E402
from fsspec.implementations.zip import ZipFileSystem  # noqa: E402

package = bw_processing.load_datapackage(ZipFileSystem(sys.argv[1]))
lca = bw2calc.LCA({int(sys.argv[2]): 1.0}, data_objs=[package])
lca.lci()
lca.lcia()
print(repr(float(lca.score)))
