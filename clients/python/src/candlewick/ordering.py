"""Puts the rows of each pair and interval into the order of time.

A topic keeps the order within a partition only. Where partitions were added, pairs have moved: a reader that begins at the
oldest record receives a pair's rows from its old and its new partition at the same time. A pair has one writer, which has
finished with the old partition before it writes to the new one. So a row's predecessors are in the topic before it, and they
have arrived once every other partition has been read either to records that the broker appended later than the row, or up to
the end that it had when the row had been read. "Every other partition" means every one that existed when the row was appended:
a pair may move to a partition that was just added, and back, before the reader has noticed that partition.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Row = dict[str, Any]

SKEW_MS = 10_000
"""The clocks of two brokers, which stamp what they append, differ by less than this."""

_NEVER_MS = 1 << 62

_Place = tuple[int, int]
"""Orders the rows of a series: opening time, and the number of the bar, which is 0 for an interval of time."""


class Arrived(NamedTuple):
    """A row and where it was read."""

    row: Row
    partition: int
    offset: int
    appended_ms: int
    """When the broker appended it, Unix ms."""


@dataclass(slots=True)
class _Ends:
    """The ends of partitions at some moment. No record behind them can precede a row that was read before that moment."""

    offsets: Mapping[int, int]
    behind: set[int]
    """The partitions that have not been read up to these ends."""


@dataclass(slots=True)
class _Waiting:
    arrived: Arrived
    ends: _Ends | None = None
    """The first ends that were requested after the row had been read; None while they are unknown."""


@dataclass(slots=True)
class _Series:
    """One pair's rows of one interval: the last row that was released, and the rows that wait, earliest first."""

    closed_ms: int | None = None
    place: _Place | None = None
    waiting: list[tuple[_Place, int, _Waiting]] = field(default_factory=list)

    def is_next(self, row: Row, place: _Place) -> bool:
        """Whether the row follows the last one: a window by its time, a bar by its number."""
        if place[1] == 0:
            return bool(self.closed_ms == row["open_time_ms"])
        return self.place is not None and place[1] == self.place[1] + 1

    def release(self, row: Row, place: _Place) -> None:
        self.closed_ms = row["close_time_ms"]
        self.place = place


