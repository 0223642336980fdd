"""Writes trades to the topic `trades`, as docs/topics.md says: one JSON trade a line on the standard input.

Needs confluent-kafka (pip install confluent-kafka):

    python write_trades.py --brokers HOST:PORT < trades.ndjson
"""

import argparse
import json
import sys

from confluent_kafka import KafkaError, Message, Producer

FIELDS = ("pair", "trade_id", "side", "price", "qty", "timestamp_ms")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--brokers", default="localhost:19092")
    parser.add_argument("--topic", default="trades")
    options = parser.parse_args()
    # Idempotence keeps the order of a pair's trades, each once, through retries.
    producer = Producer(
        {"bootstrap.servers": options.brokers, "enable.idempotence": True, "compression.type": "snappy"}
    )
    failed: list[str] = []

    def delivered(error: KafkaError | None, _: Message) -> None:
        if error is not None:
            failed.append(str(error))

    for line in sys.stdin:
        trade = json.loads(line)
        value = json.dumps({field: trade[field] for field in FIELDS})
        while True:
            try:
                # The key decides the partition, so that a pair has one.
                producer.produce(options.topic, value, trade["pair"], on_delivery=delivered)
                break
            except BufferError:
                producer.poll(0.1)
        producer.poll(0)
    left = producer.flush(30)
    if failed or left > 0:
        sys.exit(f"{len(failed) + left} trades were not written: {failed[0] if failed else 'the broker does not answer'}")


if __name__ == "__main__":
    main()
