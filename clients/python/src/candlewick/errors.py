"""Everything that this package raises on purpose. Each message names the thing and the remedy."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches


class CandlewickError(Exception):
    """Base class of the package's errors."""


class NoSuchPair(CandlewickError):
    """There are no rows of the pair, or none of the pair in that interval."""

    def __init__(self, pair: str, known: Iterable[str]) -> None:
        super().__init__(f"There are no rows of {pair!r}. There are rows of: {_listed(known)}")


class NoNewestRow(NoSuchPair):
    """There is no newest row of the pair and interval."""

    def __init__(self, pair: str, interval: str, where: str) -> None:
        CandlewickError.__init__(self, f"There is no newest {interval} row of {pair!r}. {where}")


class NoSuchInterval(CandlewickError):
    """Nothing is computed for the interval."""

    def __init__(self, interval: str, known: Iterable[str]) -> None:
        super().__init__(
            f"There are no rows of interval {interval!r}. There are rows of: {_listed(known)}. "
            f"Add {interval!r} to CANDLE_INTERVALS of the ingestor and of candles to have it computed."
        )


class NoSuchFeature(CandlewickError):
    """No row has a field of that name."""

    def __init__(self, feature: str, known: Iterable[str]) -> None:
        names = sorted(known)
        nearest = _nearest(feature, names)
        hint = f" Did you mean {nearest!r}?" if nearest is not None else ""
        super().__init__(
            f"No row has the feature {feature!r}.{hint} There are: {_listed(names)}. "
            "INDICATORS of technical-indicators decides which are computed."
        )


class BrokerAway(CandlewickError):
    """The broker could not be reached in time."""


class StoreEmpty(CandlewickError):
    """The store has no Parquet files where rows are expected."""


class StoreAway(CandlewickError):
    """The store could not be read."""


class StaleRow(CandlewickError):
    """The newest row is older than the requested maximum age."""


class NotConnected(CandlewickError):
    """The call needs something that `connect` was not given."""


class BadRequest(CandlewickError):
    """An argument has an invalid value."""


def _listed(names: Iterable[str]) -> str:
    ordered = sorted(names)
    shown = ", ".join(ordered[:20])
    more = f" and {len(ordered) - 20} more" if len(ordered) > 20 else ""
    return f"{shown}{more}" if ordered else "none"


def _nearest(name: str, names: list[str]) -> str | None:
    """Returns the most similar name, and among equally similar names the one with the closest number: `ema_21` for `ema_20`."""
    close = get_close_matches(name, names, n=20, cutoff=0.5)
    number = _number(name)
    return min(close, key=lambda one: (-SequenceMatcher(None, name, one).ratio(), abs(_number(one) - number)), default=None)


def _number(name: str) -> int:
    return int("".join(filter(str.isdigit, name))[:9] or 0)
