"""Follows the topic: committed rows, in the order of time within each pair and interval, live."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, KafkaError, KafkaException, TopicPartition

from candlewick.ends import EndOffsets, TopicEnds
from candlewick.groups import GroupProgress
from candlewick.ordering import Arrived, Row, SeriesOrder
from candlewick.topic import TIMEOUT_S, Topic, consume, is_end, is_row
from candlewick.wanted import Wanted

MAX_WAITING = 200_000
"""Maximum number of rows that are buffered for order. At this number the partitions that they come from are paused."""

CLOSE_S = 5.0
"""Maximum time that closing may take. Work that is not done then continues in the background while the program runs."""

_BATCH = 1_000
_POLL_S = 0.2
"""The longest time in which a poll does not notice Ctrl-C."""
_ANSWER_S = 0.005
_ASK_S = 0.25
_LOOK_FOR_PARTITIONS_S = 5.0
# Decoded first, because `json.loads` guesses the encoding of bytes, which costs about as much as reading the record.
_parsed = json.JSONDecoder().decode


class RowStream(Iterator[Row]):
    """An endless iterator of rows. Close it, or use it as a context manager; it ends when it is closed, and by Ctrl-C.

    With a group it continues where the group's last reader stopped: a row counts as processed when the next one is requested.
    After a crash, rows that were processed in the last second may come again. An instance of a group receives only the rows of
    its own partitions. If the broker becomes unreachable, the stream waits for it.
    """

    def __init__(self, topic: Topic, wanted: Wanted, from_beginning: bool, group: str | None) -> None:
        self._topic = topic
        self._wanted = wanted
        self._order = SeriesOrder()
        self._ready: deque[Arrived] = deque()
        self._returned: Arrived | None = None
        self._positions: dict[int, int] = {}
        self._paused: set[int] = set()
        self._asked_s = self._settled_at = time.monotonic()
        self._asked_at = 0
        self._asked_positions: dict[int, int] = {}
        self._assignment = 0
        self._closed = False
        self._ends = EndOffsets(topic, group)
        self._consumer = topic.consumer(group)
        self._progress = GroupProgress(self._consumer, topic.name) if group is not None else None
        partitions = topic.partitions(self._consumer)
        if group is None:
            present = EndOffsets(topic).now(partitions)
            for partition in sorted(present.partitions):
                self._read_from(partition, 0 if from_beginning else present.offsets.get(partition, 0))
            self._order.knows_all(present.offsets)
            return
        if not from_beginning:
            self._begin_at_end(partitions)
        self._consumer.subscribe([topic.name], on_assign=self._assigned, on_revoke=self._revoked, on_lost=self._lost)

    @property
    def is_ready(self) -> bool:
        """Whether `poll` has a row to return at once."""
        return bool(self._ready)

    @property
    def is_closed(self) -> bool:
        """Whether the stream has ended."""
        return self._closed

    def __enter__(self) -> RowStream:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __iter__(self) -> RowStream:
        return self

    def __next__(self) -> Row:
        try:
            while not self._closed:
                row = self.poll(_POLL_S)
                if row is not None:
                    return row
        except KeyboardInterrupt:
            self.close()
            raise
        raise StopIteration

    def poll(self, timeout_s: float) -> Row | None:
        """Returns the next row, or None if there was none within about the time. The row before it now counts as processed."""
        if not self._ready and not self._closed:
            self._returned = None
            self._fill(timeout_s)
        self._returned = self._ready.popleft() if self._ready else None
        if self._progress is not None and self._progress.is_due and not self._closed:
            self._progress.commit(self._done())
        return None if self._returned is None else self._returned.row

    def close(self) -> None:
        """Commits the processed rows and ends the stream. The row that was returned last does not count as processed.

        It takes at most 5 s: if the broker is away, rows that were processed since the last commit come again.
        """
        if self._closed:
            return
        self._closed = True
        done = self._done()
        # A consumer whose broker is away waits for the end of its session, by default 45 s. It need not: processed rows are
        # committed once a second, and the broker removes the reader from the group after that time in any case.
        leaving = threading.Thread(target=self._leave, args=(done,), name="candlewick-close", daemon=True)
        leaving.start()
        leaving.join(CLOSE_S)

    def _leave(self, done: dict[int, int]) -> None:
        if self._progress is not None:
            self._progress.commit(done, waits=True)
        self._consumer.close()

    def _fill(self, timeout_s: float) -> None:
        """Reads until rows are ready or the time is over."""
        deadline = time.monotonic() + timeout_s
        while True:
            wait_s = max(0.0, min(deadline - time.monotonic(), _POLL_S))
            self._take(min(wait_s, _ANSWER_S) if self._ends.is_asked else wait_s)
            if self._ready or time.monotonic() >= deadline:
                return

    def _take(self, timeout_s: float) -> None:
        messages = consume(self._consumer, _BATCH, timeout_s, assignment=lambda: self._assignment)
        self._add(messages)
        self._settle(is_caught_up=not messages)
        self._bound_waiting()

    def _add(self, messages: list[Any]) -> None:
        """Adds records. A partition's position is noted only at the end of its run of records, which is cheaper."""
        partition, position, appended_ms = -1, 0, 0
        for message in messages:
            if message.partition() != partition:
                self._advance(partition, position, appended_ms)
                partition, position, appended_ms = message.partition(), 0, 0
            if message.error() is not None:
                position = message.offset() if is_end(message) else position
                continue
            appended_ms = message.timestamp()[1]
            position = message.offset() + 1
            if is_row(message) and self._wanted.may_be(message.key(), message.value()):
                self._ready.extend(self._released(message, appended_ms))
        self._advance(partition, position, appended_ms)

    def _released(self, message: Any, appended_ms: int) -> Sequence[Arrived]:
        """Adds a row, and returns the rows that are due now."""
        try:
            row = _parsed(message.value().decode())
            if not self._wanted.has(row):
                return ()
            return self._order.add(Arrived(row, message.partition(), message.offset(), appended_ms))
        except (ValueError, KeyError, TypeError) as error:
            self.close()
            raise self._topic.not_a_row(message.partition(), message.offset(), error) from error

    def _settle(self, is_caught_up: bool) -> None:
        """Releases the rows that have become due, and asks for the partitions and their ends if rows wait for them.

        While there is more to read, newer records of other partitions release most rows, and this runs only occasionally.
        """
        found = self._ends.answer()
        if found is not None:
            self._hear(found)
        now = time.monotonic()
        if self._order.waiting > 0 and (is_caught_up or now - self._settled_at >= _ASK_S):
            self._settled_at = now
            self._ready.extend(self._order.settle())
        if not self._ends.is_asked and self._is_question_due(now):
            self._asked_s = now
            self._asked_at = self._order.added
            self._asked_positions = dict(self._positions)
            self._ends.ask(self._order.partitions)

    def _is_question_due(self, now: float) -> bool:
        """Without a group, added partitions are noticed here; with one, librdkafka notices them."""
        if self._order.wants_ends and self._settled_at == now:
            return True
        return self._progress is None and now - self._asked_s >= _LOOK_FOR_PARTITIONS_S

    def _hear(self, found: TopicEnds) -> None:
        """Reads partitions that were added. Rows that wait for them wait for the next answer, which has their ends."""
        added = found.partitions - set(self._order.partitions)
        if self._progress is None:
            for partition in sorted(added):
                self._read_from(partition, 0)
        elif added:
            # The group is about to distribute them: everything is read again from the committed positions then.
            return
        self._order.knows_all(self._asked_positions)
        self._ready.extend(self._order.settle(None if added else found.offsets, self._asked_at))

    def _advance(self, partition: int, position: int, appended_ms: int = 0) -> None:
        if position > 0:
            self._positions[partition] = position
            self._order.reached(partition, position, appended_ms)

    def _bound_waiting(self) -> None:
        """Pauses the partitions that are ahead while too many of their rows wait for the others."""
        if self._order.waiting <= MAX_WAITING and not self._paused:
            return
        ahead = self._order.partitions_waiting() if self._order.waiting > MAX_WAITING else set()
        ahead.discard(self._order.furthest_behind())
        for partition in ahead - self._paused:
            self._consumer.pause([TopicPartition(self._topic.name, partition)])
        for partition in self._paused - ahead:
            self._consumer.resume([TopicPartition(self._topic.name, partition)])
        self._paused = ahead

    def _read_from(self, partition: int, offset: int) -> None:
        self._positions[partition] = offset
        self._order.reached(partition, offset)
        self._consumer.incremental_assign([TopicPartition(self._topic.name, partition, offset or OFFSET_BEGINNING)])

    def _begin_at_end(self, partitions: list[int]) -> None:
        """Commits the present ends for a group that is new. Partitions added later are read from their first row."""
        try:
            known = self._consumer.committed([TopicPartition(self._topic.name, p) for p in partitions], timeout=TIMEOUT_S)
            if all(one.offset < 0 for one in known):
                present = EndOffsets(self._topic).now(partitions).offsets
                offsets = [TopicPartition(self._topic.name, p, end) for p, end in present.items()]
                self._consumer.commit(offsets=offsets, asynchronous=False)
        except KafkaException as error:
            # A group with readers but no commits refuses a non-member's commit: its first reader has chosen the beginning.
            if error.args[0].code() not in (KafkaError.UNKNOWN_MEMBER_ID, KafkaError.REBALANCE_IN_PROGRESS):
                raise self._topic.away(error) from error

    def _done(self) -> dict[int, int]:
        """The positions for the group's next reader: before rows that wait or are ready, and before the last returned row."""
        safe = self._order.safe_positions(self._positions)
        for one in [*self._ready, *([self._returned] if self._returned is not None else [])]:
            safe[one.partition] = min(safe.get(one.partition, one.offset), one.offset)
        return safe

    def _assigned(self, _consumer: Any, partitions: list[TopicPartition]) -> None:
        """Rows wait for the partitions that are known."""
        for one in partitions:
            self._order.reached(one.partition, 0)

    def _revoked(self, _consumer: Any, _partitions: Any) -> None:
        if self._progress is not None:
            self._progress.commit(self._done(), waits=True)
        self._lost()

    def _lost(self, *_: Any) -> None:
        """Rows that wait are not committed, so the next reader of the partitions reads them again."""
        self._assignment += 1
        self._order.forget()
        self._ends.forget()
        self._ready.clear()
        self._returned = None
        self._positions.clear()
        self._paused.clear()
        if self._progress is not None:
            self._progress.forget()
