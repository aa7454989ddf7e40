"""Starting: what a command leaves out so that it answers sooner."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType

__all__ = ["start_lightly"]


class _Absent(MetaPathFinder):
    """Says of a module, to a library that looks for it as it starts, that it is not there."""

    def __init__(self) -> None:
        self.hides_pandas = False

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        """Refuse pandas where it is hidden, scipy.linalg to numba; leave every other module to others."""
        if fullname == "pandas" and self.hides_pandas:
            raise ModuleNotFoundError("pandas is left out", name=fullname)
        if fullname == "scipy.linalg" and _is_starting("numba.np.arraymath"):
            raise ModuleNotFoundError("scipy.linalg is left out of numba", name=fullname)


def start_lightly() -> None:
    """Have pyarrow and numba look once for pandas and scipy.linalg, and not find them.

    pyarrow imports pandas when it is first given a list or an array, to know a Series if it met one; numba imports
    scipy.linalg when it first loads a kernel, for covariances. Each takes as long as scoring 20,000 activities, and
    neither is used there. They look once: whoever imports these modules, or asks a table for a data frame, still gets
    them. Arrow takes its memory from the system, which takes back what is free: its own pool keeps what a table was
    read into, a tenth of the peak.
    """
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")  # heeded when pyarrow is imported
    if any(isinstance(finder, _Absent) for finder in sys.meta_path):
        return
    absent = _Absent()
    sys.meta_path.insert(0, absent)
    if "pandas" not in sys.modules:
        import pyarrow as pa

        absent.hides_pandas = True
        pa.array([0])
        absent.hides_pandas = False


def _is_starting(name: str) -> bool:
    spec = getattr(sys.modules.get(name), "__spec__", None)
    return bool(getattr(spec, "_initializing", False))
