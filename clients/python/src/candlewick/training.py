"""Training sets: features, a label by time, and a count of every row that was left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from candlewick.errors import BadRequest, MissingPackage
from candlewick.labels import INCOMPLETE, STATUS_NAMES, Label
from candlewick.rows import PUBLISHED, TIME, type_of
from candlewick.times import duration_ms

_NOT_INPUTS = ("pair", "interval", "source", PUBLISHED)
_MONDAY_MS = 4 * 86_400_000
_WEEK_MS = 604_800_000


@dataclass(frozen=True)
class TrainingSet:
    """`table` has `pair`, `close_time_ms`, the features and the label; a row is known from its close time on.

    `counts` has `rows` (all that were read), `kept`, and for each reason how many were left out.
    """

    table: pa.Table
    features: tuple[str, ...]
    label: str
    counts: Mapping[str, int]

    def to_pandas(self) -> Any:
        """Returns a pandas.DataFrame. Raises MissingPackage without pandas."""
        _need("pandas")
        return self.table.to_pandas()

    def to_polars(self) -> Any:
        """Returns a polars.DataFrame. Raises MissingPackage without Polars."""
        return _need("polars").from_arrow(self.table)


def _need(package: str) -> Any:
    try:
        return import_module(package)
    except ImportError as error:
        raise MissingPackage(package) from error


@dataclass(frozen=True)
class FeatureName:
    """A requested feature: `rsi_14`, or `rsi_14@1h` for the value of another interval."""

    asked: str
    field: str
    interval: str

    @staticmethod
    def parse(text: str, interval: str) -> FeatureName:
        """Reads `field` or `field@interval`; `interval` is what a bare field belongs to."""
        if not isinstance(text, str):
            raise BadRequest(f"{text!r} is not the name of a feature. Write, for example, 'rsi_14' or 'rsi_14@1h'.")
        field, at, other = text.partition("@")
        if not field or (at and not other):
            raise BadRequest(f"{text!r} is not the name of a feature. Write, for example, 'rsi_14' or 'rsi_14@1h'.")
        if field in _NOT_INPUTS:
            raise BadRequest(f"{field!r} is no feature: a model that is given it learns nothing about the next rows.")
        return FeatureName(text, field, other or interval)


def training_table(
    rows: pa.Table,
    others: Mapping[str, pa.Table],
    interval: str,
    features: Sequence[FeatureName],
    label: Label,
    include_incomplete: bool,
) -> TrainingSet:
    """Makes a training set of one interval's rows and of other intervals' rows, all in the order of pair and time."""
    counts = {"rows": len(rows), "incomplete": 0, "not_warm": 0, **dict.fromkeys(STATUS_NAMES.values(), 0)}
    parts = [_pair_part(of_pair, others, interval, features, label, include_incomplete, counts) for of_pair in _by_pair(rows)]
    names = ["pair", "close_time_ms", *(f.asked for f in features), label.name]
    types = [pa.string(), TIME, *(type_of(f.field) for f in features), pa.float64()]
    table = pa.concat_tables(parts) if parts else pa.schema(list(zip(names, types, strict=True))).empty_table()
    counts["kept"] = len(table)
    return TrainingSet(table, tuple(f.asked for f in features), label.name, counts)


def _pair_part(
    rows: pa.Table,
    others: Mapping[str, pa.Table],
    interval: str,
    features: Sequence[FeatureName],
    label: Label,
    include_incomplete: bool,
    counts: dict[str, int],
) -> pa.Table:
    labelled = label.compute(rows, duration_ms(interval))
    complete = pc.fill_null(rows["complete"].combine_chunks(), False)
    columns: dict[str, pa.Array] = {
        "pair": rows["pair"].combine_chunks(),
        "close_time_ms": rows["close_time_ms"].combine_chunks(),
    }
    pair = rows["pair"][0].as_py()
    for feature in features:
        if feature.interval == interval:
            columns[feature.asked] = rows[feature.field].combine_chunks()
            continue
        other = others[feature.interval].filter(pc.equal(others[feature.interval]["pair"], pair))
        columns[feature.asked], is_complete = _last_closed(rows, other, feature)
        complete = pc.and_(complete, is_complete)
    keep = pa.repeat(pa.scalar(True), len(rows))
    if not include_incomplete:
        keep = _leave_out(keep, pc.invert(complete), "incomplete", counts)
    is_cold = pa.repeat(pa.scalar(False), len(rows))
    for feature in features:
        is_cold = pc.or_(is_cold, pc.is_null(columns[feature.asked], nan_is_null=True))
    keep = _leave_out(keep, is_cold, "not_warm", counts)
    for status, reason in STATUS_NAMES.items():
        if status == INCOMPLETE and include_incomplete:
            continue
        keep = _leave_out(keep, pc.equal(labelled.status, status), reason, counts)
    if include_incomplete:
        keep = _leave_out(keep, pc.is_null(labelled.values), STATUS_NAMES[INCOMPLETE], counts)
    columns[label.name] = labelled.values
    return pa.table(columns).filter(keep)


def _leave_out(keep: pa.Array, reason: pa.Array, name: str, counts: dict[str, int]) -> pa.Array:
    left_out = pc.and_(keep, reason)
    counts[name] += pc.sum(left_out).as_py() or 0
    return pc.and_(keep, pc.invert(reason))


def _last_closed(rows: pa.Table, other: pa.Table, feature: FeatureName) -> tuple[pa.Array, pa.Array]:
    """The value of the other interval's last window that has closed by each row's close time; null where it is missing."""
    length = duration_ms(feature.interval)
    times = rows["close_time_ms"].cast(pa.int64()).combine_chunks()
    phase = _MONDAY_MS if length % _WEEK_MS == 0 else 0
    closed = pc.add(pc.multiply(pc.divide(pc.subtract(times, phase), length), length), phase)
    place = pc.index_in(closed, value_set=other["close_time_ms"].cast(pa.int64()).combine_chunks())
    complete = pc.take(other["complete"].combine_chunks(), place)
    return pc.take(other[feature.field].combine_chunks(), place), pc.fill_null(complete, True)


def _by_pair(rows: pa.Table) -> list[pa.Table]:
    """The rows of each pair, which are adjacent."""
    if len(rows) == 0:
        return []
    encoded = rows["pair"].combine_chunks().dictionary_encode()
    counts = {entry["values"]: entry["counts"] for entry in pc.value_counts(encoded.indices).to_pylist()}
    parts, at = [], 0
    for index in range(len(encoded.dictionary)):
        parts.append(rows.slice(at, counts[index]))
        at += counts[index]
    return parts
