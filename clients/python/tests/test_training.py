"""Training sets from a store: rows kept, rows left out with the reason, and joins of several intervals."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb
import polars
import pyarrow.compute as pc
import pytest
from conftest import T0, published, row, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import candlewick as cw


def test_keeps_rows_with_features_and_label_and_counts_the_others(tmp_path: Path):
    rows = [
        row(0, rsi_14=None),
        row(1, complete=False),
        row(2, close=100.0),
        row(3, close=101.0),
        row(5, close=103.0),
        row(6, close=104.0),
    ]
    write(tmp_path, rows)
    made = cw.connect(store=str(tmp_path)).training_set("BTC/USD", "1m", ["rsi_14"], cw.forward_return("1m"))
    assert made.table.column_names == ["pair", "close_time_ms", "rsi_14", "forward_return_1m"]
    assert made.table["forward_return_1m"].to_pylist() == [pytest.approx(0.01), pytest.approx(104 / 103 - 1)]
    assert made.counts == {
        "rows": 6,
        "incomplete": 1,
        "not_warm": 1,
        "label_in_the_future": 1,
        "label_in_a_hole": 1,
        "label_incomplete": 0,
        "kept": 2,
    }


def test_includes_incomplete_rows_when_asked(tmp_path: Path):
    write(tmp_path, [row(0, complete=False), row(1, complete=False), row(2)])
    client = cw.connect(store=str(tmp_path))
    made = client.training_set("BTC/USD", "1m", ["rsi_14"], cw.forward_return("1m"), include_incomplete=True)
    assert made.counts["kept"] == 2


def test_joins_the_last_hour_that_had_closed(tmp_path: Path):
    minutes = [row(i) for i in range(58, 123)]
    hours = [row(h, "1h", rsi_14=float(h)) for h in range(3)]
    write(tmp_path, [*minutes, *hours])
    made = cw.connect(store=str(tmp_path)).training_set("BTC/USD", "1m", ["rsi_14", "rsi_14@1h"], cw.forward_return("1m"))
    found = dict(zip(made.table["close_time_ms"].cast("int64").to_pylist(), made.table["rsi_14@1h"].to_pylist(), strict=True))
    # The minute that closes at 01:00 knows the first hour, which closes at that moment; the one before knows none.
    assert T0 + 59 * 60_000 not in found
    assert found[T0 + 60 * 60_000] == 0.0
    assert found[T0 + 119 * 60_000] == 0.0
    assert found[T0 + 120 * 60_000] == 1.0


def test_as_of_gives_the_set_that_could_have_been_made_then(tmp_path: Path):
    rows = published([row(i, close=100.0 + i) for i in range(10)])
    write(tmp_path, rows[:6], "a")
    client = cw.connect(store=str(tmp_path))
    label = cw.forward_return("1m")
    before = client.training_set("BTC/USD", "1m", ["rsi_14"], label).table
    write(tmp_path, rows[6:], "b")
    again = client.training_set("BTC/USD", "1m", ["rsi_14"], label, as_of=rows[5]["published_ms"]).table
    assert again.equals(before)
    assert len(client.training_set("BTC/USD", "1m", ["rsi_14"], label).table) > len(before)


def test_refuses_as_of_for_rows_that_were_never_published(tmp_path: Path):
    write(tmp_path, [row(0), row(1)])
    with pytest.raises(cw.BadRequest, match="never published"):
        cw.connect(store=str(tmp_path)).training_set("BTC/USD", "1m", ["rsi_14"], cw.forward_return("1m"), as_of=T0)


def test_a_pairs_label_never_comes_from_another_pair(tmp_path: Path):
    write(tmp_path, [row(0, pair="A/B", close=1.0), row(1, pair="A/B", close=2.0), row(2, pair="C/D", close=50.0)])
    made = cw.connect(store=str(tmp_path)).training_set(["A/B", "C/D"], "1m", ["rsi_14"], cw.forward_return("1m"))
    assert made.table["pair"].to_pylist() == ["A/B"]
    assert made.counts["label_in_the_future"] == 2


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 4)), min_size=1, max_size=30))
def test_counts_account_for_every_row(tmp_path_factory: pytest.TempPathFactory, drawn: list[Any]):
    folder = tmp_path_factory.mktemp("store")
    rows, at = [], 0
    for complete, warm, step in drawn:
        rows.append(row(at, complete=complete, rsi_14=1.0 if warm else None))
        at += 2 if step == 0 else 1
    write(folder, rows)
    counts = cw.connect(store=str(folder)).training_set("BTC/USD", "1m", ["rsi_14"], cw.forward_return("2m")).counts
    assert counts["rows"] == len(rows)
    assert sum(n for name, n in counts.items() if name != "rows") == len(rows)


def test_the_history_of_one_pair_has_no_row_of_another_pair(tmp_path: Path):
    write(tmp_path, [row(0), row(0, pair="ETH/USD"), row(1)])
    table = cw.connect(store=str(tmp_path)).history("BTC/USD", "1m")
    assert pc.unique(table["pair"]).to_pylist() == ["BTC/USD"]


FIVE = 5 * 60_000
quiet = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
_ROWS = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40)


def drawn_rows(drawn: list[tuple[bool, bool]], interval: str, delays: list[int]) -> list[dict[str, Any]]:
    """A row for each window that is there, with a value of its own, and the time at which it was published."""
    found = []
    for at, (is_there, complete) in enumerate(drawn):
        if is_there:
            one = row(at, interval, close=100.0 + at % 7, rsi_14=at + 0.5, complete=complete)
            found.append({**one, "published_ms": one["close_time_ms"] + delays[at % len(delays)]})
    return found


def obvious_training_set(minutes: list[dict[str, Any]], fives: list[dict[str, Any]]) -> list[tuple[int, float, float, float]]:
    """Each row whose own, joined and labelling candles are there and complete: nothing but loops."""
    kept = []
    for one in minutes:
        closed = [five for five in fives if five["close_time_ms"] <= one["close_time_ms"]]
        last_boundary = one["close_time_ms"] // FIVE * FIVE
        joined = [five for five in closed if five["close_time_ms"] == last_boundary]
        later = [two for two in minutes if two["close_time_ms"] == one["close_time_ms"] + 120_000]
        if one["complete"] and joined and joined[0]["complete"] and later and later[0]["complete"]:
            change = later[0]["close"] / one["close"] - 1
            kept.append((one["close_time_ms"], one["rsi_14"], joined[0]["rsi_14"], pytest.approx(change, abs=1e-12)))
    return kept


@quiet
@given(_ROWS, st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=9), st.integers(0, 45 * 60_000))
def test_joined_intervals_equal_the_obvious_implementation_as_of_any_time(
    tmp_path_factory: pytest.TempPathFactory, minutes: list[Any], fives: list[Any], after_ms: int
):
    folder = tmp_path_factory.mktemp("store")
    ones = drawn_rows([(True, True), *minutes], "1m", [400, 90_000, 1_000])
    others = drawn_rows([(True, True), *fives], "5m", [700, 600_000])
    write(folder, [*ones, *others])
    as_of = T0 + 60_400 + after_ms
    client = cw.connect(store=str(folder))

    def made(as_of: int | None) -> list[tuple[Any, ...]]:
        table = client.training_set("BTC/USD", "1m", ["rsi_14", "rsi_14@5m"], cw.forward_return("2m"), as_of=as_of).table
        times = table["close_time_ms"].cast("int64").to_pylist()
        return list(zip(times, *(table[i].to_pylist() for i in (2, 3, 4)), strict=True))

    assert made(None) == obvious_training_set(ones, others)

    def by_then(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [one for one in rows if one["published_ms"] <= as_of]

    assert made(as_of) == obvious_training_set(by_then(ones), by_then(others))


def test_a_week_closes_on_monday(tmp_path: Path):
    monday = 4 * 1440  # 2026-01-05 is a Monday, and 2026-01-01, with which the rows begin, a Thursday.
    week = row(0, "1w", rsi_14=7.0)
    shifted = {**week, "open_time_ms": T0 - 3 * 86_400_000, "close_time_ms": T0 + 4 * 86_400_000}
    write(tmp_path, [*(row(i) for i in range(monday - 3, monday + 2)), shifted])
    made = cw.connect(store=str(tmp_path)).training_set("BTC/USD", "1m", ["rsi_14@1w"], cw.forward_return("1m"))
    assert made.table["close_time_ms"].cast("int64").to_pylist() == [T0 + (monday + i) * 60_000 for i in (0, 1)]


def test_frames_of_pandas_and_polars_have_the_rows(tmp_path: Path):
    write(tmp_path, [row(0), row(1), row(2)])
    client = cw.connect(store=str(tmp_path))
    made = client.training_set("BTC/USD", "1m", ["rsi_14"], cw.forward_return("1m"))
    assert made.to_pandas()["rsi_14"].tolist() == [50.0, 50.0]
    assert made.to_polars()["rsi_14"].to_list() == [50.0, 50.0]
    rows = client.history("BTC/USD", "1m")
    assert rows.to_pandas()["close"].tolist() == [100.0] * 3
    assert polars.from_arrow(rows)["close"].to_list() == [100.0] * 3
    assert duckdb.sql("SELECT count(*), max(close_time_ms) > min(open_time_ms) FROM rows").fetchall() == [(3, True)]


def test_as_of_refuses_a_set_if_some_of_its_rows_were_never_published(tmp_path: Path):
    write(tmp_path, [row(0), row(1)], "computed")
    write(tmp_path, published([row(2), row(3)]), "stored")
    with pytest.raises(cw.BadRequest, match="never published"):
        cw.connect(store=str(tmp_path)).training_set("BTC/USD", "1m", ["rsi_14"], cw.forward_return("1m"), as_of=T0 * 2)


@pytest.mark.parametrize(
    ("ask", "text"),
    [
        (lambda c, label: c.training_set("BTC/USD", "1m", "rsi_14", label), "features=['rsi_14']"),
        (lambda c, label: c.training_set("BTC/USD", "1m", [], label), "at least one name"),
        (lambda c, label: c.training_set("BTC/USD", "1m", ["rsi_14"], "15m"), "cw.forward_return('15m')"),
        (lambda c, label: c.training_set("BTC/USD", "1m", ["rsi_41@1m"], label), "Did you mean 'rsi_14'"),
        (lambda c, label: c.history("BTC/USD", "1m", columns="close"), "columns=['close']"),
        (lambda c, label: c.history("BTC/USD", "1m", start="2026-02-01", end="2026-01-01"), "start"),
        (lambda c, label: c.history([], "1m"), "No pair"),
    ],
)
def test_the_error_for_a_wrong_argument_names_the_remedy(tmp_path: Path, ask: Any, text: str):
    write(tmp_path, [row(0), row(1)])
    with pytest.raises(cw.CandlewickError, match=re.escape(text)):
        ask(cw.connect(store=str(tmp_path)), cw.forward_return("1m"))
