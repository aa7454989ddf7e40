"""Starting: what a command leaves out so that it answers sooner."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType

__all__ = ["leave_out_pandas"]


class _Hidden(MetaPathFinder):
    """Says of pandas that it is not there."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        """Refuse pandas, and leave every other module to others."""
        if fullname == "pandas":
            raise ModuleNotFoundError(f"no module named {fullname!r}", name=fullname)


def leave_out_pandas() -> None:
    """Have pyarrow look for pandas once, and not find it.

    pyarrow imports pandas, which takes longer than scoring 20,000 activities, when it is first given a list or an
    array, to know a Series if it met one. Tables for people and files need none. It looks once; whoever imports pandas
    or asks a table for a data frame afterwards still gets it.
    """
    if "pandas" in sys.modules:
        return
    hidden = _Hidden()
    sys.meta_path.insert(0, hidden)
    try:
        import pyarrow as pa

        pa.array([0])
    finally:
        sys.meta_path.remove(hidden)
