"""What all EcoSpold 1 data sets make and take: the first reading, which tells who provides what."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lcaengine.errors import DataError
from lcaengine.formats.ecospold.elements import read_amount, read_attribute, read_group, read_id
from lcaengine.formats.xml import list_elements
from lcaengine.io.source import Source

if TYPE_CHECKING:
    from lxml import etree

__all__ = [
    "AVOIDED",
    "CO_PRODUCT",
    "NATURE",
    "REFERENCE",
    "WASTE",
    "Index",
    "Key",
    "build_index",
    "find_no_process",
    "find_provider",
    "read_key",
    "read_side",
]

REFERENCE, AVOIDED, CO_PRODUCT, WASTE, NATURE = 0, 1, 2, 3, 4
"""Groups of outputs; inputs from nature are 4 too, all other inputs are products."""
_GROUPS = {"inputGroup": (1, 2, 3, 4, 5), "outputGroup": (0, 1, 2, 3, 4)}
NO_PROCESS = {"3": "definitions of elementary flows", "4": "impact categories"}
"""Types of data sets that are no process."""
Key = tuple[str, str]
"""Number and name of an exchange."""


@dataclass(frozen=True, slots=True)
class Index:
    """What all data sets make and take.

    Attributes
    ----------
    makers : dict of str to (Key, ...)
        Products of each data set, by its number, its reference first.
    functions : dict of str to str
        Name of the reference function of each data set.
    products : frozenset of Key
        What is a product somewhere: made, or taken from the technosphere.
    treated : frozenset of Key
        References with a negative amount: wastes.
    shared : frozenset of (bool, str)
        Numbers that stand for things of several names, elementary or not.
    datasets : int
    """

    makers: dict[str, tuple[Key, ...]]
    functions: dict[str, str]
    products: frozenset[Key]
    treated: frozenset[Key]
    shared: frozenset[tuple[bool, str]]
    datasets: int


def build_index(source: Source) -> Index:
    """Build the index from all documents of a source.

    Raises
    ------
    DataError
        If there is no data set, or two have one number.
    """
    outputs: dict[str, list[tuple[bool, Key]]] = {}
    functions: dict[str, str] = {}
    products, treated = set[Key](), set[Key]()
    names: dict[tuple[bool, str], set[str]] = defaultdict(set)
    datasets = 0
    for file in source.names:
        for dataset in list_elements(source, file, "dataset"):
            datasets += 1
            number = read_id(dataset, "number", file)
            where = f"data set {number} in {file}"
            if number in outputs:
                raise DataError(f"data set {number!r} stands twice", where, "keep one of them, or number them anew")
            outputs[number] = []
            if find_no_process(dataset):
                continue
            function = dataset.find("{*}metaInformation/{*}processInformation/{*}referenceFunction")
            functions[number] = "" if function is None else read_attribute(function, "name")
            made: list[tuple[bool, Key]] = []
            for exchange in dataset.iterfind("{*}flowData/{*}exchange"):
                is_input, group = read_side(exchange, where)
                key = read_key(exchange, where)
                names[group == NATURE, key[0]].add(key[1])
                if not is_input and group in (REFERENCE, CO_PRODUCT):
                    made.append((group != REFERENCE, key))
                    if group == REFERENCE and read_amount(exchange, "meanValue", where) < 0:
                        treated.add(key)
                if group != NATURE and (is_input or group != WASTE):
                    products.add(key)
            outputs[number] = sorted(made, key=lambda each: each[0])
    if not datasets:
        fix = "look whether this is the right file and the right format"
        raise DataError("there is no EcoSpold 1 data set in it", source.label, fix)
    makers = {
        number: tuple(key for is_second, key in made if not (is_second and key in treated))
        for number, made in outputs.items()
    }
    shared = frozenset(each for each, called in names.items() if len(called) > 1)
    return Index(makers, functions, frozenset(products), frozenset(treated), shared, datasets)


def find_provider(index: Index, key: Key) -> tuple[str | None, Key]:
    """Find the data set of an exchange's number: it must make that very product, under that number or its own name."""
    made = index.makers.get(key[0], ())
    if key in made:
        return key[0], key
    if made and index.functions[key[0]] == key[1] and made[0][1] == key[1]:
        return key[0], made[0]
    return None, key


def read_side(exchange: etree._Element, where: str) -> tuple[bool, int]:
    """Read whether an exchange goes in, and its group; as :func:`~lcaengine.formats.ecospold.read_group`."""
    return read_group(exchange, _GROUPS, read_attribute(exchange, "name"), where)


def read_key(exchange: etree._Element, where: str) -> Key:
    """Read what tells a flow from others."""
    return read_id(exchange, "number", where), read_id(exchange, "name", where)


def find_no_process(dataset: etree._Element) -> str:
    """Say what a data set is that is no process; empty where it is one."""
    information = dataset.find("{*}metaInformation/{*}processInformation/{*}dataSetInformation")
    return "" if information is None else NO_PROCESS.get(read_attribute(information, "type"), "")
