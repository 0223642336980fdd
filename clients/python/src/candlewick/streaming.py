"""Follows the topic: committed rows, in the order of time within each pair and interval, live."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any

from confluent_kafka import KafkaError, KafkaException, TopicPartition

from candlewick.ends import EndOffsets
from candlewick.groups import GroupProgress
from candlewick.ordering import Arrived, Row, SeriesOrder
from candlewick.topic import TIMEOUT_S, Topic, consume, is_end, is_row
from candlewick.wanted import Wanted

MAX_WAITING = 200_000
"""The most rows that are held back for order. At this number the partitions that they come from are paused."""

_BATCH = 1_000
_POLL_S = 0.2
"""The longest time in which a poll does not notice Ctrl-C."""
_ANSWER_S = 0.005
_ASK_S = 0.25
_LOOK_FOR_PARTITIONS_S = 5.0
_LOOK_TIMEOUT_S = 1.0
# Decoded first, because `json.loads` guesses the encoding of bytes, which costs about as much as reading the record.
_parsed = json.JSONDecoder().decode


class RowStream(Iterator[Row]):
    """An endless iterator of rows. Close it, or use it as a context manager; it ends when it is closed, and by Ctrl-C.

    With a group it goes on where the group's last reader stopped: a row is done when the next one is asked for. Rows that were
    done in the last second before a crash may come again. An instance of a group has the rows of its own partitions only.
    A broker that is away later on is waited for.
    """

    def __init__(self, topic: Topic, wanted: Wanted, from_beginning: bool, group: str | None) -> None:
        self._topic = topic
        self._wanted = wanted
        self._order = SeriesOrder()
        self._ready: deque[Arrived] = deque()
        self._returned: Arrived | None = None
        self._positions: dict[int, int] = {}
        self._paused: set[int] = set()
        self._looked_at = self._settled_at = time.monotonic()
        self._asked_at = 0
        self._closed = False
        self._ends = EndOffsets(topic)
        self._consumer = topic.consumer(group)
        self._progress = GroupProgress(self._consumer, topic.name) if group is not None else None
        partitions = topic.partitions(self._consumer)
        if group is None:
            for partition in partitions:
                self._read_from(partition, topic.bounds(self._consumer, partition)[0 if from_beginning else 1])
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
        """Ends the stream. The row that was returned last does not count as processed."""
        if self._closed:
            return
        self._closed = True
        if self._progress is not None:
            self._progress.commit(self._done(), waits=True)
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
        self._look_for_partitions()
        messages = consume(self._consumer, _BATCH, timeout_s)
        self._add(messages)
        if self._order.waiting > 0:
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
        """Releases the rows that have become due, and asks for the partitions' ends where rows wait for them.

        While there is more to read, other partitions' newer records release most rows, and this is done now and then.
        """
        ends = self._ends.answer()
        if ends is not None:
            self._ready.extend(self._order.settle(ends, self._asked_at))
        now = time.monotonic()
        if not is_caught_up and now - self._settled_at < _ASK_S:
            return
        self._settled_at = now
        self._ready.extend(self._order.settle())
        if self._order.wants_ends and not self._ends.is_asked:
            self._asked_at = self._order.added
            self._ends.ask(self._order.partitions)

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

    def _look_for_partitions(self) -> None:
        """Without a group, added partitions are noticed here; with one, by librdkafka."""
        if self._progress is not None or time.monotonic() - self._looked_at < _LOOK_FOR_PARTITIONS_S:
            return
        self._looked_at = time.monotonic()
        try:
            known = self._consumer.list_topics(self._topic.name, timeout=_LOOK_TIMEOUT_S).topics[self._topic.name].partitions
        except KafkaException:
            return
        for partition in sorted(known):
            if partition not in self._positions:
                self._read_from(partition, 0)

    def _read_from(self, partition: int, offset: int) -> None:
        self._positions[partition] = offset
        self._order.reached(partition, offset)
        self._consumer.incremental_assign([TopicPartition(self._topic.name, partition, offset)])

    def _begin_at_end(self, partitions: list[int]) -> None:
        """Commits the present ends for a group that is new. Partitions added later are read from their first row."""
        try:
            known = self._consumer.committed([TopicPartition(self._topic.name, p) for p in partitions], timeout=TIMEOUT_S)
            if all(one.offset < 0 for one in known):
                ends = {p: self._topic.bounds(self._consumer, p)[1] for p in partitions}
                offsets = [TopicPartition(self._topic.name, p, end) for p, end in ends.items()]
                self._consumer.commit(offsets=offsets, asynchronous=False)
        except KafkaException as error:
            # A group with readers but no commits refuses a non-member's commit: its first reader has chosen the beginning.
            if error.args[0].code() not in (KafkaError.UNKNOWN_MEMBER_ID, KafkaError.REBALANCE_IN_PROGRESS):
                raise self._topic.away(error) from error

    def _done(self) -> dict[int, int]:
        """The positions for the group's next reader: before rows that wait, are ready, or were returned last."""
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
        """Rows that wait are not committed: whoever reads the partitions next reads them again."""
        self._order.forget()
        self._ends.forget()
        self._ready.clear()
        self._returned = None
        self._positions.clear()
        self._paused.clear()
        if self._progress is not None:
            self._progress.forget()
