"""Says whether a topic has rows of a pair and an interval: a stream of a misspelt name would wait for ever."""

from __future__ import annotations

from collections.abc import Callable

from candlewick.errors import NoSuchInterval, NoSuchPair
from candlewick.topic import TopicReader
from candlewick.wanted import interval_in

LOOK_BACK = 100_000
"""How many of each partition's newest offsets are searched, unless the stream reads all of them anyway."""
_FIRST_LOOK = 2_000

_WAIT = "If it is configured and has no row yet, pass wait=True."

Series = tuple[str, str]
"""A pair and an interval."""


def series_in(topic: TopicReader, is_enough: Callable[[set[Series]], bool], everywhere: bool) -> set[Series]:
    """Returns the series of the newest rows, and goes back further until they are enough.

    It goes back to the oldest retained row if `everywhere`, else by `LOOK_BACK`.
    """
    found: set[Series] = set()
    ends = topic.ends()
    until = ends
    for rows in (_FIRST_LOOK, LOOK_BACK, *([max(ends.values(), default=0)] if everywhere else [])):
        since = {p: max(0, end - rows) for p, end in ends.items()}
        for batch in topic.read({p: at for p, at in since.items() if at < until[p]}, until):
            found.update((one.key.decode(errors="replace"), interval_in(one.value) or "") for one in batch)
        if is_enough(found):
            break
        until = since
    return found


def check_exists(topic: TopicReader, pair: str | None, interval: str | None, everywhere: bool) -> None:
    """Raises NoSuchPair or NoSuchInterval if the topic has rows, but none of the pair or none of the interval.

    It searches as `series_in` does. A topic without rows may have any name later.
    """

    def has_pair(found: set[Series]) -> bool:
        return pair is None or any(one == pair for one, _ in found)

    def has_interval(found: set[Series]) -> bool:
        return interval is None or any(one == interval for _, one in found)

    found = series_in(topic, lambda found: has_pair(found) and has_interval(found), everywhere)
    if found and pair is not None and not has_pair(found):
        raise NoSuchPair(pair, {one for one, _ in found}, _WAIT)
    if found and interval is not None and not has_interval(found):
        raise NoSuchInterval(interval, {one for _, one in found}, _WAIT)
