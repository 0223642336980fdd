"""The cost of reading a topic, beside plain confluent-kafka with `json.loads`."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from costs import Result, fastest
from files import INDICATORS, MINUTE_MS, T0, pairs_of

import candlewick as cw

_PARTITIONS = 3
_MINUTES_A_TRANSACTION = 100


def _row(pair: str, minute: int, rng: random.Random) -> dict[str, object]:
    opens = T0 + minute * MINUTE_MS
    prices = {name: round(64_000 + 100 * rng.random(), 2) for name in ("open", "high", "low", "close", "vwap", "quote_volume")}
    return {
        "pair": pair,
        "interval": "1m",
        "open_time_ms": opens,
        "close_time_ms": opens + MINUTE_MS,
        **prices,
        "volume": rng.random(),
        "buy_volume": rng.random(),
        "trade_count": 87,
        "first_trade_id": minute,
        "last_trade_id": minute + 86,
        "complete": True,
        **{name: 100 * rng.random() for name in INDICATORS},
    }


@contextmanager
def topic_of(brokers: str, pairs: list[str], minutes: int) -> Iterator[str]:
    """A topic of committed rows in the order of time, which is deleted at the end."""
    name = f"bench-{uuid.uuid4().hex[:8]}"
    admin = AdminClient({"bootstrap.servers": brokers})
    config = {"message.timestamp.type": "LogAppendTime"}
    admin.create_topics([NewTopic(name, _PARTITIONS, 1, config=config)])[name].result()
    settings = {"bootstrap.servers": brokers, "transactional.id": name, "compression.type": "snappy", "linger.ms": 50}
    producer = Producer(settings)
    producer.init_transactions(30)
    rng = random.Random(1)
    for minute in range(minutes):
        if minute % _MINUTES_A_TRANSACTION == 0:
            producer.begin_transaction()
        for i, pair in enumerate(pairs):
            producer.produce(name, json.dumps(_row(pair, minute, rng), separators=(",", ":")), pair, i % _PARTITIONS)
        producer.poll(0)
        if minute % _MINUTES_A_TRANSACTION == _MINUTES_A_TRANSACTION - 1 or minute == minutes - 1:
            producer.commit_transaction()
    try:
        yield name
    finally:
        admin.delete_topics([name])[name].result()


def _by_consumer(brokers: str, topic: str, count: int) -> int:
    settings = {"bootstrap.servers": brokers, "group.id": "bench", "isolation.level": "read_committed"}
    consumer = Consumer({**settings, "enable.auto.commit": False})
    consumer.assign([TopicPartition(topic, p, 0) for p in range(_PARTITIONS)])
    rows = []
    while len(rows) < count:
        rows += [json.loads(one.value()) for one in consumer.consume(10_000, 0.02) if one.value() is not None]
    consumer.close()
    return len(rows)


def _by_stream(client: cw.Client, pair: str | None, count: int) -> None:
    with client.stream(pair, "1m", from_beginning=True) as stream:
        for _ in range(count):
            next(stream)


def measure_topics(brokers: str, minutes: int, repeats: int) -> list[Result]:
    """Measures history and streams of a topic with 20 pairs."""
    pairs = pairs_of(20)
    count = minutes * len(pairs)
    results = []
    with topic_of(brokers, pairs, minutes) as name:
        client = cw.connect(brokers, topic=name)
        asks = {
            "`history` from the topic, 20 pairs, all columns": lambda: len(client.history(pairs, "1m")),
            "`stream` from the beginning, 20 pairs": lambda: _by_stream(client, None, count) or count,
            "`stream` from the beginning, one of 20 pairs; rows are the topic's": (
                lambda: _by_stream(client, pairs[0], minutes) or count
            ),
        }
        for title, ask in asks.items():
            works = {"plain confluent-kafka": partial(_by_consumer, brokers, name, count), "client": ask}
            results.append(Result(title, fastest(works, repeats)))
    return results
