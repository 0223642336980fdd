"""`candlewick verify`: compares the store with the topic."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from candlewick.client import TOPIC, connect
from candlewick.errors import CandlewickError


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line. Returns 0 if store and topic are equal, 1 if not or if either could not be read."""
    options = _parser().parse_args(arguments)
    now = datetime.now(timezone.utc)
    start = options.start or (now - timedelta(days=1)).isoformat()
    end = options.end or now.isoformat()
    try:
        found = connect(options.brokers, options.store, topic=options.topic).verify(start, end)
    except CandlewickError as error:
        print(error, file=sys.stderr)
        return 1
    heads = ("missing", "unknown", "doubled", "different", "pending")
    print(f"{'interval':>8} {'stored':>10} {'published':>10} " + " ".join(f"{head:>9}" for head in heads))
    for one in found:
        print(
            f"{one.interval:>8} {one.stored:>10,} {one.published:>10,} {one.missing:>9,} {one.not_published:>9,} "
            f"{one.doubled:>9,} {one.different:>9,} {one.pending:>9,}"
        )
        for example in one.examples:
            print(f"         {example}")
    if not found:
        print("Neither the store nor the topic has rows of this time.", file=sys.stderr)
    return 0 if found and all(one.is_equal for one in found) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="candlewick", description="Tools for Candlewick's feature store.")
    commands = parser.add_subparsers(required=True)
    verify = commands.add_parser("verify", help="compare the store with the topic; exit code 1 on any difference")
    verify.add_argument("--brokers", default="localhost:19092", help="default: localhost:19092")
    verify.add_argument("--store", required=True, help="the feature store's folder or s3:// URL")
    verify.add_argument("--topic", default=TOPIC, help=f"default: {TOPIC}")
    verify.add_argument("--start", help="rows that open at this time or later (UTC); default: a day ago")
    verify.add_argument("--end", help="rows that open before this time (UTC); default: now")
    return parser


if __name__ == "__main__":
    sys.exit(main())
