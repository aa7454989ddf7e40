"""Writing results to a file: Parquet, CSV, JSON or Excel, by the file's ending, with the gaps beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from lcaengine.errors import OutputError
from lcaengine.footprints import Footprints, detach
from lcaengine.io.write import FORMATS, check_target
from lcaengine.reports.answer import write_answer
from lcaengine.results import Answer
from lcaengine.version import __version__

if TYPE_CHECKING:
    from lcaengine.scenarios import Scenarios

__all__ = ["answer_of", "describe_run", "write_results"]


def write_results(
    footprints: Footprints | Scenarios, target: str | Path, wide: bool = False, indicators: Sequence[str] = ()
) -> list[Path]:
    """Write the result table to a file, and gaps and completeness to others beside it.

    Parameters
    ----------
    footprints : Footprints or Scenarios
        Beside the results of scenarios stand the changes, as :func:`~lcaengine.read_changes` reads them, and no gaps.
    target : str or Path
        ``out.parquet``, ``.csv``, ``.json`` or ``.xlsx``. The gaps go to ``out.gaps.parquet``, what is complete to
        ``out.completeness.parquet`` and so on; in Excel and JSON they are a part of the same file. Beside a CSV,
        ``out.run.json`` has units, method and hashes.
    wide : bool
        One row an activity, one column an indicator and stage, instead of the long table.
    indicators : sequence of str
        Those of the method that are written, all where none are named.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    LcaError
        If the method has no such indicator.
    OutputError
        If the ending is unknown, the folder is not there, the target is a part of the inventory, or Excel is asked for
        and cannot hold or write it.

    Examples
    --------
    >>> import lcaengine as lca, tempfile, pathlib
    >>> inventory = lca.read_inventory(lca.find_example("two-suppliers"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files = lca.write_results(lca.score(inventory), pathlib.Path(folder) / "out.parquet")
    >>> [file.name for file in files]
    ['out.parquet', 'out.gaps.parquet', 'out.completeness.parquet']
    """
    if not isinstance(footprints, Footprints):
        return _write_others(footprints, target, wide, indicators)
    path = check_target(target, FORMATS, footprints.system.inventory.label)
    answer = answer_of(footprints)
    if indicators:
        answer = replace(answer, scored=answer.scored.keep_indicators(footprints.select(indicators)))
    return write_answer(answer, path, wide)


def _write_others(found: Scenarios, target: str | Path, wide: bool, indicators: Sequence[str]) -> list[Path]:
    from lcaengine.reports.scenarios import write_scenarios  # late: a score needs none of it
    from lcaengine.scenarios import Scenarios

    if not isinstance(found, Scenarios):
        raise OutputError(f"{type(found).__name__} is no result", "", "give what score or score_scenarios returns")
    if wide:
        raise OutputError("scenarios have no wide table", str(target), "leave wide away")
    return write_scenarios(found.select(indicators), target)


def answer_of(footprints: Footprints) -> Answer:
    """Give what footprints come to, and how.

    Returns
    -------
    Answer
    """
    return Answer(detach(footprints), footprints.gaps.coded, describe_run(footprints), footprints.method.sources)


def describe_run(footprints: Footprints) -> dict[str, object]:
    """Describe how the numbers came about: hashes, versions, settings, residual.

    Returns
    -------
    dict
        Plain values, ready for JSON.
    """
    inventory, method = footprints.system.inventory, footprints.method
    return {
        "engine": f"lcaengine {__version__}",
        "inventory": inventory.about.name,
        "inventory_version": inventory.about.version,
        "inventory_hash": inventory.hash,
        **({"changes": list(inventory.changes)} if inventory.changes else {}),
        "boundary": inventory.about.boundary,
        "reference_period": inventory.about.reference_period,
        "method": method.label,
        "method_hash": method.hash,
        "gwp_set": method.gwp_set,
        **footprints.system.policy.to_dict(),
        "markets": dict(sorted(Counter(each for each in footprints.system.activities.basis if each).items())),
        "residual": footprints.residual,
        "sweeps": footprints.sweeps,
        "loops_factorized": footprints.factorized,
        "warnings": len(footprints.warnings),
    }
