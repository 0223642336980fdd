"""A topic in memory with the clients of confluent-kafka that the package uses, and a writer that moves pairs.

Nothing here waits. Whatever a broker may do at any moment (append, add a partition, deliver some partitions' records before
others', answer late, rebalance) happens when a reader calls, as the random numbers say.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from confluent_kafka import ConsumerGroupState, KafkaError, KafkaException, TopicPartition

from candlewick.topic import Topic


class Message:
    """A record, or the report that a partition has been read to its end."""

    def __init__(self, partition: int, offset: int, at_ms: int, key: bytes, value: bytes | None, error: Any = None) -> None:
        self._partition, self._offset, self._at_ms, self._key, self._value, self._error = (
            partition, offset, at_ms, key, value, error,
        )  # fmt: skip

    def partition(self) -> int:
        return self._partition

    def offset(self) -> int:
        return self._offset

    def timestamp(self) -> tuple[int, int]:
        return 2, self._at_ms

    def key(self) -> bytes:
        return self._key

    def value(self) -> bytes | None:
        return self._value

    def headers(self) -> None:
        return None

    def error(self) -> Any:
        return self._error


class Log:
    """The partitions' records and the groups' commits. `tick` is called before everything that a reader asks for."""

    def __init__(self, chance: random.Random, partitions: int) -> None:
        self.chance = chance
        self.partitions: list[list[Message]] = [[] for _ in range(partitions)]
        self.offsets: list[int] = [0] * partitions
        self.now_ms = 1_767_225_600_000
        self.committed: dict[int, int] = {}
        self.assigned = 0
        """How many partitions the group's leader knew when it assigned them."""
        self.notices = 0.1
        """The chance that the leader notices added partitions at any moment."""
        self.tick: Callable[[], None] = lambda: None

    def append(self, partition: int, key: str, value: bytes | None) -> None:
        """Appends a record; offsets have holes, where transactions ended, and brokers' clocks differ."""
        self.now_ms += self.chance.choice([0, 1, 200, 4_000, 15_000])
        skew = (partition % 3) * 2_000
        self.partitions[partition].append(Message(partition, self.offsets[partition], self.now_ms + skew, key.encode(), value))
        self.offsets[partition] += self.chance.choice([1, 1, 2])

    def grow(self) -> None:
        self.partitions.append([])
        self.offsets.append(0)


def _error(code: int) -> Any:
    return KafkaError(code)


@dataclass(frozen=True)
class MemoryTopic(Topic):
    """The topic of a log."""

    log: Log = field(kw_only=True)

    def consumer(self, group: str | None = None) -> Any:
        return MemoryConsumer(self.log)

    def admin(self) -> Any:
        return MemoryAdmin(self.log, self.name)


class MemoryAdmin:
    """Answers to questions come late, and say how the topic was at some moment in between."""

    def __init__(self, log: Log, name: str) -> None:
        self._log, self._name = log, name

    def list_offsets(self, asked: Iterable[TopicPartition], **_: Any) -> dict[TopicPartition, Future[Any]]:
        return {one: self._late(lambda one=one: SimpleNamespace(offset=self._log.offsets[one.partition])) for one in asked}

    def describe_topics(self, topics: Any, **_: Any) -> dict[str, Future[Any]]:
        def described() -> Any:
            return SimpleNamespace(partitions=[SimpleNamespace(id=p) for p in range(len(self._log.partitions))])

        return {self._name: self._late(described)}

    def describe_consumer_groups(self, groups: list[str], **_: Any) -> dict[str, Future[Any]]:
        def described() -> Any:
            assigned = [TopicPartition(self._name, p) for p in range(self._log.assigned)]
            member = SimpleNamespace(assignment=SimpleNamespace(topic_partitions=assigned))
            return SimpleNamespace(state=ConsumerGroupState.STABLE, members=[member])

        return {groups[0]: self._late(described)}

    def _late(self, answer: Callable[[], Any]) -> Future[Any]:
        self._log.tick()
        return _Late(self._log, answer())


class _Late(Future[Any]):
    """Done after some questions whether it is; at once for a caller that waits."""

    def __init__(self, log: Log, value: Any) -> None:
        super().__init__()
        self._log, self._value, self._left = log, value, log.chance.randrange(4)

    def done(self) -> bool:
        self._left -= 1
        return self._left < 0

    def result(self, timeout: float | None = None) -> Any:
        self._log.tick()
        return self._value


class MemoryConsumer:
    """Delivers any number of any partition's records next."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._positions: dict[int, int] = {}
        self._paused: set[int] = set()
        self._reported: set[int] = set()
        self._subscribed: Any = None

    def list_topics(self, name: str, timeout: float) -> Any:
        self._log.tick()
        partitions = dict.fromkeys(range(len(self._log.partitions)))
        return SimpleNamespace(topics={name: SimpleNamespace(error=None, partitions=partitions)})

    def get_watermark_offsets(self, one: TopicPartition, timeout: float) -> tuple[int, int]:
        self._log.tick()
        return 0, self._log.offsets[one.partition]

    def incremental_assign(self, partitions: Iterable[TopicPartition]) -> None:
        self._positions.update({one.partition: max(0, one.offset) for one in partitions})

    def subscribe(self, _topics: Any, on_assign: Any, on_revoke: Any, on_lost: Any) -> None:
        self._subscribed = on_assign, on_revoke, on_lost

    def pause(self, partitions: Iterable[TopicPartition]) -> None:
        self._paused |= {one.partition for one in partitions}

    def resume(self, partitions: Iterable[TopicPartition]) -> None:
        self._paused -= {one.partition for one in partitions}

    def committed(self, partitions: Iterable[TopicPartition], timeout: float) -> list[TopicPartition]:
        return [TopicPartition(p.topic, p.partition, self._log.committed.get(p.partition, -1001)) for p in partitions]

    def commit(self, offsets: Iterable[TopicPartition], asynchronous: bool) -> None:
        self._log.committed.update({one.partition: one.offset for one in offsets})

    def close(self) -> None:
        if self._subscribed is not None and self._positions:
            self._subscribed[1](self, [])
        self._positions.clear()

    def consume(self, at_most: int, timeout: float) -> list[Message]:
        self._log.tick()
        self._rebalance()
        found: list[Message] = []
        for p in self._log.chance.sample(sorted(self._positions), len(self._positions)):
            if p in self._paused or len(found) >= at_most or self._log.chance.random() < 0.5:
                continue
            left = [one for one in self._log.partitions[p] if one.offset() >= self._positions[p]]
            some = left[: self._log.chance.choice([1, 3, 50])][: at_most - len(found)]
            if some:
                found += some
                self._reported.discard(p)
                self._positions[p] = some[-1].offset() + 1
            elif p not in self._reported and not left:
                self._reported.add(p)
                self._positions[p] = self._log.offsets[p]
                end = _error(KafkaError._PARTITION_EOF)
                found.append(Message(p, self._positions[p], 0, b"", None, end))
        return found

    def _rebalance(self) -> None:
        """The leader notices added partitions some time later, and assigns all of them."""
        known = len(self._log.partitions)
        if self._subscribed is None or (
            known == len(self._positions) or (self._positions and self._log.chance.random() >= self._log.notices)
        ):
            return
        assign, revoke, _ = self._subscribed
        if self._positions:
            revoke(self, [])
        self._reported.clear()
        self._log.assigned = known
        self._positions = {p: self._log.committed.get(p, 0) for p in range(known)}
        assign(self, [TopicPartition("rows", p) for p in self._positions])


def away() -> KafkaException:
    """The error of a broker that is not there."""
    return KafkaException(_error(KafkaError._TRANSPORT))
