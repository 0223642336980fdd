"""Joins the rows of the store with the rows of the topic that are in no file yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from candlewick.errors import NoSuchFeature, NoSuchInterval, NoSuchPair, NotConnected, StoreEmpty
from candlewick.existence import search
from candlewick.rows import CANDLE_TYPES, TIME, conformed, feature_names, sorted_by_time
from candlewick.store import FeatureStore, OffsetRange
from candlewick.times import is_bar
from candlewick.topic import TopicReader
from candlewick.topic_rows import newest_rows, no_rows, read_rows
from candlewick.wanted import Wanted


def _key(interval: str) -> list[str]:
    """The columns that identify a row: several bars may open in one millisecond."""
    return ["pair", "interval", "open_time_ms", *(["bar"] if is_bar(interval) else [])]


@dataclass(frozen=True)
class Sources:
    """The sources of rows. At least one of them is present."""

    store: FeatureStore | None
    topic: TopicReader | None


@dataclass(frozen=True)
class Asked:
    """The requested rows, which open in [start_ms, end_ms), with these columns or all."""

    pairs: Sequence[str]
    interval: str
    start_ms: int | None
    end_ms: int | None
    columns: Sequence[str] | None = None

    @property
    def with_key(self) -> list[str] | None:
        """The requested columns and the columns that identify a row."""
        return None if self.columns is None else list(dict.fromkeys([*_key(self.interval), *self.columns]))


def read_history(sources: Sources, asked: Asked) -> pa.Table:
    """Returns the rows in the order of pair and time, each once.

    Raises NoSuchPair, NoSuchInterval, NoSuchFeature, StoreEmpty or BrokerAway.
    """
    store, topic = sources.store, sources.topic
    if store is None and topic is None:
        raise NotConnected("There is nothing to read from. Give `connect` a broker, a store, or both.")
    if store is None:
        return _from_topic_alone(_required(topic), asked)
    # The topic is read before the files are listed. A file that is finished meanwhile is then read twice, instead of not at all.
    ranges = {} if topic is None else store.newest_ranges(topic.topic.name)
    try:
        stored = store.read(asked.pairs, asked.interval, asked.start_ms, asked.end_ms, asked.with_key)
    except (StoreEmpty, NoSuchInterval):
        if topic is None:
            raise
        return _from_topic_alone(topic, asked)
    tail = no_rows() if topic is None else _tail(topic, ranges, stored, asked)
    _check_pairs(asked.pairs, [stored, tail], lambda: store.pairs(asked.interval))
    joined = _joined(stored, in_range(tail, asked.start_ms, asked.end_ms), _key(asked.interval))
    return _chosen(joined, asked.columns)


def _required(topic: TopicReader | None) -> TopicReader:
    assert topic is not None
    return topic


def _chosen(table: pa.Table, columns: Sequence[str] | None) -> pa.Table:
    return table if columns is None else conformed(table, columns)


def _check_pairs(asked: Sequence[str], found: Sequence[pa.Table], known: Callable[[], Sequence[str]]) -> None:
    """Raises NoSuchPair for a pair without any row. A known pair may have no rows in the requested time."""
    there = {pair for table in found for pair in table["pair"].unique().to_pylist()}
    missing = [pair for pair in asked if pair not in there]
    if missing:
        there.update(known())
    for pair in missing:
        if pair not in there:
            raise NoSuchPair(pair, there)


def _from_topic_alone(topic: TopicReader, asked: Asked) -> pa.Table:
    """A row is written after its window has closed, so no row that opens at the start or later was written before the start."""
    start_ms = asked.start_ms
    starts = topic.first_written_since(start_ms) if start_ms is not None else dict.fromkeys(topic.partitions(), 0)
    rows = read_rows(topic, starts, Wanted(asked.pairs, asked.interval), asked.with_key)
    if set(asked.pairs) - set(rows["pair"].unique().to_pylist()):
        _explain_missing(topic, rows, asked)
    for name in asked.columns or []:
        if len(rows) > 0 and name not in rows.column_names:
            raise NoSuchFeature(name, feature_names(newest_rows(topic).column_names))
    return _chosen(sorted_by_time(_unique(in_range(rows, start_ms, asked.end_ms), _key(asked.interval))), asked.columns)


def _explain_missing(topic: TopicReader, rows: pa.Table, asked: Asked) -> None:
    """Raises an error that explains why a pair has no rows; none if it has older rows, or newer ones than `rows`."""
    missing = set(asked.pairs) - set(rows["pair"].unique().to_pylist())
    found = search(topic, lambda found: all((pair, asked.interval) in found for pair in missing), everywhere=True).series
    if not found:
        raise StoreEmpty(f"The topic {topic.topic.name!r} has no rows yet. Are the services running?")
    known = {pair for pair, interval in found if interval == asked.interval}
    if not known:
        raise NoSuchInterval(asked.interval, {interval for _, interval in found})
    _check_pairs(asked.pairs, [rows], lambda: sorted(known))


def _tail(topic: TopicReader, ranges: Mapping[int, OffsetRange], stored: pa.Table, asked: Asked) -> pa.Table:
    """The topic's rows that may be in no file yet.

    They begin at the newest range of offsets that has files, since that range's files may not all be there yet.
    A dataset that was not made from the topic has no ranges: there it is the rows written after the newest row's window closed.
    """
    partitions = topic.partitions()
    if ranges:
        starts = {p: ranges[p].first if p in ranges else 0 for p in partitions}
    else:
        newest = stored.group_by("pair").aggregate([("open_time_ms", "max")])
        oldest = pc.min(newest["open_time_ms_max"]).cast(pa.int64()).as_py()
        starts = topic.first_written_since(oldest) if len(newest) == len(set(asked.pairs)) else dict.fromkeys(partitions, 0)
    return read_rows(topic, starts, Wanted(asked.pairs, asked.interval), asked.with_key)


def in_range(table: pa.Table, start_ms: int | None, end_ms: int | None) -> pa.Table:
    """Returns the rows that open in [start_ms, end_ms)."""
    times = table["open_time_ms"]
    keep = pa.repeat(pa.scalar(True), len(table))
    if start_ms is not None:
        keep = pc.and_(keep, pc.greater_equal(times, _time(start_ms)))
    if end_ms is not None:
        keep = pc.and_(keep, pc.less(times, _time(end_ms)))
    return table.filter(keep)


def _time(ms: int) -> pa.Scalar:
    return pa.scalar(ms, pa.int64()).cast(TIME)


def _joined(stored: pa.Table, tail: pa.Table, key: list[str]) -> pa.Table:
    """The stored rows, and the rows of the tail that are not stored."""
    if len(tail) == 0:
        return stored
    # Only stored rows from the tail's time can be in the tail, too: joining a year of rows would take longer than reading them.
    recent = stored.filter(pc.greater_equal(stored["open_time_ms"], pc.min(tail["open_time_ms"]))).select(key)
    new = _unique(tail.join(recent, keys=key, join_type="left anti"), key)
    if len(new) == 0:
        return stored
    # Files of versions without bars lack the column `bar`.
    is_whole = set(CANDLE_TYPES) - {"bar"} <= set(stored.column_names)
    names = list(dict.fromkeys([*stored.column_names, *(new.column_names if is_whole else [])]))
    return sorted_by_time(pa.concat_tables([conformed(stored, names), sorted_by_time(conformed(new, names))]))


def _unique(table: pa.Table, key: list[str]) -> pa.Table:
    """A topic has each row once, unless the services were reset without new topics."""
    if len(table) == 0:
        return table
    indexed = table.select(key).append_column("at", pa.array(range(len(table)), pa.int64()))
    first = indexed.group_by(key).aggregate([("at", "min")])["at_min"]
    return table if len(first) == len(table) else table.take(first)
