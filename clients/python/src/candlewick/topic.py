"""Reads a topic's committed rows. It skips records for the services: those without a value or with the header `control`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from candlewick.errors import BadRequest, BrokerAway, CandlewickError

TIMEOUT_S = 15.0
_DECIDED = (
    "bootstrap.servers",
    "group.id",
    "group.protocol",
    "enable.auto.commit",
    "enable.auto.offset.store",
    "isolation.level",
    "auto.offset.reset",
    "enable.partition.eof",
    "partition.assignment.strategy",
)
"""Settings of librdkafka on which the order of rows and the commits depend."""
_REFUSALS = (
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.GROUP_AUTHORIZATION_FAILED,
    KafkaError.CLUSTER_AUTHORIZATION_FAILED,
)
_BATCH = 10_000
_GATHER_S = 0.02


@dataclass(frozen=True)
class Topic:
    """A topic, the brokers that have it, and librdkafka's settings for reaching them."""

    brokers: str
    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    _failures: list[str] = field(default_factory=list, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name in _DECIDED:
            if name in self.settings:
                raise BadRequest(f"The client decides {name!r} itself, because its order and commits depend on it. Leave it out.")

    def connection(self) -> dict[str, Any]:
        """Returns the settings of a client. It logs nothing: librdkafka retries by itself, and lasting failures are raised."""
        return {"bootstrap.servers": self.brokers, "logger": _SILENT, "error_cb": self._note, **self.settings}

    def consumer(self, group: str | None = None) -> Consumer:
        """Returns a consumer that reads committed records and begins at the oldest one."""
        settings = {
            "group.id": group or "candlewick-python",
            "enable.auto.commit": False,
            "isolation.level": "read_committed",
            "auto.offset.reset": "earliest",
            "allow.auto.create.topics": False,
            "enable.partition.eof": True,
            # Requests for offsets wait behind a fetch that waits for records.
            "fetch.wait.max.ms": 100,
            # How soon a group notices added partitions. librdkafka's 5 minutes would hold back rows behind a hole as long.
            "topic.metadata.refresh.interval.ms": 5_000,
            **self.connection(),
        }
        try:
            return Consumer(settings)
        except KafkaException as error:
            raise BadRequest(f"librdkafka refuses a setting of connect(…, kafka=…): {error.args[0].str()}") from error

    def _note(self, error: KafkaError) -> None:
        """Keeps the last reason for which a connection failed, such as a wrong password."""
        self._failures[:] = [error.str()]

    def admin(self) -> AdminClient:
        """Returns a client for questions about the topic and its groups."""
        return AdminClient(self.connection())

    def partitions(self, consumer: Consumer) -> list[int]:
        """Returns the partitions. Raises BrokerAway, or CandlewickError where there is no such topic."""
        try:
            metadata = consumer.list_topics(self.name, timeout=TIMEOUT_S).topics[self.name]
            if metadata.error is not None or not metadata.partitions:
                raise self._not_there(consumer)
        except KafkaException as error:
            consumer.poll(0)  # Reports why connections failed.
            raise self.away(error) from error
        return sorted(metadata.partitions)

    def _not_there(self, consumer: Consumer) -> CandlewickError:
        topics = consumer.list_topics(timeout=TIMEOUT_S).topics
        alike = ", ".join(sorted(name for name in topics if name.endswith("technical-indicators"))[:20])
        remedy = f"There is {alike}: name one by connect(…, topic='…')" if alike else "Are the services running?"
        return CandlewickError(f"The broker at {self.brokers} has no topic {self.name!r}. {remedy}")

    def bounds(self, consumer: Consumer, partition: int) -> tuple[int, int]:
        """Returns the first retained offset and the offset that the next record will get. Raises BrokerAway."""
        try:
            low, high = consumer.get_watermark_offsets(TopicPartition(self.name, partition), timeout=TIMEOUT_S)
        except KafkaException as error:
            raise self.away(error) from error
        return low, high

    def away(self, error: KafkaException) -> BrokerAway:
        """Returns the error for a broker that does not answer."""
        reason = error.args[0]
        text = reason.str() if isinstance(reason, KafkaError) else str(reason)
        failures = "".join(f" ({one})" for one in self._failures)
        return BrokerAway(
            f"The broker at {self.brokers} did not answer within {TIMEOUT_S:.0f} s: {text}{failures}. "
            "Is it running, and are the address and the settings of TLS and SASL right?"
        )

    def refused(self, error: KafkaException) -> CandlewickError | None:
        """Returns the error for a request that the broker will always refuse; None for any other failure."""
        code = error.args[0].code() if isinstance(error.args[0], KafkaError) else None
        if code not in _REFUSALS:
            return None
        return CandlewickError(
            f"The broker at {self.brokers} refuses to read {self.name!r}: {error.args[0].str()}. Give this user the rights to "
            "describe and read the topic, and those to its group if you use one."
        )

    def not_a_row(self, partition: int, offset: int, error: Exception) -> CandlewickError:
        """Returns the error for a record that cannot be read."""
        return CandlewickError(
            f"The record at offset {offset} of partition {partition} of {self.name!r} is not a feature row: {error!r}. "
            "Is it the topic of technical-indicators?"
        )


class Record(NamedTuple):
    """A row of the topic as it was received."""

    partition: int
    offset: int
    timestamp_ms: int
    key: bytes
    value: bytes


def is_row(message: Any) -> bool:
    """Returns whether a message of confluent-kafka is a row: it has a value and is not a control record."""
    if message.value() is None:
        return False
    headers = message.headers()
    return not headers or all(name != "control" for name, _ in headers)


def is_end(message: Any) -> bool:
    """Returns whether a message of confluent-kafka only reports that its partition has been read to its committed end."""
    error = message.error()
    return error is not None and error.code() == KafkaError._PARTITION_EOF


def consume(
    consumer: Consumer,
    at_most: int,
    timeout_s: float,
    gather_s: float = 0.0,
    assignment: Callable[[], int] = lambda: 0,
) -> list[Any]:
    """Waits for the first message, then at most `gather_s` for as many as requested, and returns the messages that have arrived.

    `Consumer.consume` would wait the whole time for the last one. `assignment` numbers the group's assignments: the first
    message is dropped if another assignment has begun since, which begins at the committed positions again.
    """
    try:
        first: list[Any] = consumer.consume(1, timeout=timeout_s)
        number = assignment()
        if not first:
            return first
        others: list[Any] = consumer.consume(at_most - 1, timeout=gather_s)
        return first + others if assignment() == number else others
    except SystemError as error:
        # confluent-kafka 2.16 may lose the exception of Ctrl-C: "returned NULL without setting an exception".
        raise KeyboardInterrupt from error


class TopicReader:
    """Reads ranges of a topic without a group. Not for use by several threads at a time."""

    def __init__(self, topic: Topic) -> None:
        self.topic = topic
        self._consumer = topic.consumer()

    def close(self) -> None:
        """Closes the connections."""
        self._consumer.close()

    def partitions(self) -> list[int]:
        """Returns the topic's partitions. Raises BrokerAway, or CandlewickError where there is no such topic."""
        return self.topic.partitions(self._consumer)

    def starts(self) -> dict[int, int]:
        """Returns for each partition the offset of its oldest retained record."""
        return {p: self._bounds(p)[0] for p in self.partitions()}

    def ends(self) -> dict[int, int]:
        """Returns for each partition the offset that its next record will get."""
        return {p: self._bounds(p)[1] for p in self.partitions()}

    def first_written_since(self, time_ms: int) -> dict[int, int]:
        """Returns for each partition the first offset whose record was written at the time or later."""
        asked = [TopicPartition(self.topic.name, p, time_ms) for p in self.partitions()]
        try:
            found = self._consumer.offsets_for_times(asked, timeout=TIMEOUT_S)
        except KafkaException as error:
            raise self.topic.away(error) from error
        return {tp.partition: tp.offset if tp.offset >= 0 else self._bounds(tp.partition)[1] for tp in found}

    def read(self, starts: Mapping[int, int], ends: Mapping[int, int] | None = None) -> Iterator[Sequence[Record]]:
        """Yields the rows from the given offsets to those in `ends`, or to the topic's present end, in batches.

        The present end is the partition's end when the reading begins. It does not wait for records behind open transactions.
        """
        bounds = {p: self._bounds(p) for p in starts}
        begin = {p: max(start, bounds[p][0]) for p, start in starts.items()}
        until = {p: min(bounds[p][1], (ends or {}).get(p, bounds[p][1])) for p in starts}
        todo = {p for p in starts if begin[p] < until[p]}
        if not todo:
            return
        self._consumer.assign([TopicPartition(self.topic.name, p, begin[p]) for p in sorted(todo)])
        try:
            while todo:
                batch = []
                for message in self._messages():
                    if is_end(message) or message.offset() >= until[message.partition()]:
                        todo.discard(message.partition())
                    elif is_row(message):
                        batch.append(record_of(message))
                if batch:
                    yield batch
        finally:
            self._consumer.unassign()

    def _bounds(self, partition: int) -> tuple[int, int]:
        return self.topic.bounds(self._consumer, partition)

    def _messages(self) -> Sequence[Any]:
        messages = consume(self._consumer, _BATCH, TIMEOUT_S, _GATHER_S)
        if not messages:
            raise BrokerAway(f"The broker at {self.topic.brokers} sent nothing for {TIMEOUT_S:.0f} s. Is it running?")
        for message in messages:
            if message.error() is not None and not is_end(message):
                raise self.topic.away(KafkaException(message.error()))
        return messages


def record_of(message: Any) -> Record:
    """Returns a message of confluent-kafka as a record."""
    return Record(message.partition(), message.offset(), message.timestamp()[1], message.key() or b"", message.value())


class _Silent:
    def log(self, *_: object) -> None: ...

    debug = info = warning = error = critical = log


_SILENT = _Silent()
