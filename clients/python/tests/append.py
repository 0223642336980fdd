"""Appends rows to a topic, which it creates if needed: append.py TOPIC FIRST COUNT."""

from __future__ import annotations

import json
import os
import sys
import uuid

from confluent_kafka import KafkaException, Producer
from confluent_kafka.admin import AdminClient, NewTopic
from conftest import row


def main() -> None:
    """Appends the rows in one transaction."""
    topic, first, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    brokers = {"bootstrap.servers": os.environ["CANDLEWICK_TEST_BROKERS"]}
    admin = AdminClient(brokers)
    made = admin.create_topics([NewTopic(topic, 2, 1, config={"message.timestamp.type": "LogAppendTime"})])
    try:
        made[topic].result()
    except KafkaException as error:
        if error.args[0].name() != "TOPIC_ALREADY_EXISTS":
            raise
    producer = Producer({**brokers, "transactional.id": f"append-{uuid.uuid4().hex}"})
    producer.init_transactions(60)
    producer.begin_transaction()
    for at in range(first, first + count):
        producer.produce(topic, json.dumps(row(at)), "BTC/USD", 0)
    producer.commit_transaction(60)


if __name__ == "__main__":
    main()
