"""The steps that answer a job for one part: it is read, its kinds of row are solved, its suppliers are summed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from lcaengine.findings import Finding, Findings, raise_blockers
from lcaengine.inventory import TABLES, report_columns
from lcaengine.io.parts import read_part
from lcaengine.io.store import Store
from lcaengine.results import to_long, to_wide
from lcaengine.suppliers.background import load_background
from lcaengine.suppliers.drawing import Drawing
from lcaengine.suppliers.extended import Extended, extend_background
from lcaengine.suppliers.identity import report_known
from lcaengine.suppliers.part import EXCHANGE_COLUMNS, PROCESS_COLUMNS, SPREAD_COLUMNS, Part, encode_part, list_keys
from lcaengine.suppliers.plan import ONE_PART, Job, Settings, join_digests
from lcaengine.suppliers.probes import Probes, solve_probes
from lcaengine.suppliers.record import Scored, hash_ids
from lcaengine.suppliers.remarks import OFF_CENTER, count_rows, join_warnings
from lcaengine.suppliers.scores import sum_part
from lcaengine.suppliers.table import list_gaps, name_scores

__all__ = ["MEND", "read_suppliers", "score_part", "solve_keys"]


MEND = "mend these rows and run it again: what is written stays"


def name_part(label: str) -> str:
    """Name a part for a message."""
    return "the suppliers" if label in ("", ONE_PART) else f"the suppliers' part {label}"


def score_part(part: Part, probes: Probes, settings: Settings, digest: str) -> Scored:
    """Score the suppliers of a part: a pure function of the part and the probes.

    Parameters
    ----------
    part : Part
    probes : Probes
        With every kind of row of the part.
    settings : Settings
    digest : str
        SHA-256 of the part's files.

    Returns
    -------
    Scored

    Raises
    ------
    DataError
        With every supplier that cannot be scored.
    """
    found = Findings()
    ids = np.sort(hash_ids(part.process_id))
    report_known(part, ids, probes, found)
    at = probes.find(part.keys)
    scores = sum_part(part, at, probes, settings.policy, found, every_share=not settings.wide)
    raise_blockers(found, name_part(part.label), MEND)
    assert scores is not None
    draws = describe_draws(part, probes)
    about = {**settings.about, "residual": probes.residual, **draws}
    constants = {
        "inventory_hash": hashlib.sha256(f"{probes.background.hash}{digest}".encode()).hexdigest(),
        **{name: str(settings.about[name]) for name in ("background_hash", "method", "method_hash")},
        "part": digest,
        "job": settings.digest,
        "lcaengine": json.dumps(about),
    }
    named = name_scores(part, probes, scores, constants)
    if settings.drawing is not None:
        from lcaengine.suppliers.samples import add_samples

        named = add_samples(named, part, at, probes, settings.drawing, found)
        raise_blockers(found, name_part(part.label), MEND)
    write = to_wide if settings.wide else to_long
    table = write(named, coded=True)
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), **constants})
    gaps = list_gaps(part, at, probes, scores)
    return Scored(part.label, table, gaps, settings.digest, digest, probes.residual, ids, draws, part.warnings)


def describe_draws(part: Part, probes: Probes) -> dict[str, float]:
    """Say how the draws of a part came about; nothing where nothing is drawn."""
    drawn = probes.drawn
    if drawn is None:
        return {}
    return {
        "uncertain_exchanges": 0 if part.own is None else len(part.own.distributions),
        "amounts_off_center": count_rows(part.warnings, OFF_CENTER),
        "alike_rows": 0 if part.own is None else part.own.alike,
        "uncertain_in_background": drawn.uncertain,
        "draws_without_answer": len(drawn.infeasible),
        "draws_factorized": drawn.slow,
        "residual_of_draws": drawn.residual,
    }


def read_suppliers(store: Store, name: str, drawing: Drawing | None = None) -> tuple[Part, str]:
    """Read a part and number its rows by kind; where it is drawn, with what is uncertain of them.

    Raises
    ------
    DataError
        With every blocking finding of the part.
    """
    found = Findings()
    more = () if drawing is None else SPREAD_COLUMNS
    processes, first, of_processes = read_part(store, "processes", name, PROCESS_COLUMNS)
    exchanges, second, of_exchanges = read_part(store, "exchanges", name, (*EXCHANGE_COLUMNS, *more))
    part = encode_part(name or ONE_PART, processes, exchanges, found)
    raise_blockers(found, name_part(name), MEND)
    assert part is not None
    if drawing is not None:
        from lcaengine.suppliers.own import list_own_rows

        def read_more(columns: Sequence[str]) -> pa.Table:
            return read_part(store, "exchanges", name, columns)[0]

        own = list_own_rows(part, exchanges, drawing.pedigree, found, read_more)
        part = replace(part, own=own)
        raise_blockers(found, name_part(name), MEND)
    warnings = (*_report_columns(of_processes, of_exchanges), *found.warnings())
    return replace(part, warnings=join_warnings([(name, warnings)])), join_digests(first, second)


def _report_columns(of_processes: Sequence[str], of_exchanges: Sequence[str]) -> tuple[Finding, ...]:
    """Warn of columns that are not of the schema, as an inventory does."""
    found = Findings()
    report_columns(of_processes, TABLES["processes"], found)
    report_columns(of_exchanges, TABLES["exchanges"], found)
    return tuple(found.warnings())


def solve_keys(keys: pa.Table, part: Part | None, job: Job) -> Probes:
    """Solve the background with a probe for each kind of row; those of parts to come that have a fault are left out.

    Parameters
    ----------
    keys : pyarrow.Table
        Kinds of row, each once.
    part : Part or None
        The part whose faults are raised; None to leave out whatever has a fault.
    job : Job

    Raises
    ------
    DataError
        With every fault of the part's own rows.
    """
    faults: dict[int, list[Finding]] = {}
    extended = extend_background(
        load_background(job.background), job.own, job.method, job.settings.policy, keys, faults
    )
    if extended is not None:
        probes = solve_probes(extended, job.method, keys, job.stages, job.background)
        job.keep(probes)
        return probes if job.settings.drawing is None else _draw(extended, probes, job, job.settings.drawing)
    if part is not None:
        _raise_faults(keys, part, faults)
    sound = np.ones(keys.num_rows, np.bool_)
    sound[list(faults)] = False
    return solve_keys(keys.filter(pa.array(sound)), part, job)


def _draw(extended: Extended, probes: Probes, job: Job, drawing: Drawing) -> Probes:
    """Give probes with their draws."""
    from lcaengine.suppliers.drawn import draw_probes

    drawn = draw_probes(extended, job.method, probes.parts, probes.keys.num_rows, drawing, job.show)
    return replace(probes, drawn=drawn)


def _raise_faults(keys: pa.Table, part: Part, faults: Mapping[int, Sequence[Finding]]) -> None:
    """Raise the faults of a part's own kinds of row, each at the first row of it."""
    own = {key: at for at, key in enumerate(list_keys(part.keys))}
    every = list_keys(keys)
    found = Findings()
    for at in sorted(faults):
        code = own.get(every[at], -1)
        for finding in faults[at] if code >= 0 else ():
            rows = int(np.count_nonzero(part.code == code))
            what = finding.what + (f" ({rows} rows of this part)" if rows > 1 else "")
            found.items.append(replace(finding, row=int(part.first_row[code]), what=what))
    raise_blockers(found, name_part(part.label), MEND)
