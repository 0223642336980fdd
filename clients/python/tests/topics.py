"""Topics of feature rows on a real broker, which `CANDLEWICK_TEST_BROKERS` names."""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import IsolationLevel, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewPartitions, NewTopic, OffsetSpec

import candlewick as cw

BROKERS = os.environ.get("CANDLEWICK_TEST_BROKERS", "")
needs_broker = pytest.mark.skipif(not BROKERS, reason="CANDLEWICK_TEST_BROKERS names no broker")


class Topic:
    """A topic of feature rows, written in transactions as the services write it."""

    def __init__(self, partitions: int, name: str | None = None) -> None:
        self.name = name or f"python-{uuid.uuid4().hex[:12]}"
        self.admin = AdminClient({"bootstrap.servers": BROKERS})
        created = self.admin.create_topics(
            [NewTopic(self.name, partitions, 1, config={"message.timestamp.type": "LogAppendTime"})]
        )
        created[self.name].result()
        self.producer = Producer({"bootstrap.servers": BROKERS, "transactional.id": self.name})
        self.producer.init_transactions(30)

    def write(self, rows: Sequence[dict[str, Any]], partition: int, commit: bool = True) -> None:
        self.producer.begin_transaction()
        for one in rows:
            self.producer.produce(self.name, json.dumps(one), one["pair"], partition)
        self.producer.produce(self.name, None, "BTC/USD", partition, headers=[("control", b"watermark")])
        self.producer.flush()
        if commit:
            self.producer.commit_transaction()
        else:
            self.producer.abort_transaction()
        while not self._is_visible(partition):
            time.sleep(0.01)

    def _is_visible(self, partition: int) -> bool:
        """Whether readers see the partition's end: a broker ends a transaction some time after it has agreed to."""
        one = TopicPartition(self.name, partition)
        asked = [
            self.admin.list_offsets({one: OffsetSpec.latest()}, isolation_level=isolation)[one]
            for isolation in (IsolationLevel.READ_COMMITTED, IsolationLevel.READ_UNCOMMITTED)
        ]
        try:
            committed, written = (future.result().offset for future in asked)
        except KafkaException:
            # The partition was just added, and a client that knows the others does not look again for minutes.
            self.admin = AdminClient({"bootstrap.servers": BROKERS})
            return False
        return bool(committed == written)

    def grow(self, partitions: int) -> None:
        self.admin.create_partitions([NewPartitions(self.name, partitions)])[self.name].result()
        while len(self.producer.list_topics(self.name, timeout=10).topics[self.name].partitions) < partitions:
            time.sleep(0.1)

    def connect(self, store: Path | None = None) -> cw.Client:
        return cw.connect(BROKERS, None if store is None else str(store), topic=self.name)


def rows_of(stream: cw.RowStream, count: int) -> list[int]:
    """The next rows; fewer if they do not come within two minutes."""
    found: list[int] = []
    deadline = time.monotonic() + 120
    while len(found) < count and time.monotonic() < deadline:
        one = stream.poll(0.2)
        if one is not None:
            found.append(one["first_trade_id"])
    return found
