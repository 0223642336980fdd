"""Follows the topic: committed rows, in the order of time within each pair and interval, live."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping
from types import TracebackType
from typing import Any

from confluent_kafka import KafkaException, TopicPartition

from candlewick.errors import BrokerAway, CandlewickError
from candlewick.ordering import Arrived, Row, SeriesOrder
from candlewick.topic import TIMEOUT_S, consume, consumer_for, is_end, is_row

MAX_WAITING = 200_000
"""So many rows are held back for order at the most; beyond it the partitions that they come from are paused."""

_BATCH = 1_000
_POLL_S = 0.2
_LOOK_FOR_PARTITIONS_S = 5.0
_SETTLE_S = 0.25


class RowStream(Iterator[Row]):
    """An endless iterator of rows. Close it, or use it as a context manager; it ends when it is closed.

    With a group it goes on where the group's last reader stopped: a row is done when the next one is asked for. An instance of
    a group has the rows of its own partitions only. A broker that is away later on is waited for.
    """

    def __init__(
        self,
        brokers: str,
        topic: str,
        settings: Mapping[str, Any],
        wanted: tuple[str | None, str | None],
        from_beginning: bool,
        group: str | None,
    ) -> None:
        self._topic = topic
        self._pair, self._interval = wanted
        self._group = group
        self._order = SeriesOrder()
        self._ready: deque[Arrived] = deque()
        self._positions: dict[int, int] = {}
        self._committed: dict[int, int] = {}
        self._paused: set[int] = set()
        self._looked_at = time.monotonic()
        self._settled_at = 0.0
        self._closed = False
        self._consumer = consumer_for(brokers, group, settings)
        try:
            partitions = self._known_partitions()
        except KafkaException as error:
            raise BrokerAway(f"The broker at {brokers} did not answer within {TIMEOUT_S:.0f} s. Is it running?") from error
        if not partitions:
            raise CandlewickError(f"The broker at {brokers} has no topic {topic!r}. Is TOPIC_PREFIX the services' own?")
        if group is None:
            for partition in partitions:
                self._read_from(partition, self._bounds(partition)[0 if from_beginning else 1])
        else:
            if not from_beginning:
                self._begin_at_end(partitions)
            self._consumer.subscribe([topic], on_assign=self._assigned, on_revoke=self._revoked, on_lost=self._revoked)

    def __enter__(self) -> RowStream:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __iter__(self) -> RowStream:
        return self

    def __next__(self) -> Row:
        self._commit()
        while not self._closed:
            row = self.poll(_POLL_S)
            if row is not None:
                return row
        raise StopIteration

    def poll(self, timeout_s: float) -> Row | None:
        """Returns the next row, or None if none came within about the time."""
        if not self._ready:
            self._take(timeout_s)
        while self._ready:
            row = self._ready.popleft().row
            if self._pair in (None, row["pair"]) and self._interval in (None, row["interval"]):
                return row
        return None

    def close(self) -> None:
        """Ends the stream. The row that was returned last counts as not done yet."""
        if not self._closed:
            self._closed = True
            self._consumer.close()

    def _take(self, timeout_s: float) -> None:
        self._look_for_partitions()
        messages = consume(self._consumer, _BATCH, timeout_s)
        for message in messages:
            partition = message.partition()
            if is_end(message):
                self._advance(partition, message.offset())
            elif message.error() is None:
                appended_ms = message.timestamp()[1]
                self._advance(partition, message.offset() + 1, appended_ms)
                if is_row(message):
                    arrived = Arrived(json.loads(message.value()), partition, message.offset(), appended_ms)
                    self._ready.extend(self._order.add(arrived))
        if self._order.waiting > 0:
            self._settle(is_caught_up=not messages)
        self._bound_waiting()

    def _settle(self, is_caught_up: bool) -> None:
        """Releases the rows that have become due.

        The partitions' ends, a request for each, are asked for only when nothing has come: until then other partitions' newer
        records release rows.
        """
        now = time.monotonic()
        if not is_caught_up and now - self._settled_at < _SETTLE_S:
            return
        self._settled_at = now
        self._ready.extend(self._order.settle())
        # Behind rows that the other partitions have passed there is no need to ask.
        if is_caught_up and self._order.waiting > 0 and self._order.wants_ends:
            self._ready.extend(self._order.settle({p: self._bounds(p)[1] for p in self._positions}))

    def _advance(self, partition: int, position: int, appended_ms: int = 0) -> None:
        self._positions[partition] = position
        self._order.reached(partition, position, appended_ms)

    def _bound_waiting(self) -> None:
        """Pauses the partitions that are ahead while too many of their rows wait for the others."""
        ahead = self._order.partitions_waiting() if self._order.waiting > MAX_WAITING else set()
        ahead.discard(self._order.furthest_behind())
        for partition in ahead - self._paused:
            self._consumer.pause([TopicPartition(self._topic, partition)])
        for partition in self._paused - ahead:
            self._consumer.resume([TopicPartition(self._topic, partition)])
        self._paused = ahead

    def _look_for_partitions(self) -> None:
        """Without a group, added partitions are noticed here; with one, by librdkafka."""
        if self._group is not None or time.monotonic() - self._looked_at < _LOOK_FOR_PARTITIONS_S:
            return
        self._looked_at = time.monotonic()
        try:
            for partition in self._known_partitions():
                if partition not in self._positions:
                    self._read_from(partition, 0)
        except KafkaException:
            return

    def _known_partitions(self) -> list[int]:
        metadata = self._consumer.list_topics(self._topic, timeout=TIMEOUT_S).topics[self._topic]
        return [] if metadata.error is not None else sorted(metadata.partitions)

    def _read_from(self, partition: int, offset: int) -> None:
        self._advance(partition, offset)
        self._consumer.incremental_assign([TopicPartition(self._topic, partition, offset)])

    def _begin_at_end(self, partitions: list[int]) -> None:
        """Commits the present ends for a group that is new. Partitions added later are read from their first row."""
        known = self._consumer.committed([TopicPartition(self._topic, p) for p in partitions], timeout=TIMEOUT_S)
        if all(one.offset < 0 for one in known):
            ends = [TopicPartition(self._topic, p, self._bounds(p)[1]) for p in partitions]
            self._consumer.commit(offsets=ends, asynchronous=False)

    def _bounds(self, partition: int) -> tuple[int, int]:
        """The partition's bounds; an end that nothing reaches while the broker is away, so that rows wait."""
        try:
            low, high = self._consumer.get_watermark_offsets(TopicPartition(self._topic, partition), timeout=TIMEOUT_S)
        except KafkaException:
            return 0, 1 << 62
        return low, high

    def _commit(self) -> None:
        """Commits what was returned: nothing that waits, nor what is ready and was not returned yet."""
        if self._group is None or self._closed:
            return
        safe = self._order.safe_positions(self._positions)
        for one in self._ready:
            safe[one.partition] = min(safe[one.partition], one.offset)
        moved = {p: offset for p, offset in safe.items() if self._committed.get(p) != offset}
        if moved:
            self._committed.update(moved)
            offsets = [TopicPartition(self._topic, p, offset) for p, offset in moved.items()]
            self._consumer.commit(offsets=offsets, asynchronous=True)

    def _assigned(self, _consumer: Any, partitions: list[TopicPartition]) -> None:
        """Rows wait for the partitions that are known."""
        for one in partitions:
            self._order.reached(one.partition, 0)

    def _revoked(self, _consumer: Any, _partitions: Any) -> None:
        """Rows that wait are not committed: whoever reads the partitions next reads them again."""
        self._order.forget()
        self._ready.clear()
        self._positions.clear()
        self._committed.clear()
        self._paused.clear()


class AsyncRowStream:
    """The same for asyncio: `async for row in stream`. Rows are polled for in a thread of its own."""

    def __init__(self, stream: RowStream) -> None:
        self._stream = stream

    async def __aenter__(self) -> AsyncRowStream:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def __aiter__(self) -> AsyncIterator[Row]:
        return self._rows()

    async def _rows(self) -> AsyncIterator[Row]:
        done = object()
        while (row := await asyncio.to_thread(next, self._stream, done)) is not done:
            assert isinstance(row, dict)
            yield row

    async def close(self) -> None:
        """Ends the stream."""
        await asyncio.to_thread(self._stream.close)
