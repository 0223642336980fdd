"""Whether a stream's pair and interval exist, as far as the newest records show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

import candlewick as cw
from candlewick import existence
from candlewick.topic import Record

MINUTE_MS = 60_000


class Reader:
    """A partition in memory, whose first records retention may have deleted."""

    def __init__(self, records: Sequence[Record], start: int = 0) -> None:
        self._records, self._start = records, start

    def starts(self) -> dict[int, int]:
        return {0: self._start}

    def ends(self) -> dict[int, int]:
        return {0: len(self._records)}

    def read(self, starts: Mapping[int, int], ends: Mapping[int, int]) -> Iterator[Sequence[Record]]:
        found = self._records[max(self._start, starts.get(0, len(self._records))) : ends[0]]
        if found:
            yield found


def record(offset: int, interval: str) -> Record:
    return Record(0, offset, offset * MINUTE_MS, b"BTC/USD", f'{{"interval":"{interval}"}}'.encode())


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(existence, "_FIRST_LOOK", 20)
    monkeypatch.setattr(existence, "LOOK_BACK", 100)


def test_an_interval_is_not_refused_if_rows_before_the_searched_ones_may_have_it():
    topic: Any = Reader([record(0, "1d"), *(record(i, "1m") for i in range(1, 200))])
    existence.check_exists(topic, "BTC/USD", "1d", False)
    for interval in ("7m", "tick:5"):
        with pytest.raises(cw.NoSuchInterval, match="There are rows of: 1m"):
            existence.check_exists(topic, "BTC/USD", interval, False)


def test_an_interval_without_a_row_is_refused_if_everything_was_searched():
    for records, start in ((90, 0), (200, 150)):
        topic: Any = Reader([record(i, "1m") for i in range(records)], start)
        with pytest.raises(cw.NoSuchInterval):
            existence.check_exists(topic, "BTC/USD", "1d", False)
