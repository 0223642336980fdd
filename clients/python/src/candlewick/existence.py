"""Says whether a topic has rows of a pair and an interval: a stream of a misspelt name would wait for ever."""

from __future__ import annotations

from candlewick.errors import NoSuchInterval, NoSuchPair
from candlewick.topic import Record, TopicReader
from candlewick.wanted import interval_in

LOOK_BACK = 100_000
"""How many of each partition's newest offsets are searched, unless the stream reads all of them anyway."""
_FIRST_LOOK = 2_000

_WAIT = "If it is configured and has no row yet, pass wait=True."


def check_exists(topic: TopicReader, pair: str | None, interval: str | None, everywhere: bool) -> None:
    """Raises NoSuchPair or NoSuchInterval if the topic has rows, but none of the pair or none of the interval.

    It searches the newest rows first, and all retained ones if `everywhere`. A topic without rows has any name.
    """
    pairs: set[str] = set()
    intervals: set[str] = set()
    until = topic.ends()
    for rows in (_FIRST_LOOK, LOOK_BACK, *([1 << 62] if everywhere else [])):
        since = {p: max(0, end - rows) for p, end in topic.ends().items()}
        for batch in topic.read({p: at for p, at in since.items() if p in until and at < until[p]}, until):
            for record in batch:
                _note(record, pairs, intervals)
        if (pair is None or pair in pairs) and (interval is None or interval in intervals):
            return
        until = {p: min(end, since.get(p, end)) for p, end in until.items()}
    if not pairs:
        return
    if pair is not None and pair not in pairs:
        raise NoSuchPair(pair, pairs, _WAIT)
    if interval is not None and interval not in intervals:
        raise NoSuchInterval(interval, intervals, _WAIT)


def _note(record: Record, pairs: set[str], intervals: set[str]) -> None:
    pairs.add(record.key.decode(errors="replace"))
    if (interval := interval_in(record.value)) is not None:
        intervals.add(interval)
