"""What comes with the engine: factor tables and example inventories, in a wheel and in a checkout alike."""

from __future__ import annotations

from pathlib import Path

from lcaengine.errors import DataError

__all__ = ["find_example", "find_factors", "list_examples"]

_PACKAGE = Path(__file__).resolve().parents[1]


def find_factors() -> Path:
    """Give the folder of the methods that come with the engine."""
    return _find("factors")


def list_examples() -> list[str]:
    """Name the example inventories that come with the engine.

    Returns
    -------
    list of str

    Examples
    --------
    >>> "neodymium-magnet" in list_examples()
    True
    """
    return sorted(toml.parent.name for toml in _find("examples").glob("*/inventory.toml"))


def find_example(name: str) -> Path:
    """Give the folder of an example inventory.

    Parameters
    ----------
    name : str
        Name, as :func:`list_examples` gives it.

    Returns
    -------
    Path
        A folder that :func:`~lcaengine.read_inventory` reads.

    Raises
    ------
    DataError
        If there is none of that name.

    Examples
    --------
    >>> find_example("neodymium-magnet").name
    'neodymium-magnet'
    """
    if name not in list_examples():
        fix = f"choose one of: {', '.join(list_examples())}"
        raise DataError(f"there is no example {name!r}", "", fix, given=name)
    return _find("examples") / name


def _find(name: str) -> Path:
    """Find a folder that a wheel carries inside the package and a checkout beside src."""
    inside = _PACKAGE / "data" / name
    folder = inside if inside.is_dir() else _PACKAGE.parents[1] / name
    if not folder.is_dir():
        raise DataError(f"the folder {name!r} that comes with the engine is not there", str(folder), "install it again")
    return folder
