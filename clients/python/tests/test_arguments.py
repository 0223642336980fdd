"""Arguments of wrong types and values: each is refused by an error that says what to write instead."""

from __future__ import annotations

import sys
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy
import pandas
import pytest
from conftest import T0, published, row, write

import candlewick as cw
from candlewick.times import time_ms

LABEL = cw.forward_return("1m")


@pytest.fixture
def client(tmp_path: Path) -> cw.Client:
    write(tmp_path, published([row(i) for i in range(5)]))
    return cw.connect(store=tmp_path)


@pytest.mark.parametrize(
    "when",
    [
        T0,
        numpy.int64(T0),
        "2026-01-01",
        "2026-01-01T00:00Z",
        "2026-01-01T05:30+05:30",
        date(2026, 1, 1),
        datetime(2026, 1, 1),
        datetime(2026, 1, 1, 5, 30, tzinfo=timezone(timedelta(hours=5, minutes=30))),
        pandas.Timestamp("2026-01-01"),
        pandas.Timestamp("2026-01-01T01:00", tz="Europe/Berlin"),
    ],
)
def test_every_kind_of_time_names_the_same_moment(when: Any):
    assert time_ms(when) == T0


@pytest.mark.parametrize(
    ("when", "text"),
    [
        (T0 // 1000, f"looks like Unix seconds. Write milliseconds: {T0}"),
        (T0 * 1000, "Unix milliseconds"),
        (float(T0), "as an int"),
        (numpy.datetime64("2026-01-01"), "a date or a datetime"),
        (pandas.NaT, "is not a time"),
        (datetime.max, "years 1 to 9999"),
        ([T0], "is not a time"),
        (True, "is not a time"),
        ("", "Write, for example"),
    ],
)
def test_a_value_that_is_no_time_is_refused(client: cw.Client, when: Any, text: str):
    with pytest.raises(cw.BadRequest, match=text):
        client.history("BTC/USD", "1m", end=when)


@pytest.mark.parametrize(
    ("ask", "text"),
    [
        (lambda c: c.history(5, "1m"), "5 is not a pair"),
        (lambda c: c.history(None, "1m"), "None is not a pair"),
        (lambda c: c.history(b"BTC/USD", "1m"), "is not a pair"),
        (lambda c: c.history("BTC/USD", "1m", columns=[]), "at least one name"),
        (lambda c: c.training_set("BTC/USD", "1m", [5], LABEL), "5 is not the name of a feature"),
        (lambda c: c.training_set("BTC/USD", "1m", ["rsi_14@"], LABEL), "'rsi_14@' is not the name"),
        (lambda c: c.training_set("BTC/USD", "1m", ["@1h"], LABEL), "'@1h' is not the name"),
        (lambda c: c.training_set("BTC/USD", "1m", ["published_ms"], LABEL), "is no feature"),
        (lambda c: c.training_set("BTC/USD", "1m", None, LABEL), "features is a list"),
        (lambda c: cw.direction("1m", "x"), "threshold of a direction"),
        (lambda c: cw.triple_barrier("1m", "x"), "Barriers are returns"),
        (lambda c: cw.connect(store=5), "5 is no store"),
        (lambda c: cw.connect(["localhost:1"]), "Brokers are a text"),
        (lambda c: cw.connect("localhost:1", kafka={"isolation.level": "read_uncommitted"}), "decides 'isolation.level' itself"),
        (lambda c: cw.connect("localhost:1", kafka={"nonsense": "1"}).stream(), 'No such configuration property: "nonsense"'),
        (lambda c: cw.connect("localhost:1").stream(["BTC/USD"]), "the rows of one pair"),
        (lambda c: c.verify(T0, T0), "is not before the end"),
    ],
)
def test_a_wrong_argument_is_refused(client: cw.Client, ask: Any, text: str):
    with pytest.raises(cw.BadRequest, match=text):
        ask(client)


def test_a_name_that_is_given_twice_is_returned_once(client: cw.Client):
    assert len(client.history(["BTC/USD", "BTC/USD"], "1m")) == 5
    made = client.training_set("BTC/USD", "1m", ["rsi_14", "rsi_14"], LABEL)
    assert made.features == ("rsi_14",)


def test_a_training_set_as_of_a_time_before_the_first_row_is_empty_and_has_the_usual_types(client: cw.Client):
    made = client.training_set("BTC/USD", "1m", ["rsi_14"], LABEL, as_of=T0)
    assert made.counts["rows"] == 0
    assert made.table.schema == client.training_set("BTC/USD", "1m", ["rsi_14"], LABEL).table.schema


@pytest.mark.parametrize("label", [cw.forward_return("30d"), cw.direction("30d"), cw.triple_barrier("30d", 0.01)])
def test_a_horizon_longer_than_the_table_leaves_out_every_row(client: cw.Client, label: Any):
    assert client.training_set("BTC/USD", "1m", ["rsi_14"], label).counts["label_in_the_future"] == 5


@pytest.mark.parametrize("package", ["pandas", "polars"])
def test_the_error_names_a_missing_package_and_its_extra(client: cw.Client, package: str, monkeypatch: pytest.MonkeyPatch):
    made = client.training_set("BTC/USD", "1m", ["rsi_14"], LABEL)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(cw.MissingPackage, match=rf"pip install 'candlewick\[{package}\]'"):
        getattr(made, f"to_{package}")()
