"""Compares the rows of the store with those of the topic, value for value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from candlewick.errors import NotConnected
from candlewick.history import Sources, in_range
from candlewick.rows import PUBLISHED
from candlewick.store import FeatureStore
from candlewick.topic import TopicReader
from candlewick.topic_rows import read_rows
from candlewick.wanted import Wanted

_EXAMPLES = 5


@dataclass
class Parity:
    """The outcome for one interval, in rows."""

    interval: str
    stored: int = 0
    published: int = 0
    missing: int = 0
    """Rows of the topic that the store lacks, although its files reach further."""
    pending: int = 0
    """Rows of the topic that are not in the store yet, because it writes a file only when the file's rows are complete."""
    not_published: int = 0
    """Rows of the store that the retained topic lacks."""
    doubled: int = 0
    different: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def is_equal(self) -> bool:
        """Whether both have the same rows with the same values."""
        return self.missing == self.not_published == self.doubled == self.different == 0


def verify(sources: Sources, start_ms: int, end_ms: int) -> list[Parity]:
    """Compares the rows that open in [start_ms, end_ms) in every interval."""
    if sources.store is None or sources.topic is None:
        raise NotConnected("A parity check needs both: give `connect` a broker and a store.")
    written, pending = _published(sources.store, sources.topic, start_ms, end_ms)
    topic = pa.concat_tables([written, pending], promote_options="permissive")
    may_lack = set(_keys(pending))
    found = []
    known = {*sources.store.intervals(), *topic["interval"].unique().to_pylist()}
    for interval in sorted(known):
        published = topic.filter(pc.equal(topic["interval"], interval))
        found.append(_compare(interval, _stored(sources, interval, start_ms, end_ms, published), published, may_lack))
    return found


def _published(store: FeatureStore, topic: TopicReader, start_ms: int, end_ms: int) -> tuple[pa.Table, pa.Table]:
    """The topic's rows up to the end of the store's files, and the rows behind it."""
    starts = topic.first_written_since(start_ms)
    positions = store.positions(topic.topic.name)
    everything = Wanted(None, None)
    written = read_rows(topic, starts, everything, ends=positions)
    pending = read_rows(topic, {p: max(starts[p], end) for p, end in positions.items() if p in starts}, everything)
    return in_range(written, start_ms, end_ms), in_range(pending, start_ms, end_ms)


def _stored(sources: Sources, interval: str, start_ms: int, end_ms: int, published: pa.Table) -> pa.Table:
    store = sources.store
    assert store is not None
    if interval not in store.intervals():
        return published.slice(0, 0)
    pairs = sorted({*store.pairs(interval), *published["pair"].unique().to_pylist()})
    return store.read(pairs, interval, start_ms, end_ms) if store.has_rows(interval, start_ms, end_ms) else published.slice(0, 0)


def _compare(interval: str, stored: pa.Table, published: pa.Table, may_lack: set[_SeriesKey]) -> Parity:
    names = sorted(({*stored.column_names, *published.column_names}) - {PUBLISHED, "date"})
    left, right = _keyed(stored, names), _keyed(published, names)
    parity = Parity(interval, stored=len(stored), published=len(published))
    parity.doubled = len(stored) - len(left) + len(published) - len(right)
    for key in sorted(left.keys() | right.keys()):
        ours, theirs = left.get(key), right.get(key)
        if ours is None and (interval, *key) in may_lack:
            parity.pending += 1
            continue
        elif ours is None:
            parity.missing += 1
        elif theirs is None:
            parity.not_published += 1
        elif ours != theirs:
            parity.different += 1
        else:
            continue
        if len(parity.examples) < _EXAMPLES:
            parity.examples.append(_example(key, names, ours, theirs))
    return parity


_Key = tuple[str, int, int]
"""Pair, opening time and number of the bar, which is 0 for an interval of time."""
_SeriesKey = tuple[str, str, int, int]
_Values = tuple[object, ...]


def _keyed(table: pa.Table, names: list[str]) -> dict[_Key, _Values]:
    columns = [table.select([n])[n].to_pylist() if n in table.column_names else [None] * len(table) for n in names]
    keys = [(pair, at, bar) for _, pair, at, bar in _keys(table)]
    return dict(zip(keys, zip(*columns, strict=True), strict=True))


def _keys(table: pa.Table) -> Iterator[_SeriesKey]:
    times = table["open_time_ms"].cast(pa.int64()).to_pylist()
    bars = table["bar"].to_pylist() if "bar" in table.column_names else [None] * len(table)
    return zip(table["interval"].to_pylist(), table["pair"].to_pylist(), times, (bar or 0 for bar in bars), strict=True)


def _example(key: _Key, names: list[str], ours: _Values | None, theirs: _Values | None) -> str:
    place = f"{key[0]} at {key[1]}" + (f" (bar {key[2]})" if key[2] else "")
    if ours is None:
        return f"{place} is in the topic only"
    if theirs is None:
        return f"{place} is in the store only"
    pairs = zip(names, ours, theirs, strict=True)
    return f"{place}: " + ", ".join(f"{n} is {a} in the store and {b} in the topic" for n, a, b in pairs if a != b)
