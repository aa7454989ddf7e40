"""The result tables: long (one row an activity, indicator and stage), wide (one row an activity), completeness."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lcaengine.method import SITE_ELECTRICITY, SITE_RENEWABLE
from lcaengine.results.scored import Scored, choose
from lcaengine.results.shares import divide_renewable
from lcaengine.results.status import Status

__all__ = ["IDS", "spell_table", "tabulate_completeness", "to_long", "to_wide"]

IDS = ("supplier_id", "process_id", "product_id", "location")
"""Columns that name an activity."""


def to_long(scored: Scored, coded: bool = False) -> pa.Table:
    """Give the result table, per reference unit and, where the product has a mass or a content, per kg of these.

    Parameters
    ----------
    scored : Scored
    coded : bool
        Whether text stays codes and words (dictionary arrays), a tenth of the size.

    Returns
    -------
    pyarrow.Table
        supplier_id, process_id, product_id, location, indicator, stage, value, unit, per, primary_data_share, status,
        missing_inputs, missing_factors, inventory_hash, method. Split by something else than stages, `by` and `part`
        stand in place of `stage`; of suppliers and locations, parts of zero are left out. With limits also `limit`
        [unit / per] and `p_limit`, the share of draws at most that [1]: of totals, null in rows per kg, since a limit
        is per reference unit.
    """
    n = len(scored)
    own = scored.identity.column("per").combine_chunks()
    elements = sorted(scored.per_content)
    words = pa.concat_arrays([own.dictionary, pa.array(["kg", *(f"kg {each}" for each in elements)], pa.string())])
    codes = own.indices.to_numpy(zero_copy_only=False)
    is_kg = np.array([word == "kg" for word in own.dictionary.to_pylist()], np.bool_)[codes]
    blocks = [(np.arange(n), np.ones(n), codes)]
    others = [np.where(is_kg, np.nan, scored.per_kg), *(scored.per_content[each] for each in elements)]
    for word, factors in enumerate(others, len(own.dictionary)):
        at = np.flatnonzero(np.isfinite(factors))
        blocks.append((at, factors[at], np.full(len(at), word)))
    activity, factor, of_word = (np.concatenate(columns) for columns in zip(*blocks, strict=True))
    order = np.argsort(activity, kind="stable")
    table = _list_rows(scored, activity[order], factor[order], choose(words, of_word[order]), order < n)
    return table if coded else spell_table(table)


def to_wide(scored: Scored, coded: bool = False) -> pa.Table:
    """Give one row an activity, one float column an indicator and stage; constants are in the schema's metadata.

    Returns
    -------
    pyarrow.Table
    """
    columns: dict[str, pa.Array] = {name: scored.identity.column(name) for name in (*IDS, "per")}
    for k, indicator in enumerate(scored.indicators):
        for s, stage in enumerate(scored.parts):
            columns[f"{indicator}.{stage}"] = _nullable(scored.value[:, s, k])
            for name, each in scored.statistics.items():
                columns[f"{indicator}.{stage}.{name}"] = _nullable(each[:, s, k])
        for name, each in scored.chances.items():
            columns[f"{indicator}.total.{name}"] = _nullable(each[:, -1, k])
        columns[f"{indicator}.primary_data_share"] = _nullable(scored.primary_data_share[:, -1, k])
        columns[f"{indicator}.status"] = _name_statuses(scored.status[:, k])
        columns[f"{indicator}.fallback_share"] = _nullable(scored.fallback_share[:, k])
    if {SITE_ELECTRICITY, SITE_RENEWABLE} <= set(scored.indicators):
        every, renewable = (scored.indicators.index(name) for name in (SITE_ELECTRICITY, SITE_RENEWABLE))
        share = divide_renewable(scored.value[:, :, renewable], scored.value[:, :, every])
        for s, stage in enumerate(scored.parts):
            columns[f"electricity_renewable_share.{stage}"] = _nullable(share[:, s])
    columns["unlinked_mass_share"] = _nullable(scored.unlinked_mass_share)
    columns["missing_inputs"] = pa.array(scored.missing_inputs)
    columns["missing_factors"] = pa.array(scored.missing_factors)
    units = {f"unit.{name}": unit for name, unit in zip(scored.indicators, scored.units, strict=True)}
    table = pa.table(columns).replace_schema_metadata({**scored.constants, **units})
    return table if coded else spell_table(table)


def tabulate_completeness(scored: Scored, coded: bool = False) -> pa.Table:
    """Give the completeness record: one row an activity and indicator.

    Parameters
    ----------
    scored : Scored
    coded : bool
        Whether text stays codes and words.

    Returns
    -------
    pyarrow.Table
        supplier_id, process_id, product_id, location, basis (of a market), indicator, status, missing_inputs,
        missing_factors, unlinked_mass_share, indicators_missing, fallback_share.
    """
    n, k = scored.status.shape
    every = np.repeat(np.arange(n), k)
    rows = pa.array(every)
    table = pa.table(
        {
            **{name: scored.identity.column(name).combine_chunks().take(rows) for name in (*IDS, "basis")},
            "indicator": choose(pa.array(scored.indicators, pa.string()), np.tile(np.arange(k), n)),
            "status": _name_statuses(scored.status.reshape(-1)),
            "missing_inputs": pa.array(scored.missing_inputs[every]),
            "missing_factors": pa.array(scored.missing_factors[every]),
            "unlinked_mass_share": _nullable(scored.unlinked_mass_share[every]),
            "indicators_missing": _list_missing(scored).take(rows),
            "fallback_share": _nullable(scored.fallback_share.reshape(-1)),
        }
    )
    return table if coded else spell_table(table)


def _list_missing(scored: Scored) -> pa.DictionaryArray:
    """Name the indicators that every activity lacks, as codes and words: few sets of them occur."""
    missing = scored.status == Status.MISSING
    sets, of = np.unique(missing, axis=0, return_inverse=True) if missing.any() else (missing[:1], 0)
    lacking = [";".join(n for n, m in zip(scored.indicators, row, strict=True) if m) for row in sets.tolist()]
    codes = np.broadcast_to(np.asarray(of, np.int32).reshape(-1), (len(missing),))
    return choose(pa.array(lacking, pa.string()), codes)


def _list_rows(
    scored: Scored,
    activity: NDArray[np.int64],
    factor: NDArray[np.float64],
    per: pa.DictionaryArray,
    is_own: NDArray[np.bool_],
) -> pa.Table:
    """Give the rows of activities, each with its factor and unit: indicator by indicator, part by part.

    A limit is per reference unit: chances to keep it stand where a row is per that.
    """
    _, parts, k = scored.value.shape
    value = (scored.value[activity] * factor[:, None, None]).transpose(0, 2, 1).reshape(-1)
    rows = np.arange(len(value))
    if scored.by in ("supplier", "location"):  # these are many, and most have no part in most
        rows = np.flatnonzero((np.nan_to_num(value) != 0) | (rows % parts == parts - 1))
        value = value[rows]
    line, indicator, part = rows // (parts * k), rows // parts % k, rows % parts
    whose = activity[line]
    statistics = {
        name: _nullable(each[whose, part, indicator] * factor[line]) for name, each in scored.statistics.items()
    }
    for name, each in scored.chances.items():
        statistics[name] = _nullable(np.where(is_own[line], each[whose, part, indicator], np.nan))
    part_names = choose(pa.array(scored.parts, pa.string()), part)
    split = {"stage": part_names}
    if scored.by != "stage":
        split = {"by": _repeat(scored.by, len(rows)), "part": part_names}
    places = pa.array(whose)
    return pa.table(
        {
            **{name: scored.identity.column(name).combine_chunks().take(places) for name in IDS},
            "indicator": choose(pa.array(scored.indicators, pa.string()), indicator),
            **split,
            "value": _nullable(value),
            "unit": choose(pa.array(scored.units, pa.string()), indicator),
            "per": per.take(pa.array(line)),
            "primary_data_share": _nullable(scored.primary_data_share[whose, part, indicator]),
            "status": _name_statuses(scored.status[whose, indicator]),
            "missing_inputs": pa.array(scored.missing_inputs[whose]),
            "missing_factors": pa.array(scored.missing_factors[whose]),
            "inventory_hash": _repeat(scored.constants["inventory_hash"], len(rows)),
            "method": _repeat(scored.constants["method"], len(rows)),
            **statistics,
        }
    )


def spell_table(table: pa.Table) -> pa.Table:
    """Give a table whose text is strings, not codes and words."""
    columns = {
        name: column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column
        for name, column in zip(table.column_names, table.columns, strict=True)
    }
    return pa.table(columns).replace_schema_metadata(table.schema.metadata)


def _repeat(text: str, count: int) -> pa.DictionaryArray:
    return choose(pa.array([text], pa.string()), np.zeros(count, np.int32))


def _nullable(values: NDArray[np.float64]) -> pa.Array:
    """Give numbers, null where they are NaN."""
    missing = np.isnan(values)
    return pa.array(values, mask=missing) if missing.any() else pa.array(values)


def _name_statuses(codes: NDArray[np.int8]) -> pa.DictionaryArray:
    """Give statuses by name, as codes and words."""
    return choose(pa.array([status.name.lower() for status in Status], pa.string()), codes)
