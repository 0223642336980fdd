"""Joins what the store has with the rows of the topic that are in no file yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from candlewick.errors import NoSuchFeature, NoSuchInterval, NoSuchPair, NotConnected, StoreEmpty
from candlewick.rows import (
    CANDLE_TYPES,
    PUBLISHED,
    TIME,
    conformed,
    feature_names,
    parse_rows,
    sorted_by_time,
)
from candlewick.store import FeatureStore
from candlewick.topic import TopicReader

_KEY = ("pair", "interval", "open_time_ms")


@dataclass(frozen=True)
class Sources:
    """Where rows come from; at least one is there."""

    store: FeatureStore | None
    topic: TopicReader | None


def read_history(
    sources: Sources,
    pairs: Sequence[str],
    interval: str,
    start_ms: int | None,
    end_ms: int | None,
    columns: Sequence[str] | None = None,
) -> pa.Table:
    """Returns the rows of the pairs that open in [start_ms, end_ms), in the order of pair and time, each once."""
    store, topic = sources.store, sources.topic
    if store is None and topic is None:
        raise NotConnected("There is nothing to read from. Give `connect` a broker, a store, or both.")
    if store is None:
        return _from_topic_alone(_required(topic), pairs, interval, start_ms, end_ms, columns)
    try:
        stored = store.read(pairs, interval, start_ms, end_ms, columns and _with_key(columns))
    except (StoreEmpty, NoSuchInterval, NoSuchPair):
        if topic is None:
            raise
        return _from_topic_alone(topic, pairs, interval, start_ms, end_ms, columns)
    if topic is None:
        return _chosen(stored, columns)
    tail = _tail(store, topic, stored, pairs, interval)
    joined = _joined(stored, in_range(tail, start_ms, end_ms))
    return _chosen(joined, columns)


def _required(topic: TopicReader | None) -> TopicReader:
    assert topic is not None
    return topic


def _with_key(columns: Sequence[str]) -> list[str]:
    return list(dict.fromkeys([*_KEY, *columns]))


def _chosen(table: pa.Table, columns: Sequence[str] | None) -> pa.Table:
    return table if columns is None else table.select(list(columns))


def _from_topic_alone(
    topic: TopicReader,
    pairs: Sequence[str],
    interval: str,
    start_ms: int | None,
    end_ms: int | None,
    columns: Sequence[str] | None,
) -> pa.Table:
    """A row is written after its window has closed, so none that opens at the start or later is older in the topic."""
    starts = topic.first_written_since(start_ms) if start_ms is not None else dict.fromkeys(topic.partitions(), 0)
    everything = read_topic(topic, starts, None)
    of_interval = _where(everything, "interval", [interval])
    if len(of_interval) == 0:
        raise NoSuchInterval(interval, _distinct(everything, "interval"))
    rows = _where(of_interval, "pair", pairs)
    if len(rows) == 0:
        raise NoSuchPair(pairs[0], _distinct(of_interval, "pair"))
    for name in columns or []:
        if name not in rows.column_names:
            raise NoSuchFeature(name, feature_names(rows.column_names))
    return _chosen(sorted_by_time(_unique(in_range(rows, start_ms, end_ms))), columns)


def _tail(store: FeatureStore, topic: TopicReader, stored: pa.Table, pairs: Sequence[str], interval: str) -> pa.Table:
    """The topic's rows that may be in no file yet.

    They begin at the newest range of offsets of which there are files, since the files of that one may not all be there yet.
    A dataset that was not made from the topic has no ranges: there it is the rows written after the newest row's window closed.
    """
    ranges = store.newest_ranges(topic.topic)
    if ranges:
        starts = {p: ranges[p].first if p in ranges else 0 for p in topic.partitions()}
    elif len(stored) > 0:
        oldest = min(_newest_ms(stored, pair) for pair in pairs)
        starts = topic.first_written_since(oldest)
    else:
        starts = dict.fromkeys(topic.partitions(), 0)
    return _where(read_topic(topic, starts, pairs), "interval", [interval])


def _newest_ms(table: pa.Table, pair: str) -> int:
    times = table.filter(pc.equal(table["pair"], pair))["open_time_ms"].cast(pa.int64())
    return int(pc.max(times).as_py() or 0)


def read_topic(topic: TopicReader, starts: dict[int, int], pairs: Sequence[str] | None) -> pa.Table:
    """Returns the topic's rows from the given offsets to its end, of the given pairs or of all."""
    wanted = None if pairs is None else set(pairs)
    parts = []
    for batch in topic.read(starts):
        records = batch if wanted is None else [r for r in batch if r.key in wanted]
        if records:
            parts.append(parse_rows([r.value for r in records], [r.timestamp_ms for r in records]))
    return pa.concat_tables(parts, promote_options="permissive") if parts else _no_rows()


def _no_rows() -> pa.Table:
    return pa.schema([*CANDLE_TYPES.items(), (PUBLISHED, TIME)]).empty_table()


def _where(table: pa.Table, column: str, values: Sequence[str]) -> pa.Table:
    return table.filter(pc.is_in(table[column], value_set=pa.array(values, pa.string())))


def _distinct(table: pa.Table, column: str) -> list[str]:
    return [value for value in table[column].unique().to_pylist() if value is not None]


def in_range(table: pa.Table, start_ms: int | None, end_ms: int | None) -> pa.Table:
    """Returns the rows that open in [start_ms, end_ms)."""
    times = table["open_time_ms"]
    keep = pa.repeat(pa.scalar(True), len(table))
    if start_ms is not None:
        keep = pc.and_(keep, pc.greater_equal(times, pa.scalar(start_ms, pa.int64()).cast(TIME)))
    if end_ms is not None:
        keep = pc.and_(keep, pc.less(times, pa.scalar(end_ms, pa.int64()).cast(TIME)))
    return table.filter(keep)


def _joined(stored: pa.Table, tail: pa.Table) -> pa.Table:
    """The stored rows, and those of the tail that are not among them."""
    if len(tail) == 0:
        return stored
    keys = stored.select(_KEY).append_column("stored", pa.repeat(pa.scalar(True), len(stored)))
    new = tail.join(keys, keys=list(_KEY), join_type="left anti")
    names = list(dict.fromkeys([*stored.column_names, *(new.column_names if _is_whole(stored) else [])]))
    parts = [conformed(stored, names), conformed(new, names)]
    return sorted_by_time(_unique(pa.concat_tables(parts)))


def _is_whole(stored: pa.Table) -> bool:
    """Whether all columns were read, so that those that only newer rows have belong to the result."""
    return set(CANDLE_TYPES) <= set(stored.column_names)


def _unique(table: pa.Table) -> pa.Table:
    """A topic has each row once, unless somebody has reset the services without a topic of its own."""
    if len(table) == 0:
        return table
    indexed = table.select(_KEY).append_column("at", pa.array(range(len(table)), pa.int64()))
    first = indexed.group_by(list(_KEY)).aggregate([("at", "min")])["at_min"]
    return table if len(first) == len(table) else table.take(first)
