"""Puts the rows of each pair and interval into the order of time.

A topic keeps the order within a partition only. Where partitions were added, pairs have moved: a reader that begins at the
oldest record receives a pair's rows from its old and its new partition at the same time. A pair has one writer, which has
finished with the old partition before it writes to the new one. So a row's predecessors are in the topic before it, and they
have come once every other partition has been read either to records that the broker appended later than the row, or up to the
end that it had when the row had been read.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]

SKEW_MS = 10_000
"""The clocks of two brokers, which stamp what they append, differ by less than this."""


@dataclass(frozen=True)
class Arrived:
    """A row and where it was read."""

    row: Row
    partition: int
    offset: int
    appended_ms: int
    """When the broker appended it, Unix ms."""


@dataclass
class _Waiting:
    arrived: Arrived
    needs: dict[int, int] | None
    """For each other partition the position from which on nothing earlier can come from it; None while it is unknown."""


@dataclass
class _Series:
    """One pair's rows of one interval: until when they have been released, and those that wait, the earliest first."""

    closed_ms: int | None = None
    waiting: list[tuple[int, int, _Waiting]] = field(default_factory=list)


class SeriesOrder:
    """Releases rows in the order of time within each series. Pure: it neither reads nor waits."""

    def __init__(self) -> None:
        self._series: dict[tuple[str, str], _Series] = {}
        self._positions: dict[int, int] = {}
        self._appended_ms: dict[int, int] = {}
        self._count = 0
        self.waiting = 0
        """How many rows are held back now."""
        self.wants_ends = False
        """Whether rows came since the last `settle` that wait for other partitions."""

    def reached(self, partition: int, position: int, appended_ms: int = 0) -> None:
        """Notes that everything of the partition before the position has been added.

        `appended_ms` is when the broker appended the last of it. Every partition has to be named once before rows are added.
        """
        self._positions[partition] = max(position, self._positions.get(partition, 0))
        self._appended_ms[partition] = max(appended_ms, self._appended_ms.get(partition, 0))

    def add(self, arrived: Arrived) -> list[Arrived]:
        """Takes a row in. Returns it, and those that waited for it, if it follows the last row of its series."""
        row = arrived.row
        series = self._series.setdefault((row["pair"], row["interval"]), _Series())
        if series.closed_ms is not None and row["close_time_ms"] <= series.closed_ms:
            return []
        self._count += 1
        heapq.heappush(series.waiting, (row["open_time_ms"], self._count, _Waiting(arrived, None)))
        self.waiting += 1
        released = self._due(series)
        self.wants_ends = self.wants_ends or bool(series.waiting)
        return released

    def settle(self, ends: Mapping[int, int] | None = None) -> list[Arrived]:
        """Returns the rows that have become due.

        `ends` are the partitions' ends, asked for after the last row was added. Where `wants_ends` says so, rows may wait for
        them: those behind which other partitions have nothing newer.
        """
        released = []
        for series in self._series.values():
            if ends is not None:
                for _, _, one in series.waiting:
                    if one.needs is None:
                        one.needs = {p: end for p, end in ends.items() if p != one.arrived.partition}
            released += self._due(series)
        if ends is not None:
            self.wants_ends = False
        return released

    def safe_positions(self, positions: Mapping[int, int]) -> dict[int, int]:
        """Returns from where on each partition must be read again after a restart, so that no waiting row is lost."""
        safe = dict(positions)
        for series in self._series.values():
            for _, _, one in series.waiting:
                partition, offset = one.arrived.partition, one.arrived.offset
                safe[partition] = min(safe.get(partition, offset), offset)
        return safe

    def partitions_waiting(self) -> set[int]:
        """Returns the partitions whose rows wait: those that may be paused while the others catch up."""
        return {one.arrived.partition for series in self._series.values() for _, _, one in series.waiting}

    def forget(self) -> None:
        """Drops every waiting row and position, for partitions that are another reader's from now on."""
        self._series.clear()
        self._positions.clear()
        self._appended_ms.clear()
        self.waiting = 0

    def _due(self, series: _Series) -> list[Arrived]:
        released = []
        while series.waiting:
            open_ms, _, first = series.waiting[0]
            if series.closed_ms != open_ms and not self._is_settled(first):
                break
            heapq.heappop(series.waiting)
            self.waiting -= 1
            close_ms = first.arrived.row["close_time_ms"]
            if series.closed_ms is None or close_ms > series.closed_ms:
                series.closed_ms = close_ms
                released.append(first.arrived)
        return released

    def _is_settled(self, one: _Waiting) -> bool:
        return all(p == one.arrived.partition or self._has_passed(p, one) for p in self._positions)

    def _has_passed(self, partition: int, one: _Waiting) -> bool:
        if self._appended_ms[partition] >= one.arrived.appended_ms + SKEW_MS:
            return True
        return one.needs is not None and self._positions[partition] >= one.needs.get(partition, 0)

    def furthest_behind(self) -> int | None:
        """Returns the partition whose last record was appended before those of all others."""
        return min(self._appended_ms, key=lambda p: self._appended_ms[p], default=None)
