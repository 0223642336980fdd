"""Intervals and points in time. Everywhere in this package times are Unix milliseconds, in UTC."""

from __future__ import annotations

import re
from datetime import date, datetime, timezone
from operator import index

from candlewick.errors import BadRequest

_UNITS_MS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_DURATION = re.compile(r"([1-9]\d{0,8})([smhdw])")
_BAR = re.compile(r"[a-z-]+:\d+(\.\d+)?")

_FIRST_MS = -62_135_596_800_000
_LAST_MS = 253_402_300_799_999
_SECONDS_BELOW = 100_000_000_000
"""Unix milliseconds below this are of before March 1973, when nothing was traded that this package has rows of."""

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
    """Returns Unix milliseconds. Raises BadRequest for anything that is not a time, also for Unix seconds or microseconds."""
    ms = _ms_of(when)
    if not _FIRST_MS <= ms <= _LAST_MS:
        raise BadRequest(f"{when!r} is not a time of the years 1 to 9999. A number is a time in Unix milliseconds.")
    if not isinstance(when, date) and not isinstance(when, str) and 0 < ms < _SECONDS_BELOW:
        raise BadRequest(f"{when!r} looks like Unix seconds. Write milliseconds: {ms * 1000}")
    return ms


def _ms_of(when: TimeLike) -> int:
    if isinstance(when, str):
        try:
            when = datetime.fromisoformat(when.replace("Z", "+00:00"))
        except ValueError:
            raise BadRequest(f"{when!r} is not a time. Write, for example, '2026-11-01' or '2026-11-01T12:00Z'.") from None
    if isinstance(when, date):
        if not isinstance(when, datetime):
            when = datetime(when.year, when.month, when.day)
        try:
            return round((when if when.tzinfo is not None else when.replace(tzinfo=timezone.utc)).timestamp() * 1000)
        except (ValueError, TypeError) as error:  # pandas.NaT is a datetime.
            raise BadRequest(f"{when!r} is not a time.") from error
    try:
        if not isinstance(when, bool):
            return index(when)
    except TypeError:
        pass
    raise BadRequest(f"{when!r} is not a time. Write Unix milliseconds as an int, ISO 8601 text, a date or a datetime.")


def iso(ms: int) -> str:
    """Returns the time as ISO 8601 text in UTC, to the millisecond."""
    return datetime.fromtimestamp(ms / 1000, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
