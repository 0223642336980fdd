"""Training sets from a store: what is kept, what is left out and why, and joins of several intervals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

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


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
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


def test_the_history_of_one_pair_has_no_row_of_another(tmp_path: Path):
    write(tmp_path, [row(0), row(0, pair="ETH/USD"), row(1)])
    table = cw.connect(store=str(tmp_path)).history("BTC/USD", "1m")
    assert pc.unique(table["pair"]).to_pylist() == ["BTC/USD"]
