"""Prints feature rows as they are committed: python read_features.py [--brokers HOST:PORT] [--count N]

Needs confluent-kafka (pip install confluent-kafka).
"""

import argparse
import json

from confluent_kafka import Consumer, KafkaException


def feature_rows(brokers: str, topic: str, group: str):
    """Yields every committed row of the topic from its beginning, and after a restart from where the group stopped."""
    consumer = Consumer(
        {
            "bootstrap.servers": brokers,
            "group.id": group,
            "isolation.level": "read_committed",  # rows of aborted transactions are not shown
            "auto.offset.reset": "earliest",
        }
    )
    consumer.subscribe([topic])
    try:
        while True:
            record = consumer.poll(1.0)
            if record is None:
                continue
            if record.error():
                raise KafkaException(record.error())
            # Control records are for the services: they mark where a pair moves to another partition.
            if record.value() is None or any(name == "control" for name, _ in record.headers() or []):
                continue
            yield json.loads(record.value())
    finally:
        consumer.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--brokers", default="localhost:19092")
    parser.add_argument("--topic", default="technical-indicators")
    parser.add_argument("--group", default="my-model")
    parser.add_argument("--count", type=int, default=0, help="stops after so many rows; 0 never does")
    options = parser.parse_args()
    rows = feature_rows(options.brokers, options.topic, options.group)
    for count, row in enumerate(rows, 1):
        indicators = {name: value for name, value in row.items() if name.startswith(("sma_", "rsi_"))}
        print(row["pair"], row["interval"], row["close_time_ms"], row["close"], indicators, flush=True)
        if count == options.count:
            break


if __name__ == "__main__":
    main()
