"""Asks the broker where partitions end, without waiting for the answer."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future
from typing import Any

from confluent_kafka import KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]

from candlewick.topic import Topic

_TIMEOUT_S = 5.0


class EndOffsets:
    """One question at a time, in one request for all partitions, over a connection of its own.

    A consumer's connection would answer only after the fetch that is waiting for new records on it.
    """

    def __init__(self, topic: Topic) -> None:
        self._topic = topic
        self._admin: AdminClient | None = None
        self._pending: dict[int, Future[Any]] = {}

    @property
    def is_asked(self) -> bool:
        """Whether an answer is outstanding."""
        return bool(self._pending)

    def ask(self, partitions: Iterable[int]) -> None:
        """Asks for the offset that each partition's next record will get, even if records before it are not committed."""
        if self._admin is None:
            self._admin = AdminClient(self._topic.connection())
        asked = {TopicPartition(self._topic.name, p): OffsetSpec.latest() for p in partitions}  # type: ignore[no-untyped-call]
        found = self._admin.list_offsets(asked, request_timeout=_TIMEOUT_S)
        self._pending = {one.partition: future for one, future in found.items()}

    def answer(self) -> dict[int, int] | None:
        """Returns the ends by partition once all of them have arrived. If one could not be obtained, ask again."""
        if not self._pending or not all(future.done() for future in self._pending.values()):
            return None
        futures, self._pending = self._pending, {}
        try:
            return {partition: future.result().offset for partition, future in futures.items()}
        except KafkaException:
            return None

    def forget(self) -> None:
        """Drops the question, because its answer would be about partitions that are no longer read."""
        self._pending = {}
