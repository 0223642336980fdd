"""Commits how far a group has come."""

from __future__ import annotations

import time
from collections.abc import Mapping

from confluent_kafka import Consumer, KafkaException, TopicPartition

_COMMIT_S = 1.0


class GroupProgress:
    """Commits at most once a second while the reader reads, and at once when it ends."""

    def __init__(self, consumer: Consumer, topic: str) -> None:
        self._consumer, self._topic = consumer, topic
        self._committed: dict[int, int] = {}
        self._committed_at = time.monotonic()

    @property
    def is_due(self) -> bool:
        """Whether the last commit was long enough ago."""
        return time.monotonic() - self._committed_at >= _COMMIT_S

    def commit(self, positions: Mapping[int, int], waits: bool = False) -> None:
        """Commits the positions that have changed. With `waits` it returns when the broker has accepted or refused them."""
        self._committed_at = time.monotonic()
        moved = {p: offset for p, offset in positions.items() if self._committed.get(p) != offset}
        if not moved:
            return
        self._committed.update(moved)
        offsets = [TopicPartition(self._topic, p, offset) for p, offset in moved.items()]
        try:
            if waits:
                self._consumer.commit(offsets=offsets, asynchronous=False)
            else:
                self._consumer.commit(offsets=offsets, asynchronous=True)
        except KafkaException:
            # The group has given the partitions to another reader, or the broker is away: these rows are read again.
            self._committed.clear()

    def forget(self) -> None:
        """Forgets the committed positions of partitions that another reader has from now on."""
        self._committed.clear()
