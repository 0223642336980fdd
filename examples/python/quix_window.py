"""Prints the mean volume of the last five 1s rows of each pair, with Quix Streams: python quix_window.py --count N

Needs quixstreams (pip install quixstreams), which keeps the windows in the folder `state` and in a changelog topic.
"""

import argparse

from quixstreams import Application


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--brokers", default="localhost:19092")
    parser.add_argument("--topic", default="technical-indicators")
    parser.add_argument("--group", default="my-window")
    parser.add_argument("--count", type=int, default=0, help="stops after so many windows; 0 never does")
    options = parser.parse_args()
    application = Application(
        broker_address=options.brokers,
        consumer_group=options.group,
        auto_offset_reset="earliest",
        consumer_extra_config={"isolation.level": "read_committed"},
    )
    # Event time is in the row; the record's timestamp is when it was written.
    topic = application.topic(
        options.topic,
        value_deserializer="json",
        timestamp_extractor=lambda row, headers, timestamp, kind: row["open_time_ms"],
    )
    rows = application.dataframe(topic)
    rows = rows[rows["interval"] == "1s"]
    windows = rows.apply(lambda row: row["volume"]).tumbling_window(5000).mean().final()
    windows.update(
        lambda window, key, timestamp, headers: print(key.decode(), window["start"], window["value"], flush=True),
        metadata=True,
    )
    application.run(count=options.count)


if __name__ == "__main__":
    main()
