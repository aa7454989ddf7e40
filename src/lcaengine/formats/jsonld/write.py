"""Writing an inventory as a package of openLCA JSON-LD (schema 2), with a report of what it cannot carry."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lcaengine.errors import OutputError
from lcaengine.formats.imported import Losses, Remark
from lcaengine.formats.jsonld.own import locate, make_uuid, write_own
from lcaengine.formats.jsonld.write_flows import list_flows, open_catalog, to_plain
from lcaengine.formats.jsonld.write_process import Links, link, list_markets, list_processes
from lcaengine.inventory import Inventory
from lcaengine.io.archive import write_zip
from lcaengine.io.write import replace_file
from lcaengine.system import System

__all__ = ["write_jsonld"]

_NO_PLACE = {
    ("suppliers", ""): "suppliers: their ids stay with the processes, their names are not carried",
    ("demand", ""): "bills of materials",
    ("impacts", ""): "declared footprints: their processes are left out, and what they supply has no provider",
    ("processes", "production_amount"): "production amounts of processes",
    (
        "processes",
        "source_id",
    ): "sources of processes: they stand in the documentation, and are read back as one citation",
    ("exchanges", "source_id"): "sources of single exchanges: they stand with those of the process",
    ("exchanges", "data_type"): "data types of single exchanges",
    ("properties", "source_id"): "sources of properties",
    ("properties", "year"): "years of properties",
    ("allocation", "uncertainty_type"): "distributions of allocation factors",
    ("markets", "uncertainty_type"): "distributions of market shares",
    ("sources", "accessed"): "days on which sources were read",
    ("sources", "verified_by"): "who verified a source, and when",
}
"""Tables, or columns that rows fill, for which openLCA has no field."""


def write_jsonld(inventory: Inventory, target: Path, system: System | None = None) -> tuple[Remark, ...]:
    """Write an inventory as a package of openLCA JSON-LD.

    Parameters
    ----------
    inventory : Inventory
    target : Path
        Zip to write.
    system : System, optional
        The inventory as it was linked and allocated. Its markets are written as processes, and who buys from one names
        it; without it there are no markets, and only providers that are named are written.

    Returns
    -------
    tuple of Remark
        What could not be carried, and what was carried in another form.

    Raises
    ------
    OutputError
        If the file cannot be written.

    Notes
    -----
    Ids that are no UUID become one, always the same; they, and what else openLCA has no field for, stand among the
    entity's other properties, where `read_jsonld` finds them. Amounts stand as they were written, in their own unit.

    References
    ----------
    GreenDelta, openLCA schema 2, https://greendelta.github.io/olca-schema/
    """
    losses = Losses()
    catalog = open_catalog(inventory)
    links = link(inventory, system)
    _note_losses(inventory, system, losses)

    def list_entities() -> Iterator[tuple[str, dict[str, Any]]]:
        yield "olca-schema.json", {"version": 2}
        yield from list_flows(inventory, catalog)
        yield from _list_locations(inventory, links)
        yield from _list_sources(inventory)
        yield from list_processes(inventory, catalog, links, losses)
        if system is not None:
            yield from list_markets(system, catalog, links, losses)

    def list_files() -> Iterator[tuple[str, bytes]]:
        for name, content in list_entities():
            yield name, json.dumps(content, ensure_ascii=False, allow_nan=False).encode()

    try:
        with replace_file(target) as beside:
            write_zip(beside, list_files())
    except OSError as error:
        raise OutputError(f"cannot write: {error}", str(target), "check the folder and its free space") from error
    return losses.list()


def _list_locations(inventory: Inventory, links: Links) -> Iterator[tuple[str, dict[str, Any]]]:
    import olca_schema as olca

    codes = {code for code in inventory.processes.location if code}
    exchanges = inventory.exchanges
    codes |= {exchanges.places[at] for at in set(exchanges.place.tolist()) if at >= 0} | set(links.market_places)
    for code in sorted(codes):
        entity = olca.Location(locate(code), code=code, name=code)
        yield f"locations/{entity.id}.json", to_plain(entity)


def _list_sources(inventory: Inventory) -> Iterator[tuple[str, dict[str, Any]]]:
    import olca_schema as olca

    columns = {name: values.to_pylist() for name, values in inventory.frames["sources"].columns.items()}
    for at, source_id in enumerate(columns["source_id"]):
        row: Mapping[str, Any] = {name: values[at] for name, values in columns.items()}
        url = row["url"] or (f"https://doi.org/{row['doi']}" if row["doi"] else None)
        entity = olca.Source(make_uuid("sources", source_id), name=row["citation"], url=url)
        yield f"sources/{entity.id}.json", to_plain(entity) | write_own("sources", row)


def _note_losses(inventory: Inventory, system: System | None, losses: Losses) -> None:
    for (table, column), what in _NO_PLACE.items():
        frame = inventory.frames[table]
        key = next(iter(frame.columns))
        ids = frame.columns[key].to_pylist()
        rows = [at for at in range(len(frame)) if not column or frame.filled(column)[at]] if len(frame) else []
        if rows:
            losses.note(True, what, str(ids[rows[0]]), len(rows))
    columns = "stages, suppliers, data types and own ids: they stand among the other properties, which openLCA ignores"
    if len(inventory.processes):
        losses.note(False, columns, inventory.processes.ids[0].as_py(), len(inventory.processes))
    markets = inventory.frames["markets"]
    if len(markets) and system is None:
        flows = markets.columns["flow_id"].to_pylist()
        what = "markets: without a score nobody knows who buys from which, and they are left out"
        losses.note(True, what, str(flows[0]), len(markets))
    if system is not None and system.policy.basis != "location":
        losses.note(False, f"markets stand as they are by {system.policy.basis}", inventory.about.name)
