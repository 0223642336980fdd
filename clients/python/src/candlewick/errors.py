"""Everything that this package raises on purpose. Each message names the thing and the remedy."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches


class CandlewickError(Exception):
    """Base class of the package's errors."""


class NoSuchPair(CandlewickError):
    """There are no rows of the pair, or none of the pair in that interval."""

    def __init__(self, pair: str, known: Iterable[str], remedy: str = "") -> None:
        names = sorted(known)
        hint = _hint(_nearest(pair, names, 0.7))
        super().__init__(f"There are no rows of {pair!r}.{hint} There are rows of: {_listed(names)}. {remedy}".rstrip())


class NoNewestRow(NoSuchPair):
    """There is no newest row of the pair and interval."""

    def __init__(self, pair: str, interval: str, where: str) -> None:
        CandlewickError.__init__(self, f"There is no newest {interval} row of {pair!r}. {where}")


class NoSuchInterval(CandlewickError):
    """Nothing is computed for the interval."""

    def __init__(self, interval: str, known: Iterable[str], remedy: str = "") -> None:
        names = sorted(known)
        super().__init__(
            f"There are no rows of interval {interval!r}.{_hint(_nearest(interval, names, 0.6))} "
            f"There are rows of: {_listed(names)}. "
            f"Add {interval!r} to CANDLE_INTERVALS of the ingestor and of candles to have it computed. {remedy}".rstrip()
        )


class NoSuchFeature(CandlewickError):
    """No row has a field of that name."""

    def __init__(self, feature: str, known: Iterable[str]) -> None:
        names = sorted(known)
        super().__init__(
            f"No row has the feature {feature!r}.{_hint(_nearest(feature, names, 0.5))} There are: {_listed(names)}. "
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


class MissingPackage(CandlewickError, ImportError):
    """The call needs an optional package that is not installed."""

    def __init__(self, package: str) -> None:
        super().__init__(f"{package} is not installed. Install it with: pip install 'candlewick[{package}]'")


class BadRequest(CandlewickError):
    """An argument has an invalid value."""


def _listed(names: Iterable[str]) -> str:
    ordered = sorted(names)
    shown = ", ".join(ordered[:20])
    more = f" and {len(ordered) - 20} more" if len(ordered) > 20 else ""
    return f"{shown}{more}" if ordered else "none"


def _hint(nearest: str | None) -> str:
    return f" Did you mean {nearest!r}?" if nearest is not None else ""


def _nearest(name: str, names: list[str], cutoff: float) -> str | None:
    """Returns the most similar name, and among equally similar names the one with the closest number: `ema_21` for `ema_20`.

    Names are compared without regard to case, for `btc/usd`.
    """
    folded = {one.casefold(): one for one in names}
    wanted = str(name).casefold()
    close = get_close_matches(wanted, folded, n=20, cutoff=cutoff)
    number = _number(wanted)
    best = min(close, key=lambda one: (-SequenceMatcher(None, wanted, one).ratio(), abs(_number(one) - number)), default=None)
    return None if best is None else folded[best]


def _number(name: str) -> int:
    return int("".join(filter(str.isdigit, name))[:9] or 0)
