"""Asks the broker which partitions the topic has and where they end, without waiting for the answer."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from confluent_kafka import ConsumerGroupState, KafkaException, TopicCollection, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]

from candlewick.topic import TIMEOUT_S, Topic

_TIMEOUT_S = 5.0
_ROUNDS = 10
_PAUSE_S = 0.05


@dataclass(frozen=True)
class TopicEnds:
    """The topic at moments after the question was asked."""

    offsets: Mapping[int, int]
    """The offset that the next record will get in each partition of the question, even if records before it are not committed."""
    partitions: frozenset[int]
    """The partitions that the topic has; with a group, only those that none of its readers has."""


class EndOffsets:
    """One question at a time, over a connection of its own.

    A consumer's connection would answer only after the fetch that is waiting for new records on it.
    """

    def __init__(self, topic: Topic, group: str | None = None) -> None:
        self._topic, self._group = topic, group
        self._admin: AdminClient | None = None
        self._ends: dict[int, Future[Any]] = {}
        self._others: list[Future[Any]] = []

    @property
    def is_asked(self) -> bool:
        """Whether an answer is outstanding."""
        return bool(self._others)

    def ask(self, partitions: Iterable[int]) -> None:
        """Asks for the ends of these partitions, and which partitions there are."""
        if self._admin is None:
            self._admin = self._topic.admin()
        name = self._topic.name
        asked = {TopicPartition(name, p): OffsetSpec.latest() for p in partitions}  # type: ignore[no-untyped-call]
        found = self._admin.list_offsets(asked, request_timeout=_TIMEOUT_S) if asked else {}
        self._ends = {one.partition: future for one, future in found.items()}
        self._others = [self._admin.describe_topics(TopicCollection([name]), request_timeout=_TIMEOUT_S)[name]]
        if self._group is not None:
            of_group = self._admin.describe_consumer_groups([self._group], request_timeout=_TIMEOUT_S)
            self._others.append(of_group[self._group])

    def answer(self) -> TopicEnds | None:
        """Returns the answer once it has arrived completely. If a part of it could not be obtained, ask again.

        Raises CandlewickError if the broker refuses to answer.
        """
        if not self.is_asked or not all(future.done() for future in (*self._ends.values(), *self._others)):
            return None
        try:
            return self._result()
        except KafkaException as error:
            if (refused := self._topic.refused(error)) is not None:
                raise refused from error
            # A client that does not know a partition that was just added would not look for it again for minutes.
            self._admin = None
            return None
        finally:
            self.forget()

    def forget(self) -> None:
        """Drops the question, because its answer would be about partitions that are no longer read."""
        self._ends, self._others = {}, []

    def now(self, partitions: Iterable[int]) -> TopicEnds:
        """Returns every partition and their ends at one moment: waits until two answers in a row are the same.

        If records are appended all the time, it returns the last of ten answers, whose ends are of slightly different moments.
        A partition without an end was added meanwhile. Raises BrokerAway, or CandlewickError if the broker refuses to answer.
        """
        deadline = time.monotonic() + TIMEOUT_S
        last = self._wait(partitions, deadline)
        offsets = last.offsets
        for _ in range(_ROUNDS):
            found = self._wait(last.partitions, deadline)
            is_same = found == last
            offsets, last = last.offsets, found
            if is_same:
                break
        # The partitions were named after the ends: they include every one that existed when the last record was appended.
        return TopicEnds(offsets, last.partitions)

    def _wait(self, partitions: Iterable[int], deadline: float) -> TopicEnds:
        while True:
            self.ask(partitions)
            try:
                return self._result()
            except KafkaException as error:
                # A partition that was just added has no leader yet.
                self._admin = None
                if time.monotonic() >= deadline or self._topic.refused(error) is not None:
                    raise self._topic.refused(error) or self._topic.away(error) from error
                time.sleep(_PAUSE_S)
            finally:
                self.forget()

    def _result(self) -> TopicEnds:
        offsets = {partition: future.result().offset for partition, future in self._ends.items()}
        there = {one.id for one in self._others[0].result().partitions}
        return TopicEnds(offsets, frozenset(there - self._taken() if self._group is not None else there))

    def _taken(self) -> set[int]:
        """The partitions that a reader of the group has; none while the group distributes them."""
        group = self._others[1].result()
        if group.state != ConsumerGroupState.STABLE:
            return set()
        return {
            one.partition
            for member in group.members
            for one in member.assignment.topic_partitions
            if one.topic == self._topic.name
        }
