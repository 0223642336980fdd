"""Intervals and points in time. Everywhere in this package times are Unix milliseconds, in UTC."""

from __future__ import annotations

import re
from datetime import date, datetime, timezone

from candlewick.errors import BadRequest

_UNITS_MS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_DURATION = re.compile(r"([1-9]\d{0,8})([smhdw])")
_BAR = re.compile(r"[a-z-]+:\d+(\.\d+)?")

TimeLike = str | int | date | datetime
"""A point in time: Unix milliseconds, ISO 8601 text, a date or a datetime. Without a zone it is UTC."""


def duration_ms(text: str) -> int:
    """Returns the milliseconds of a duration such as `15m`, `1h` or `1d`."""
    match = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise BadRequest(f"{text!r} is not a duration. Write a number and s, m, h, d or w, for example '15m'.")
    return int(match[1]) * _UNITS_MS[match[2]]


def is_bar(interval: str) -> bool:
    """Returns whether the name is that of a bar, such as `tick:500`, and not of an interval of time."""
    return isinstance(interval, str) and ":" in interval


def check_interval(interval: str) -> None:
    """Raises BadRequest for a name that neither an interval of time nor a bar can have."""
    if not is_bar(interval):
        duration_ms(interval)
    elif _BAR.fullmatch(interval) is None:
        raise BadRequest(f"{interval!r} is not a bar. Write its kind and threshold, for example 'tick:500' or 'volume:0.5'.")


def time_ms(when: TimeLike) -> int:
    """Returns Unix milliseconds. Raises BadRequest for text that is not an ISO 8601 time."""
    if isinstance(when, bool):
        raise BadRequest(f"{when!r} is not a time.")
    if isinstance(when, int):
        return when
    if isinstance(when, str):
        try:
            when = datetime.fromisoformat(when.replace("Z", "+00:00"))
        except ValueError:
            raise BadRequest(f"{when!r} is not a time. Write, for example, '2026-11-01' or '2026-11-01T12:00Z'.") from None
    if not isinstance(when, datetime):
        when = datetime(when.year, when.month, when.day)
    if when.tzinfo is None:
        when = when.replace(tzinfo=timezone.utc)
    return round(when.timestamp() * 1000)


def iso(ms: int) -> str:
    """Returns the time as ISO 8601 text in UTC, to the millisecond."""
    return datetime.fromtimestamp(ms / 1000, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
