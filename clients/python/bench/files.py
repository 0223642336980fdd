"""The cost of reading files, beside plain pyarrow."""

from __future__ import annotations

import math
import random
import tempfile
import time
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from costs import Result, fastest

import candlewick as cw

T0 = 1_735_689_600_000
MINUTE_MS = 60_000
DAY_MINUTES = 1440
INDICATORS = [f"indicator_{i}" for i in range(24)]
FEATURES = INDICATORS[:8]
TIME = pa.timestamp("ms", tz="UTC")


def pairs_of(count: int) -> list[str]:
    """Returns the names of this many pairs, in their order."""
    return [f"C{i:02}/USD" for i in range(count)]


def day_table(pairs: list[str], day: int, rng: random.Random) -> pa.Table:
    """Returns a day's rows of one minute, in the order of pair and time, as the feature store writes them."""
    count = len(pairs) * DAY_MINUTES
    opens = [T0 + (day * DAY_MINUTES + i) * MINUTE_MS for i in range(DAY_MINUTES)] * len(pairs)
    prices = [round(100 + 10 * math.sin(i / 90) + rng.random(), 2) for i in range(count)]
    columns: dict[str, pa.Array] = {
        "pair": pa.array([pair for pair in pairs for _ in range(DAY_MINUTES)]),
        "open_time_ms": pa.array(opens, pa.int64()).cast(TIME),
        "close_time_ms": pa.array([at + MINUTE_MS for at in opens], pa.int64()).cast(TIME),
        **dict.fromkeys(["open", "high", "low", "close", "vwap"], pa.array(prices)),
        **dict.fromkeys(["volume", "quote_volume", "buy_volume"], pa.array([rng.random() for _ in range(count)])),
        **dict.fromkeys(["trade_count", "first_trade_id", "last_trade_id"], pa.array(range(count), pa.int64())),
        "complete": pa.array([True] * count),
        "source": pa.nulls(count, pa.string()),
    }
    values = pa.array([rng.random() for _ in range(count + len(INDICATORS))])
    for i, name in enumerate(INDICATORS):
        columns[name] = values[i : i + count]
    columns["published_ms"] = pa.array([at + MINUTE_MS + 500 for at in opens], pa.int64()).cast(TIME)
    return pa.table(columns)


def write_store(folder: Path, pairs: list[str], days: int) -> None:
    """Writes a dataset of one file a day."""
    rng = random.Random(1)
    table = day_table(pairs, 0, rng)
    for day in range(days):
        shift = pa.scalar(day * DAY_MINUTES * MINUTE_MS, pa.duration("ms"))
        date = time.strftime("%Y-%m-%d", time.gmtime(T0 / 1000 + day * 86_400))
        place = folder / f"features/interval=1m/date={date}"
        place.mkdir(parents=True)
        times = {name: pc.add(table[name], shift) for name in ("open_time_ms", "close_time_ms", "published_ms")}
        columns = {name: times.get(name, table[name]) for name in table.column_names}
        pq.write_table(pa.table(columns), place / "part.parquet", compression="zstd")


def measure_files(days: int, repeats: int) -> list[Result]:
    """Measures history and training sets of 20 pairs in files, beside reading the same columns with plain pyarrow."""
    pairs = pairs_of(20)
    wanted = ["pair", "open_time_ms", "close", "complete", *FEATURES]
    needed = ["pair", "open_time_ms", "close_time_ms", "high", "low", "close", "complete", *FEATURES]
    label = cw.forward_return("15m")
    with tempfile.TemporaryDirectory() as name:
        write_store(Path(name), pairs, days)
        client = cw.connect(store=name)
        plain = ds.dataset(f"{name}/features", partitioning="hive")

        def by_pyarrow(chosen: list[str], columns: list[str] | None) -> int:
            condition = ds.field("pair").isin(chosen) & (ds.field("interval") == "1m")
            return len(plain.to_table(columns=columns, filter=condition))

        results = []
        for title, chosen, columns in [
            ("one pair, all columns", pairs[:1], None),
            (f"20 pairs, {len(wanted)} columns", pairs, wanted),
        ]:
            ask = partial(client.history, chosen, "1m", columns=columns)
            works = {"plain pyarrow": partial(by_pyarrow, chosen, columns), "history": lambda ask=ask: len(ask())}
            results.append(Result(f"`history` from Parquet, {title}", fastest(works, repeats)))
        works = {
            "plain pyarrow": partial(by_pyarrow, pairs, needed),
            "training_set": lambda: client.training_set(pairs, "1m", FEATURES, label).counts["rows"],
        }
        title = f"`training_set`, 20 pairs, {len(FEATURES)} features, `forward_return`; pyarrow only reads the columns"
        return [*results, Result(title, fastest(works, repeats))]