class SeriesOrder:
    """Releases rows in the order of time within each series. Pure: it neither reads nor waits."""

    def __init__(self) -> None:
        self._series: dict[tuple[str, str], _Series] = {}
        self._positions: dict[int, int] = {}
        self._appended_ms: dict[int, int] = {}
        self._others_passed_ms: dict[int, int] = {}
        self._complete_below: dict[int, int] = {}
        self._ends: list[_Ends] = []
        self._count = 0
        self.waiting = 0
        """How many rows are buffered now."""
        self.wants_ends = False
        """Whether rows wait for ends of other partitions that have not been requested since the rows were added."""

    @property
    def added(self) -> int:
        """How many rows have been added: pass the number at the moment when ends are requested to `settle`."""
        return self._count

    @property
    def partitions(self) -> list[int]:
        """The partitions that were named, whether or not they have had a record."""
        return list(self._positions)

    def reached(self, partition: int, position: int, appended_ms: int = 0) -> None:
        """Notes that every row of the partition before the position has been added.

        `appended_ms` is when the broker appended the last of it. Every partition has to be named once before rows are added.
        """
        self._positions[partition] = max(position, self._positions.get(partition, 0))
        if appended_ms <= self._appended_ms.get(partition, -1):
            return
        self._appended_ms[partition] = appended_ms
        times = self._appended_ms.items()
        self._others_passed_ms = {p: min((ms for q, ms in times if q != p), default=_NEVER_MS) for p in self._appended_ms}

    def knows_all(self, below: Mapping[int, int]) -> None:
        """Notes that every partition has been named that existed when the rows below these offsets were appended."""
        self._complete_below.update(below)

    def add(self, arrived: Arrived) -> Sequence[Arrived]:
        """Adds a row. If it follows the last row of its series, returns it and the rows that waited for it."""
        row = arrived.row
        key = row["pair"], row["interval"]
        series = self._series.get(key)
        if series is None:
            series = self._series[key] = _Series()
        place = row["open_time_ms"], row.get("bar") or 0
        if series.place is not None and place <= series.place:
            return ()
        self._count += 1
        if not series.waiting and (series.is_next(row, place) or self._is_passed(arrived)):
            series.release(row, place)
            return (arrived,)
        heapq.heappush(series.waiting, (place, self._count, _Waiting(arrived)))
        self.waiting += 1
        released = self._due(series)
        self.wants_ends = self.wants_ends or bool(series.waiting)
        return released

    def settle(self, ends: Mapping[int, int] | None = None, asked_at: int | None = None) -> list[Arrived]:
        """Returns the rows that have become due.

        `ends` are the ends of all partitions that exist, requested when `asked_at` rows had been added (by default all of
        them). While `wants_ends` is true, rows wait for them: no newer record of another partition has shown yet that these
        rows are next.
        """
        self._note_ends(ends, self._count if asked_at is None else asked_at)
        released: list[Arrived] = []
        for series in self._series.values():
            if series.waiting:
                released += self._due(series)
        return released

    def safe_positions(self, positions: Mapping[int, int]) -> dict[int, int]:
        """Returns the position from which each partition must be read again after a restart, so that no waiting row is lost."""
        safe = dict(positions)
        for series in self._series.values():
            for _, _, one in series.waiting:
                partition, offset = one.arrived.partition, one.arrived.offset
                safe[partition] = min(safe.get(partition, offset), offset)
        return safe

    def partitions_waiting(self) -> set[int]:
        """Returns the partitions with waiting rows, which may be paused while the others catch up."""
        return {one.arrived.partition for series in self._series.values() for _, _, one in series.waiting}

    def forget(self) -> None:
        """Drops all waiting rows and positions, for partitions that another reader has from now on.

        Rows that were released before are remembered: if they are read again, they are not released again.
        """
        for series in self._series.values():
            series.waiting.clear()
        self._positions.clear()
        self._complete_below.clear()
        self._appended_ms.clear()
        self._others_passed_ms.clear()
        self._ends.clear()
        self.waiting = 0
        self.wants_ends = False

    def furthest_behind(self) -> int | None:
        """Returns the partition whose last record was appended before those of all others."""
        return min(self._appended_ms, key=lambda p: self._appended_ms[p], default=None)

    def _note_ends(self, offsets: Mapping[int, int] | None, asked_at: int) -> None:
        if offsets is not None:
            ends = _Ends(offsets, set(offsets))
            self._ends.append(ends)
            self.wants_ends = False
            for series in self._series.values():
                for _, count, one in series.waiting:
                    if one.ends is None:
                        one.ends = ends if count <= asked_at else None
                        self.wants_ends = self.wants_ends or count > asked_at
        for ends in self._ends:
            ends.behind = {p for p in ends.behind if self._positions.get(p, 0) < ends.offsets[p]}
        self._ends = [ends for ends in self._ends if ends.behind]

    def _due(self, series: _Series) -> list[Arrived]:
        released = []
        while series.waiting:
            place, _, first = series.waiting[0]
            row = first.arrived.row
            if not series.is_next(row, place) and not self._is_passed(first.arrived) and not self._is_at_ends(first):
                break
            heapq.heappop(series.waiting)
            self.waiting -= 1
            if series.place is None or place > series.place:
                series.release(row, place)
                released.append(first.arrived)
        return released

    def _is_passed(self, arrived: Arrived) -> bool:
        """Whether every other partition has been read past the time at which the row was appended."""
        partition = arrived.partition
        if self._others_passed_ms[partition] < arrived.appended_ms + SKEW_MS:
            return False
        return arrived.offset < self._complete_below.get(partition, 0)

    def _is_at_ends(self, one: _Waiting) -> bool:
        """Whether every other partition has been read past the row's time, or up to its end."""
        if one.ends is None:
            return False
        own, until_ms = one.arrived.partition, one.arrived.appended_ms + SKEW_MS
        return all(p == own or self._appended_ms.get(p, 0) >= until_ms for p in one.ends.behind)
