"""Reads a topic's committed rows. Records with the header `control` are for the services and are skipped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from candlewick.errors import BrokerAway, CandlewickError

TIMEOUT_S = 15.0
_BATCH = 10_000
_GATHER_S = 0.02


@dataclass(frozen=True)
class Record:
    """A row of the topic as it came."""

    partition: int
    offset: int
    timestamp_ms: int
    key: str
    value: bytes


def is_row(message: Any) -> bool:
    """Says whether a message of confluent-kafka is a row: it has a value and is no control record."""
    headers = message.headers() or []
    return message.value() is not None and not any(name == "control" for name, _ in headers)


def consume(consumer: Consumer, at_most: int, timeout_s: float) -> list[Any]:
    """Returns what has arrived, waiting for the first message and a moment for others; `Consumer.consume` would wait for all."""
    first: list[Any] = consumer.consume(1, timeout=timeout_s)
    return first + consumer.consume(at_most - 1, timeout=_GATHER_S) if first else first


def is_end(message: Any) -> bool:
    """Says whether a message of confluent-kafka only tells that its partition has been read to its committed end."""
    error = message.error()
    return error is not None and error.code() == KafkaError._PARTITION_EOF


def consumer_for(brokers: str, group: str | None, settings: Mapping[str, Any]) -> Consumer:
    """Returns a consumer that reads committed records and begins at the oldest one."""
    return Consumer(
        {
            "bootstrap.servers": brokers,
            "group.id": group or "candlewick-python",
            "enable.auto.commit": False,
            "isolation.level": "read_committed",
            "auto.offset.reset": "earliest",
            "allow.auto.create.topics": False,
            "enable.partition.eof": True,
            # Requests for offsets wait behind a fetch that waits for records.
            "fetch.wait.max.ms": 100,
            "logger": _SILENT,
            **settings,
        }
    )


class TopicReader:
    """Reads ranges of a topic without a group. Not for use by several threads at a time."""

    def __init__(self, brokers: str, topic: str, settings: Mapping[str, Any]) -> None:
        self.topic = topic
        self._brokers = brokers
        self._consumer = consumer_for(brokers, None, settings)

    def close(self) -> None:
        """Closes the connections."""
        self._consumer.close()

    def partitions(self) -> list[int]:
        """Returns the topic's partitions. Raises BrokerAway, or CandlewickError where there is no such topic."""
        try:
            metadata = self._consumer.list_topics(self.topic, timeout=TIMEOUT_S).topics[self.topic]
        except KafkaException as error:
            raise self._away(error) from error
        if metadata.error is not None or not metadata.partitions:
            raise CandlewickError(
                f"The broker at {self._brokers} has no topic {self.topic!r}. Is TOPIC_PREFIX the services' own?"
            )
        return sorted(metadata.partitions)

    def bounds(self, partition: int) -> tuple[int, int]:
        """Returns the first retained offset and the offset that the next record will get."""
        try:
            low, high = self._consumer.get_watermark_offsets(TopicPartition(self.topic, partition), timeout=TIMEOUT_S)
        except KafkaException as error:
            raise self._away(error) from error
        return low, high

    def first_written_since(self, time_ms: int) -> dict[int, int]:
        """Returns for each partition the first offset whose record was written at the time or later."""
        asked = [TopicPartition(self.topic, p, time_ms) for p in self.partitions()]
        try:
            found = self._consumer.offsets_for_times(asked, timeout=TIMEOUT_S)
        except KafkaException as error:
            raise self._away(error) from error
        return {tp.partition: tp.offset if tp.offset >= 0 else self.bounds(tp.partition)[1] for tp in found}

    def read(self, starts: Mapping[int, int]) -> Iterator[Sequence[Record]]:
        """Yields the rows from the given offsets to the topic's present end, in batches.

        The present end is where the partition ends when the reading begins; what open transactions hold back is not waited for.
        """
        ends = {p: self.bounds(p)[1] for p in starts}
        todo = {p for p, start in starts.items() if max(start, self.bounds(p)[0]) < ends[p]}
        if not todo:
            return
        self._consumer.assign([TopicPartition(self.topic, p, max(starts[p], self.bounds(p)[0])) for p in sorted(todo)])
        try:
            while todo:
                batch = []
                for message in self._messages():
                    if is_end(message) or message.offset() >= ends[message.partition()]:
                        todo.discard(message.partition())
                    elif is_row(message):
                        batch.append(record_of(message))
                if batch:
                    yield batch
        finally:
            self._consumer.unassign()

    def _messages(self) -> Sequence[Any]:
        messages = consume(self._consumer, _BATCH, TIMEOUT_S)
        if not messages:
            raise BrokerAway(f"The broker at {self._brokers} sent nothing for {TIMEOUT_S:.0f} s. Is it running?")
        for message in messages:
            if message.error() is not None and not is_end(message):
                raise self._away(KafkaException(message.error()))
        return messages

    def _away(self, error: KafkaException) -> BrokerAway:
        reason = error.args[0]
        text = reason.str() if isinstance(reason, KafkaError) else str(reason)
        return BrokerAway(f"The broker at {self._brokers} did not answer within {TIMEOUT_S:.0f} s: {text}. Is it running?")


def record_of(message: Any) -> Record:
    """Returns a message of confluent-kafka as a record."""
    key = message.key()
    return Record(
        message.partition(),
        message.offset(),
        message.timestamp()[1],
        key.decode() if key else "",
        message.value(),
    )


class _Silent:
    """librdkafka retries by itself; what fails for good is raised."""

    def log(self, *_: object) -> None: ...

    debug = info = warning = error = critical = log


_SILENT = _Silent()
