"""Says whether a topic has rows of a pair and an interval: a stream of a misspelt name would wait for ever."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from candlewick.errors import NoSuchInterval, NoSuchPair
from candlewick.times import duration_ms, is_bar
from candlewick.topic import TopicReader
from candlewick.wanted import interval_in

LOOK_BACK = 100_000
"""How many of each partition's newest offsets are searched, unless the stream reads all of them anyway."""
_FIRST_LOOK = 2_000
_NEVER_MS = 1 << 62

_WAIT = "If it is configured and has no row yet, pass wait=True."

Series = tuple[str, str]
"""A pair and an interval."""


@dataclass
class Searched:
    """The findings of a search, and how much of the topic it has read."""

    series: set[Series] = field(default_factory=set)
    is_everything: bool = False
    oldest_ms: int = _NEVER_MS
    newest_ms: int = 0

    def covers(self, interval: str) -> bool:
        """Returns whether a row of an interval of time must be among what was read, if the interval is computed."""
        if self.is_everything or is_bar(interval):
            return True
        return self.newest_ms - self.oldest_ms > 2 * duration_ms(interval)


def search(topic: TopicReader, is_enough: Callable[[set[Series]], bool], everywhere: bool) -> Searched:
    """Finds the series of the newest rows, and goes back further until they are enough.

    It goes back to the oldest retained row if `everywhere`, else by `LOOK_BACK`.
    """
    found = Searched()
    starts, ends = topic.starts(), topic.ends()
    until = ends
    for rows in (_FIRST_LOOK, LOOK_BACK, *([max(ends.values(), default=0)] if everywhere else [])):
        since = {p: max(0, end - rows) for p, end in ends.items()}
        for batch in topic.read({p: at for p, at in since.items() if at < until[p]}, until):
            found.series.update((one.key.decode(errors="replace"), interval_in(one.value) or "") for one in batch)
            found.oldest_ms = min(found.oldest_ms, *(one.timestamp_ms for one in batch))
            found.newest_ms = max(found.newest_ms, *(one.timestamp_ms for one in batch))
        found.is_everything = all(at <= starts.get(p, 0) for p, at in since.items())
        if is_enough(found.series):
            break
        until = since
    return found


def check_exists(topic: TopicReader, pair: str | None, interval: str | None, everywhere: bool) -> None:
    """Raises NoSuchPair or NoSuchInterval if the topic has rows, but none of the pair or none of the interval.

    It searches as `search` does. A topic without rows may have any name later, and a long interval may have its last row before
    the searched ones.
    """

    def has_pair(found: set[Series]) -> bool:
        return pair is None or any(one == pair for one, _ in found)

    def has_interval(found: set[Series]) -> bool:
        return interval is None or any(one == interval for _, one in found)

    searched = search(topic, lambda found: has_pair(found) and has_interval(found), everywhere)
    found = searched.series
    if found and pair is not None and not has_pair(found):
        raise NoSuchPair(pair, {one for one, _ in found}, _WAIT)
    if found and interval is not None and not has_interval(found) and searched.covers(interval):
        raise NoSuchInterval(interval, {one for _, one in found}, _WAIT)
