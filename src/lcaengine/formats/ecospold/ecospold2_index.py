"""What all EcoSpold 2 data sets make and take: the first reading, which tells who provides what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from lcaengine.errors import DataError
from lcaengine.formats.ecospold.elements import read_amount, read_group, read_id, read_text

if TYPE_CHECKING:
    from lxml import etree

__all__ = [
    "BY_PRODUCT",
    "NATURE",
    "REFERENCE",
    "STOCK",
    "WASTE",
    "Dataset",
    "Index",
    "build_index",
    "find_turn",
    "read_dataset",
    "read_side",
]

REFERENCE, BY_PRODUCT, WASTE, NATURE, STOCK = 0, 2, 3, 4, 5
"""Groups of outputs; an input of 4 is from nature too, all other inputs are products."""
_INTERMEDIATE = {"inputGroup": (1, 2, 3, 5), "outputGroup": (0, 2, 3, 5)}
_ELEMENTARY = {"inputGroup": (4,), "outputGroup": (4,)}


@dataclass(frozen=True, slots=True)
class Dataset:
    """What one data set makes.

    Attributes
    ----------
    activity : str
        Id of its activity; several data sets of an allocated system may share it.
    reference : str
        Id of its reference product; empty where it has none.
    products : tuple of str
        All that it makes, the reference included, without co-products of amount zero.
    references : int
        How many reference products of an amount other than zero it has.
    """

    activity: str
    reference: str
    products: tuple[str, ...]
    references: int


@dataclass(frozen=True, slots=True)
class Index:
    """What all data sets make and take.

    Attributes
    ----------
    datasets : dict of str to Dataset
        By file.
    processes : dict of str to str
        Id of the process each file becomes.
    providers : dict of (str, str) to str
        Process that makes a product, by activity and product.
    products : frozenset of str
        What is a product somewhere: made, or taken from the technosphere.
    treated : frozenset of str
        Reference products with a negative amount: wastes.
    """

    datasets: dict[str, Dataset]
    processes: dict[str, str]
    providers: dict[tuple[str, str], str]
    products: frozenset[str]
    treated: frozenset[str]


def build_index(documents: Iterable[tuple[str, etree._Element]]) -> Index:
    """Build the index from all documents.

    Parameters
    ----------
    documents : iterable of (str, lxml.etree._Element)
        File and root of each.
    """
    made: dict[str, tuple[str, list[_Made]]] = {}
    products = set[str]()
    for file, root in documents:
        dataset, activity = read_dataset(root, file)
        outputs: list[_Made] = []
        for exchange in dataset.iterfind("{*}flowData/{*}intermediateExchange"):
            is_input, group = read_side(exchange, file)
            flow_id = read_id(exchange, "intermediateExchangeId", file)
            if not is_input and group in (REFERENCE, BY_PRODUCT):
                outputs.append(_Made(flow_id, read_amount(exchange, "amount", file), group))
            if is_input or group in (REFERENCE, BY_PRODUCT):
                products.add(flow_id)
        made[file] = read_id(activity, "id", file), outputs
    treated = {each.flow_id for _, outputs in made.values() for each in outputs if each.is_treated}
    datasets = {file: _build_dataset(file, *each, treated) for file, each in made.items()}
    sharing = Counter(each.activity for each in datasets.values() if each.products)  # the others will be left out
    processes = {
        file: each.activity if sharing[each.activity] < 2 else f"{each.activity}_{each.reference}"
        for file, each in datasets.items()
    }
    first: dict[str, str] = {}
    for file, process_id in processes.items():
        if datasets[file].products and first.setdefault(process_id, file) != file:
            what = f"process {process_id!r} stands twice, in {first[process_id]} and {file}"
            raise DataError(what, file, "keep one of them, or give each its own id")
    providers: dict[tuple[str, str], str] = {}
    for file, each in datasets.items():
        for flow_id in each.products:
            if flow_id == each.reference or (each.activity, flow_id) not in providers:
                providers[each.activity, flow_id] = processes[file]
    return Index(datasets, processes, providers, frozenset(products), frozenset(treated))


@dataclass(frozen=True, slots=True)
class _Made:
    flow_id: str
    amount: float
    group: int

    @property
    def is_treated(self) -> bool:
        return self.group == REFERENCE and self.amount < 0


def _build_dataset(file: str, activity: str, made: list[_Made], treated: set[str]) -> Dataset:
    """Tell the reference product: the one that the file is named by, else the first whose amount is not zero."""
    all_references = [each.flow_id for each in made if each.group == REFERENCE]
    references = [each.flow_id for each in made if each.group == REFERENCE and each.amount != 0] or all_references
    named = PurePath(file).stem.removeprefix(f"{activity}_")
    reference = named if named in references else next(iter(references), "")
    products = tuple(
        each.flow_id
        for each in made
        if each.flow_id == reference
        or (each.amount != 0 and not (each.group == BY_PRODUCT and each.flow_id in treated))
    )
    return Dataset(activity, reference, products, len(set(references)))


def read_dataset(root: etree._Element, file: str) -> tuple[etree._Element, etree._Element]:
    """Find the data set of a document, and its activity.

    Raises
    ------
    DataError
        If it has none.
    """
    for name in ("activityDataset", "childActivityDataset"):
        dataset = root.find(f"{{*}}{name}")
        activity = None if dataset is None else dataset.find("{*}activityDescription/{*}activity")
        if dataset is not None and activity is not None:
            return dataset, activity
    raise DataError(f"{file} holds no activity data set of EcoSpold 2", file, "look whether this is the right format")


def find_turn(index: Index, group: int, flow_id: str) -> float:
    """Tell what turns an output into the use of a treatment that is a product elsewhere; zero where it stays an output.

    A treatment that makes -1 of a waste takes one: x of it sent there is an input of -x. A treatment that makes 1 of
    its service is used as any product.
    """
    if flow_id in index.treated and group in (BY_PRODUCT, WASTE):
        return -1.0
    return 1.0 if group == WASTE and flow_id in index.products else 0.0


def read_side(exchange: etree._Element, where: str) -> tuple[bool, int]:
    """Read whether an exchange goes in, and its group; as :func:`~lcaengine.formats.ecospold.read_group`."""
    groups = _INTERMEDIATE if exchange.tag.endswith("intermediateExchange") else _ELEMENTARY
    return read_group(exchange, groups, read_text(exchange, "name"), where)
