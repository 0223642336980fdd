"""Labels against hand-computed cases and against a slow, obvious implementation."""

from __future__ import annotations

import math
from typing import Any

import pytest
from conftest import row, table_of
from hypothesis import given
from hypothesis import strategies as st

import candlewick as cw
from candlewick.labels import FUTURE, HOLE, INCOMPLETE, OK, Label
from candlewick.times import duration_ms

MINUTE = 60_000


def labelled(label: Label, rows: list[dict[str, Any]]) -> tuple[list[float | None], list[int]]:
    found = label.compute(table_of(rows), MINUTE)
    return found.values.to_pylist(), found.status.to_pylist()


def test_forward_return_is_the_change_to_the_close_at_the_horizon():
    values, status = labelled(cw.forward_return("2m"), [row(i, close=c) for i, c in enumerate([100.0, 110.0, 120.0, 99.0])])
    assert values[:2] == [pytest.approx(0.2), pytest.approx(-0.1)]
    assert status == [OK, OK, FUTURE, FUTURE]


def test_forward_log_return_is_the_logarithm_of_the_ratio():
    values, _ = labelled(cw.forward_log_return("1m"), [row(0, close=100.0), row(1, close=105.0)])
    assert values == [pytest.approx(math.log(1.05)), None]


def test_direction_is_zero_within_the_threshold():
    closes = [100.0, 100.5, 102.0, 100.0]
    values, _ = labelled(cw.direction("1m", threshold=0.01), [row(i, close=c) for i, c in enumerate(closes)])
    assert values[:3] == [0.0, 1.0, -1.0]


def test_a_missing_window_gives_no_label_instead_of_the_next_rows_close():
    rows = [row(0, close=100.0), row(1, close=101.0), row(3, close=150.0), row(4, close=150.0)]
    values, status = labelled(cw.forward_return("1m"), rows)
    assert values[0] == pytest.approx(0.01)
    assert status == [OK, HOLE, OK, FUTURE]
    assert values[1] is None


def test_a_label_from_an_incomplete_candle_has_the_status_incomplete():
    _, status = labelled(cw.forward_return("1m"), [row(0), row(1, complete=False), row(2)])
    assert status == [INCOMPLETE, OK, FUTURE]


def test_triple_barrier_returns_the_barrier_that_is_touched_first():
    rows = [
        row(0, close=100.0),
        row(1, close=100.0, high=101.5, low=99.5),
        row(2, close=100.0, high=100.5, low=98.0),
        row(3, close=100.0),
        row(4, close=100.0),
        row(5, close=100.0),
    ]
    values, status = labelled(cw.triple_barrier("2m", up=0.01), rows)
    assert values[:4] == [1.0, -1.0, 0.0, 0.0]
    assert status == [OK, OK, OK, OK, FUTURE, FUTURE]


def test_a_bar_that_touches_both_barriers_counts_as_the_lower_one():
    values, _ = labelled(cw.triple_barrier("1m", up=0.01), [row(0), row(1, high=102.0, low=98.0)])
    assert values[0] == -1.0


@pytest.mark.parametrize("bad", [{"up": 0.0}, {"up": -0.1}, {"up": 0.1, "down": 1.5}, {"up": math.inf}])
def test_refuses_barriers_that_are_no_returns(bad: dict[str, float]):
    with pytest.raises(cw.BadRequest, match="Barriers are returns above 0"):
        cw.triple_barrier("1h", **bad)


def test_refuses_a_horizon_between_two_closes():
    with pytest.raises(cw.BadRequest, match="no multiple"):
        labelled(cw.forward_return("90s"), [row(0), row(1)])


prices = st.floats(50, 200, allow_nan=False)
bars = st.lists(
    st.tuples(prices, st.floats(0, 0.05), st.floats(0, 0.05), st.booleans(), st.integers(1, 3)), min_size=1, max_size=40
)


def series(drawn: list[tuple[float, float, float, bool, int]]) -> list[dict[str, Any]]:
    rows, at = [], 0
    for close, above, below, complete, step in drawn:
        rows.append(row(at, close=close, high=close * (1 + above), low=close * (1 - below), complete=complete))
        at += 1 if step < 3 else 2
    return rows


def obvious_return(rows: list[dict[str, Any]], horizon: str) -> list[tuple[float | None, int]]:
    closes = {one["close_time_ms"]: one for one in rows}
    found: list[tuple[float | None, int]] = []
    for one in rows:
        at = one["close_time_ms"] + duration_ms(horizon)
        then = closes.get(at)
        if then is None:
            found.append((None, FUTURE if at > rows[-1]["close_time_ms"] else HOLE))
        else:
            found.append((then["close"] / one["close"] - 1, OK if then["complete"] else INCOMPLETE))
    return found


def obvious_barrier(rows: list[dict[str, Any]], horizon: str, up: float, down: float) -> list[tuple[float | None, int]]:
    closes = {one["close_time_ms"]: one for one in rows}
    found: list[tuple[float | None, int]] = []
    for one in rows:
        outcome: tuple[float | None, int] = (0.0, OK)
        for step in range(1, duration_ms(horizon) // MINUTE + 1):
            at = one["close_time_ms"] + step * MINUTE
            bar = closes.get(at)
            if bar is None:
                outcome = (None, FUTURE if at > rows[-1]["close_time_ms"] else HOLE)
            elif not bar["complete"]:
                outcome = (None, INCOMPLETE)
            elif bar["low"] <= one["close"] * (1 - down):
                outcome = (-1.0, OK)
            elif bar["high"] >= one["close"] * (1 + up):
                outcome = (1.0, OK)
            else:
                continue
            break
        found.append(outcome)
    return found


@given(bars, st.sampled_from(["1m", "3m", "7m"]))
def test_forward_return_equals_the_obvious_implementation(drawn: Any, horizon: str):
    rows = series(drawn)
    values, status = labelled(cw.forward_return(horizon), rows)
    expected = obvious_return(rows, horizon)
    assert status == [s for _, s in expected]
    assert values == [v if v is None else pytest.approx(v, abs=1e-12) for v, _ in expected]


@given(bars, st.sampled_from(["1m", "3m", "7m"]), st.floats(0.001, 0.3), st.floats(0.001, 0.3))
def test_triple_barrier_equals_the_obvious_implementation(drawn: Any, horizon: str, up: float, down: float):
    rows = series(drawn)
    values, status = labelled(cw.triple_barrier(horizon, up, down), rows)
    expected = obvious_barrier(rows, horizon, up, down)
    assert list(zip(values, status, strict=True)) == expected


@given(bars, st.sampled_from(["1m", "3m", "7m"]), st.floats(0, 0.5))
def test_log_return_and_direction_follow_from_the_obvious_return(drawn: Any, horizon: str, threshold: float):
    rows = series(drawn)
    expected = obvious_return(rows, horizon)
    logs, status = labelled(cw.forward_log_return(horizon), rows)
    assert status == [s for _, s in expected]
    assert logs == [v if v is None else pytest.approx(math.log1p(v), abs=1e-12) for v, _ in expected]
    directions, status = labelled(cw.direction(horizon, threshold), rows)
    assert status == [s for _, s in expected]
    assert directions == [None if v is None else float((v > threshold) - (v < -threshold)) for v, _ in expected]
