"""Labels, which a model has to predict. A label is looked up by time, never by row number: where a window is missing,
`close.shift(-n)` gives the return over some other span without a word.

Every label is computed for one pair's rows of one interval in the order of time and answers each row with a value and a
status, so that a training set can say why rows were left out.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc

from candlewick.errors import BadRequest
from candlewick.times import duration_ms

OK, FUTURE, HOLE, INCOMPLETE = 0, 1, 2, 3
STATUS_NAMES = {FUTURE: "label_in_the_future", HOLE: "label_in_a_hole", INCOMPLETE: "label_incomplete"}


@dataclass(frozen=True)
class Labelled:
    """`values` are nullable doubles; `status` says for each row whether the value can be trusted, and if not, why."""

    values: pa.Array
    status: pa.Array


class Label(Protocol):
    """A label: its column's name and how to compute it."""

    @property
    def name(self) -> str: ...

    def compute(self, rows: pa.Table, interval_ms: int) -> Labelled:
        """Labels one pair's rows, which are in the order of time and have `close_time_ms`, `close`, `high`, `low`, `complete`."""
        ...


@dataclass(frozen=True)
class _AtHorizon:
    """A function of the close now and the close at the horizon."""

    name: str
    horizon_ms: int
    of: Callable[[pa.Array, pa.Array], pa.Array]

    def compute(self, rows: pa.Table, interval_ms: int) -> Labelled:
        if self.horizon_ms % interval_ms != 0:
            raise BadRequest(f"The horizon of {self.name} is no multiple of the rows' interval: there is no close at that time.")
        close = rows["close"].combine_chunks()
        times = rows["close_time_ms"].cast(pa.int64()).combine_chunks()
        place = _AtTime.of(times, self.horizon_ms, interval_ms)
        status = _status(pc.add(times, self.horizon_ms), place, rows["complete"].combine_chunks(), times)
        return Labelled(self.of(close, place.take(close)), status)


