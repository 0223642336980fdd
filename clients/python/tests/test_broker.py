"""The topic on a real broker, which `CANDLEWICK_TEST_BROKERS` names; left out, with a notice, where it names none."""

from __future__ import annotations

import asyncio
import json
import os
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewPartitions, NewTopic
from conftest import T0, row, write

import candlewick as cw
from candlewick import cli

BROKERS = os.environ.get("CANDLEWICK_TEST_BROKERS", "")
pytestmark = pytest.mark.skipif(not BROKERS, reason="CANDLEWICK_TEST_BROKERS names no broker")


class Topic:
    """A topic of feature rows, written in transactions as the services write it."""

    def __init__(self, partitions: int) -> None:
        self.name = f"python-{uuid.uuid4().hex[:12]}"
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

    def grow(self, partitions: int) -> None:
        self.admin.create_partitions([NewPartitions(self.name, partitions)])[self.name].result()
        while len(self.producer.list_topics(self.name, timeout=10).topics[self.name].partitions) < partitions:
            time.sleep(0.1)

    def connect(self, store: Path | None = None) -> cw.Client:
        return cw.connect(BROKERS, None if store is None else str(store), topic=self.name)


def rows_of(stream: cw.RowStream, count: int) -> list[int]:
    """The next rows; fewer if they do not come within 30 seconds."""
    found: list[int] = []
    deadline = time.monotonic() + 30
    while len(found) < count and time.monotonic() < deadline:
        one = stream.poll(0.2)
        if one is not None:
            found.append(one["first_trade_id"])
    return found


def test_history_of_the_topic_has_committed_rows_only():
    topic = Topic(2)
    topic.write([row(0), row(1)], 0)
    topic.write([row(7)], 0, commit=False)
    topic.write([row(0, pair="ETH/USD")], 1)
    table = topic.connect().history("BTC/USD", "1m")
    assert table["first_trade_id"].to_pylist() == [0, 1]
    with pytest.raises(cw.NoSuchPair, match="There are rows of: BTC/USD, ETH/USD"):
        topic.connect().history("DOGE/USD", "1m")
    with pytest.raises(cw.NoSuchInterval, match="There are rows of: 1m"):
        topic.connect().history("BTC/USD", "5m")


def test_history_of_the_topic_says_which_candles_the_exchange_made():
    topic = Topic(1)
    topic.write([row(0, source="exchange", complete=False), row(1)], 0)
    assert topic.connect().history("BTC/USD", "1m")["source"].to_pylist() == ["exchange", None]


def test_history_joins_store_and_topic_without_a_hole_or_a_double(tmp_path: Path):
    topic = Topic(1)
    topic.write([row(i) for i in range(6)], 0)
    write(tmp_path, [row(i) for i in range(4)], f"{topic.name}-0-0-4")
    table = topic.connect(tmp_path).history("BTC/USD", "1m")
    assert table["first_trade_id"].to_pylist() == list(range(6))
    made = topic.connect(tmp_path).training_set("BTC/USD", "1m", ["rsi_14"], cw.forward_return("1m"))
    assert made.counts["kept"] == 5


def test_history_joins_a_computed_dataset_with_the_topic(tmp_path: Path):
    topic = Topic(1)
    topic.write([row(i) for i in range(3, 6)], 0)
    write(tmp_path, [row(i) for i in range(4)])
    assert topic.connect(tmp_path).history("BTC/USD", "1m")["first_trade_id"].to_pylist() == list(range(6))


def test_stream_gives_a_pair_that_has_moved_in_the_order_of_time():
    topic = Topic(2)
    topic.write([row(i) for i in range(100)], 0)
    topic.write([row(i) for i in range(100, 130)], 1)
    topic.write([row(i) for i in range(130, 140)], 0)
    with topic.connect().stream("BTC/USD", "1m", from_beginning=True) as stream:
        assert rows_of(stream, 140) == list(range(140))


def test_stream_notices_added_partitions():
    topic = Topic(1)
    topic.write([row(0)], 0)
    with topic.connect().stream(from_beginning=True) as stream:
        assert rows_of(stream, 1) == [0]
        topic.grow(2)
        topic.write([row(1)], 1)
        assert rows_of(stream, 1) == [1]


def test_stream_begins_with_new_rows_unless_asked_otherwise():
    topic = Topic(1)
    topic.write([row(0)], 0)
    with topic.connect().stream() as stream:
        topic.write([row(1)], 0)
        assert rows_of(stream, 1) == [1]


def test_stream_of_a_group_goes_on_where_the_last_reader_stopped():
    topic = Topic(2)
    topic.write([row(i) for i in range(5)], 0)
    group = f"group-{topic.name}"
    with topic.connect().stream(from_beginning=True, group=group) as stream:
        assert [next(stream)["first_trade_id"] for _ in range(3)] == [0, 1, 2]
    with topic.connect().stream(group=group) as stream:
        assert rows_of(stream, 3) == [2, 3, 4]


def test_async_stream_gives_the_same_rows():
    topic = Topic(1)
    topic.write([row(i) for i in range(3)], 0)

    async def first_three() -> list[int]:
        found = []
        async with topic.connect().stream_async(from_beginning=True) as stream:
            async for one in stream:
                found.append(one["first_trade_id"])
                if len(found) == 3:
                    break
        return found

    assert asyncio.run(first_three()) == [0, 1, 2]


def test_verify_finds_missing_and_different_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    topic = Topic(1)
    topic.write([row(0), row(1), row(2)], 0)
    write(tmp_path, [row(0), row(1), row(2)])
    arguments = ["verify", "--brokers", BROKERS, "--store", str(tmp_path), "--topic", topic.name]
    period = ["--start", "2026-01-01", "--end", "2026-01-02"]
    assert cli.main([*arguments, *period]) == 0
    topic.write([row(3)], 0)
    write(tmp_path, [row(0), row(1, close=99.0), row(2)])
    assert cli.main([*arguments, *period]) == 1
    printed = capsys.readouterr().out
    assert "close is 99.0 in the store and 100.0 in the topic" in printed
    (found,) = topic.connect(tmp_path).verify(T0, "2026-01-02")
    assert (found.missing, found.different, found.not_published, found.doubled) == (1, 1, 0, 0)


def test_a_broker_that_is_away_is_named():
    client = cw.connect("127.0.0.1:1", kafka={"socket.timeout.ms": 1000})
    with pytest.raises(cw.BrokerAway, match=r"127\.0\.0\.1:1 did not answer"):
        client.history("BTC/USD", "1m")


def test_a_topic_that_does_not_exist_is_named():
    with pytest.raises(cw.CandlewickError, match="TOPIC_PREFIX"):
        cw.connect(BROKERS, topic="there-is-none").history("BTC/USD", "1m")
