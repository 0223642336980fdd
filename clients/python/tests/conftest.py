"""Datasets that tests read, written with the layout and the types that the feature store writes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import settings

from candlewick.rows import PUBLISHED, type_of
from candlewick.times import duration_ms, iso

# On a busy machine any example may take long.
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")

T0 = 1_767_225_600_000
"""2026-01-01T00:00:00Z."""


def row(at: int, interval: str = "1m", pair: str = "BTC/USD", **values: Any) -> dict[str, Any]:
    """A feature row whose window is the `at`-th after T0. Its close is 100 and its candle complete unless given."""
    length = duration_ms(interval)
    open_ms = T0 + at * length
    close = values.get("close", 100.0)
    candle = {
        "pair": pair,
        "interval": interval,
        "open_time_ms": open_ms,
        "close_time_ms": open_ms + length,
        "open": close,
        "high": close,
        "low": close,
        "close": close,
        "volume": 1.0,
        "quote_volume": close,
        "vwap": close,
        "trade_count": 1,
        "buy_volume": 0.5,
        "first_trade_id": at,
        "last_trade_id": at,
        "complete": True,
        "rsi_14": 50.0,
    }
    return {**candle, **values}


def table_of(rows: Sequence[dict[str, Any]]) -> pa.Table:
    """The rows as a history has them."""
    names = list(dict.fromkeys(name for one in rows for name in one))
    columns = {}
    for name in names:
        values = [one.get(name) for one in rows]
        kind = type_of(name)
        columns[name] = pa.array(values, pa.int64()).cast(kind) if pa.types.is_timestamp(kind) else pa.array(values, kind)
    return pa.table(columns)


def write(folder: Path, rows: Sequence[dict[str, Any]], name: str = "part") -> None:
    """Writes the rows into their interval's and days' folders."""
    by_folder: dict[Path, list[dict[str, Any]]] = {}
    for one in rows:
        place = folder / "features" / f"interval={quote(one['interval'], safe='')}" / f"date={iso(one['open_time_ms'])[:10]}"
        by_folder.setdefault(place, []).append(one)
    for place, of in by_folder.items():
        place.mkdir(parents=True, exist_ok=True)
        table = table_of(sorted(of, key=lambda r: (r["pair"], r["open_time_ms"], r.get("bar") or 0))).drop_columns(["interval"])
        pq.write_table(table, place / f"{name}.parquet", compression="zstd")


def published(rows: Sequence[dict[str, Any]], delay_ms: int = 500) -> list[dict[str, Any]]:
    """The rows with the time at which the broker appended them: so long after their window closed."""
    return [{**one, PUBLISHED: one["close_time_ms"] + delay_ms} for one in rows]