@dataclass(frozen=True)
class _AtTime:
    """The row that closes at each row's horizon: a fixed number of rows ahead if no window is missing, else found by time."""

    steps: int
    rows: pa.Array | None

    @staticmethod
    def of(times: pa.Array, horizon_ms: int, interval_ms: int) -> _AtTime:
        is_whole = len(times) > 0 and times[-1].as_py() - times[0].as_py() == (len(times) - 1) * interval_ms
        return _AtTime(horizon_ms // interval_ms, None if is_whole else pc.index_in(pc.add(times, horizon_ms), value_set=times))

    def take(self, column: pa.Array) -> pa.Array:
        """Returns for each row the column's value at the horizon; null where no row closes then."""
        return _ahead(column, self.steps) if self.rows is None else pc.take(column, self.rows)


def _status(at: pa.Array, place: _AtTime, complete: pa.Array, times: pa.Array) -> pa.Array:
    newest = times[-1].as_py() if len(times) else 0
    known = pc.if_else(pc.fill_null(place.take(complete), True), OK, INCOMPLETE)
    missing = pc.if_else(pc.greater(at, newest), FUTURE, HOLE)
    return pc.if_else(pc.is_null(place.take(times)), missing, known).cast(pa.int8())


def forward_return(horizon: str) -> Label:
    """Close at the horizon divided by the close now, minus one: 0.01 is 1 %.

    `horizon` is a duration such as `15m`, a multiple of the rows' interval; BadRequest otherwise.
    """
    return _AtHorizon(
        f"forward_return_{horizon}",
        duration_ms(horizon),
        lambda now, then: pc.subtract(pc.divide(then, now), 1.0),
    )


def forward_log_return(horizon: str) -> Label:
    """Natural logarithm of the close at the horizon divided by the close now. `horizon` as in `forward_return`."""
    return _AtHorizon(f"forward_log_return_{horizon}", duration_ms(horizon), lambda now, then: pc.ln(pc.divide(then, now)))


def direction(horizon: str, threshold: float = 0.0) -> Label:
    """1 where the forward return is above the threshold, -1 where it is below its negative, else 0, as doubles.

    `threshold` is a return of 0 or more, for example 0.001; `horizon` as in `forward_return`.
    """
    if not _is_number(threshold) or threshold < 0:
        raise BadRequest(f"The threshold of a direction is a return of 0 or more, not {threshold!r}.")

    def of(now: pa.Array, then: pa.Array) -> pa.Array:
        change = pc.subtract(pc.divide(then, now), 1.0)
        return pc.if_else(pc.greater(change, threshold), 1.0, pc.if_else(pc.less(change, -threshold), -1.0, 0.0))

    return _AtHorizon(f"direction_{horizon}", duration_ms(horizon), of)


@dataclass(frozen=True)
class _TripleBarrier:
    name: str
    horizon_ms: int
    up: float
    down: float

    def compute(self, rows: pa.Table, interval_ms: int) -> Labelled:
        if self.horizon_ms % interval_ms != 0:
            raise BadRequest(f"The horizon of {self.name} is no multiple of the rows' interval.")
        count = len(rows)
        times = rows["close_time_ms"].cast(pa.int64()).combine_chunks()
        close, high, low = (rows[name].combine_chunks() for name in ("close", "high", "low"))
        complete = rows["complete"].combine_chunks()
        above, below = pc.multiply(close, 1 + self.up), pc.multiply(close, 1 - self.down)
        values = pa.nulls(count, pa.float64())
        status = pa.nulls(count, pa.int8())
        steps = self.horizon_ms // interval_ms
        for step in range(1, steps + 1):
            undecided = pc.is_null(status)
            if not pc.any(undecided).as_py():
                break
            follows = pc.equal(_ahead(times, step), pc.add(times, step * interval_ms))
            gone = pc.and_(undecided, pc.invert(pc.fill_null(follows, False)))
            is_future = pc.greater(pc.add(times, step * interval_ms), times[-1])
            status = pc.if_else(gone, pc.if_else(is_future, FUTURE, HOLE), status).cast(pa.int8())
            there = pc.and_(undecided, pc.fill_null(follows, False))
            doubtful = pc.and_(there, pc.invert(pc.fill_null(_ahead(complete, step), True)))
            status = pc.if_else(doubtful, INCOMPLETE, status).cast(pa.int8())
            there = pc.and_(there, pc.invert(doubtful))
            touched_below = pc.and_(there, pc.fill_null(pc.less_equal(_ahead(low, step), below), False))
            touched_above = pc.and_(there, pc.fill_null(pc.greater_equal(_ahead(high, step), above), False))
            hit = pc.or_(touched_below, touched_above)
            values = pc.if_else(hit, pc.if_else(touched_below, -1.0, 1.0), values)
            status = pc.if_else(hit, OK, status).cast(pa.int8())
        over = pc.is_null(status)
        values = pc.if_else(over, 0.0, values)
        return Labelled(values, pc.fill_null(status, OK))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _ahead(column: pa.Array, by: int) -> pa.Array:
    return pa.concat_arrays([column[by:], pa.nulls(min(by, len(column)), column.type)])


def triple_barrier(horizon: str, up: float, down: float | None = None) -> Label:
    """Which barrier the price touches first: 1 the upper, -1 the lower, 0 neither before the horizon.

    `up` and `down` are returns, for example 0.01; `down` is `up` unless given. A bar that touches both counts as the lower
    one, because a bar does not tell which came first. Its cost grows with the number of bars before the horizon.
    Source: M. López de Prado, Advances in Financial Machine Learning, section 3.4.
    """
    down = up if down is None else down
    if not (_is_number(up) and _is_number(down) and up > 0 and 0 < down < 1):
        raise BadRequest(f"Barriers are returns above 0, and the lower one below 1, not up={up!r}, down={down!r}.")
    return _TripleBarrier(f"triple_barrier_{horizon}", duration_ms(horizon), up, down)
