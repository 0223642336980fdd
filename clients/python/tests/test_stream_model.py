"""The stream of a topic in memory, whose pairs move between partitions that are added while it is read."""

from __future__ import annotations

import json
import random
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import row
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from memory_topic import Log, MemoryConsumer, MemoryTopic

from candlewick import groups, streaming
from candlewick.ends import EndOffsets
from candlewick.groups import GroupProgress
from candlewick.streaming import RowStream
from candlewick.wanted import Wanted

PAIRS = ["A/USD", "B/USD", "C/USD"]
MOST_PARTITIONS = 5


class Writer:
    """Appends each pair's rows in the order of time to the partition that has the pair, and moves pairs."""

    def __init__(self, log: Log, chance: random.Random, restlessness: float) -> None:
        self.log, self._chance, self._restlessness = log, chance, restlessness
        self._places = {pair: chance.randrange(len(log.partitions)) for pair in PAIRS}
        self._at = dict.fromkeys(PAIRS, 0)
        self.written: dict[str, list[int]] = defaultdict(list)

    def step(self) -> None:
        """Does one thing, or nothing."""
        chance = self._chance
        what = chance.random()
        if what < 0.03 and len(self.log.partitions) < MOST_PARTITIONS:
            self.log.grow()
        elif what < 0.03 + self._restlessness:
            self._places[chance.choice(PAIRS)] = chance.randrange(len(self.log.partitions))
        elif what < 0.5:
            for _ in range(chance.choice([1, 1, 5])):
                self.write(chance.choice(PAIRS), self._chance.choice([1, 1, 1, 2]))
        elif what < 0.55:
            self.log.append(chance.randrange(len(self.log.partitions)), "A/USD", None)

    def write(self, pair: str, steps: int = 1, partition: int | None = None) -> None:
        """Appends the pair's next row; more than one step later leaves a hole in time."""
        self._at[pair] += steps
        one = row(self._at[pair], "10s", pair=pair)
        self._places[pair] = self._places[pair] if partition is None else partition
        self.log.append(self._places[pair], pair, json.dumps(one).encode())
        self.written[pair].append(self._at[pair])


@contextmanager
def stopped_clock() -> Iterator[SimpleNamespace]:
    """Time passes only when a test says so."""
    now = SimpleNamespace(s=1_000.0)
    with pytest.MonkeyPatch.context() as patch:
        for module in (streaming, groups):
            patch.setattr(module, "time", SimpleNamespace(monotonic=lambda: now.s))
        yield now


def drained(stream: RowStream, clock: Any, seen: dict[str, list[int]], polls: int = 150) -> None:
    """Polls until nothing has come for long: everything that was written before has been read then."""
    idle = 0
    while idle < polls:
        clock.s += 0.3
        one = stream.poll(0)
        idle = idle + 1 if one is None else 0
        if one is not None:
            seen[one["pair"]].append(one["first_trade_id"])


def poll(stream: RowStream, clock: Any, chance: random.Random, seen: dict[str, list[int]]) -> dict[str, Any] | None:
    """Polls for a while, and returns what the last poll has returned."""
    last = None
    for _ in range(200):
        clock.s += chance.choice([0, 0.01, 0.3, 6])
        last = stream.poll(0)
        if last is not None:
            seen[last["pair"]].append(last["first_trade_id"])
    return last


def stream_of(log: Log, from_beginning: bool, group: str | None = None) -> RowStream:
    return RowStream(MemoryTopic("memory", "rows", log=log), Wanted(None, None), from_beginning, group)


def test_no_row_is_lost_when_a_pair_moves_to_a_new_partition_and_back():
    log = Log(random.Random(1), 1)
    writer = Writer(log, random.Random(1), 0)
    seen: dict[str, list[int]] = defaultdict(list)
    with stopped_clock() as clock, stream_of(log, from_beginning=True) as stream:
        writer.write("A/USD", partition=0)
        drained(stream, clock, seen)
        clock.s += 6
        stream.poll(0)
        log.grow()
        writer.write("A/USD", partition=1)
        # A window is missing before this one, so that nothing shows whether it is the next.
        writer.write("A/USD", steps=2, partition=0)
        for _ in range(20):
            one = stream.poll(0)
            seen["A/USD"] += [] if one is None else [one["first_trade_id"]]
        drained(stream, clock, seen)
    assert seen["A/USD"] == [1, 2, 4]


def test_a_group_waits_until_an_added_partition_is_assigned():
    log = Log(random.Random(1), 2)
    log.notices = 0.0
    writer = Writer(log, random.Random(1), 0)
    seen: dict[str, list[int]] = defaultdict(list)
    with stopped_clock() as clock, stream_of(log, True, "group") as stream:
        writer.write("A/USD", partition=0)
        drained(stream, clock, seen)
        log.grow()
        writer.write("A/USD", partition=2)
        writer.write("A/USD", steps=2, partition=0)
        log.now_ms += 60_000
        # The other partition has been read past the time of the row, which does not show that it is the next.
        writer.write("B/USD", partition=1)
        drained(stream, clock, seen)
        assert seen == {"A/USD": [1]}
        log.notices = 1.0
        drained(stream, clock, seen)
    assert seen == {"A/USD": [1, 2, 4], "B/USD": [1]}


