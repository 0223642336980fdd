"""Prints the rows of a topic as they arrive, until Ctrl-C. Tests start, interrupt and disconnect it."""

from __future__ import annotations

import argparse
import os

import candlewick as cw


def main() -> None:
    """Follows the topic from its beginning."""
    parser = argparse.ArgumentParser()
    parser.add_argument("topic")
    parser.add_argument("--group")
    options = parser.parse_args()
    client = cw.connect(os.environ["CANDLEWICK_TEST_BROKERS"], topic=options.topic)
    try:
        for row in client.stream(from_beginning=True, group=options.group):
            print(row["first_trade_id"], flush=True)
    except KeyboardInterrupt:
        print("interrupted", flush=True)


if __name__ == "__main__":
    main()