def test_a_stream_begins_at_one_moment_for_all_partitions():
    log = Log(random.Random(1), 2)
    writer = Writer(log, random.Random(1), 0)
    questions = 0

    def tick() -> None:
        nonlocal questions
        questions += 1
        if questions == 2:  # After the first partition's end was asked for, and before the second's.
            writer.write("A/USD", partition=0)
            writer.write("A/USD", partition=1)

    log.tick = tick
    found = EndOffsets(MemoryTopic("memory", "rows", log=log)).now([0, 1])
    assert found.offsets == dict(enumerate(log.offsets))


def test_closing_does_not_wait_for_a_broker_that_does_not_answer(monkeypatch: pytest.MonkeyPatch):
    log = Log(random.Random(1), 1)
    log.notices = 1.0
    Writer(log, random.Random(1), 0).write("A/USD")
    is_back, has_left = threading.Event(), threading.Event()
    monkeypatch.setattr(streaming, "CLOSE_S", 0.05)
    with stopped_clock() as clock:
        stream = stream_of(log, True, "group")
        monkeypatch.setattr(GroupProgress, "is_due", False)
        drained(stream, clock, defaultdict(list))
        monkeypatch.setattr(MemoryConsumer, "commit", lambda *_, **__: is_back.wait())
        monkeypatch.setattr(MemoryConsumer, "close", lambda _: has_left.set())
        stream.close()
        assert not has_left.is_set()
        assert stream.is_closed
        is_back.set()
        assert has_left.wait(60), "it goes on in the background"


def steps(writer: Writer, most: int) -> Callable[[], None]:
    """Lets the writer do something whenever the reader asks for anything, at most so often."""
    left = most

    def step() -> None:
        nonlocal left
        left -= 1
        if left >= 0:
            writer.step()

    return step


_MODEL = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])


@_MODEL
@given(st.integers(0, 2**32), st.integers(1, 3), st.sampled_from([0.02, 0.2]), st.booleans())
def test_every_row_of_a_pair_comes_once_and_in_order_while_pairs_move(
    seed: int, partitions: int, restlessness: float, from_beginning: bool
):
    with stopped_clock() as clock:
        chance = random.Random(seed)
        log = Log(chance, partitions)
        writer = Writer(log, chance, restlessness)
        for _ in range(chance.choice([0, 100])):
            writer.step()
        before = {pair: len(rows) for pair, rows in writer.written.items()}
        log.tick = steps(writer, 4)
        seen: dict[str, list[int]] = defaultdict(list)
        with stream_of(log, from_beginning) as stream:
            after = {pair: len(rows) for pair, rows in writer.written.items()}
            log.tick = steps(writer, 400)
            poll(stream, clock, chance, seen)
            log.tick = lambda: None
            drained(stream, clock, seen)
    for pair, rows in writer.written.items():
        if from_beginning:
            assert seen[pair] == rows
        else:
            # It begins at some moment while it is made, and that is the same moment for all partitions.
            begins = len(rows) - len(seen[pair])
            assert before.get(pair, 0) <= begins <= after.get(pair, 0)
            assert seen[pair] == rows[begins:]


@_MODEL
@given(st.integers(0, 2**32), st.integers(1, 3), st.sampled_from([0.02, 0.2]), st.booleans())
def test_a_group_continues_where_it_stopped_without_loss_and_with_every_pair_in_order(
    seed: int, partitions: int, restlessness: float, from_beginning: bool
):
    with stopped_clock() as clock:
        chance = random.Random(seed)
        log = Log(chance, partitions)
        writer = Writer(log, chance, restlessness)
        for _ in range(chance.choice([0, 100])):
            writer.step()
        log.tick = steps(writer, 4)
        processed: dict[str, int] = {}
        for session in range(4):
            seen: dict[str, list[int]] = defaultdict(list)
            stream = stream_of(log, from_beginning, "group")
            if session == 0:
                begins = {pair: 0 if from_beginning else len(rows) for pair, rows in writer.written.items()}
            log.tick = steps(writer, 100)
            last = poll(stream, clock, chance, seen)
            if session == 3:
                log.tick = lambda: None
                drained(stream, clock, seen)
                last = None
            if session == 3 or chance.random() < 0.5:
                stream.close()  # Else it crashes, and rows since the last commit come again.
            for pair, found in seen.items():
                rows, done = writer.written[pair], processed.get(pair, begins.get(pair, 0))
                assert found == sorted(set(found)), "in order and each once"
                # Rows that were read behind one that waited come again after a restart.
                new = [one for one in found if one not in rows[:done]]
                assert new == rows[done : done + len(new)], "whole"
                is_last_done = last is None or last["pair"] != pair or last["first_trade_id"] not in new
                processed[pair] = done + len(new) - (0 if is_last_done else 1)
            log.tick = steps(writer, 4)
    for pair, rows in writer.written.items():
        assert not rows[processed.get(pair, begins.get(pair, 0)) :], "every row was processed in the end"
