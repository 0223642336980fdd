"""Measures the client beside plain pyarrow and plain confluent-kafka, in one run, in alternation.

python bench.py                                # history and training sets, on files that it writes
python bench.py --brokers localhost:19092      # streaming, too, on a topic that it makes and deletes
"""

from __future__ import annotations

import argparse
import math
import random
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

import candlewick as cw

T0 = 1_735_689_600_000
MINUTE_MS = 60_000
DAY_MINUTES = 1440
INDICATORS = [f"indicator_{i}" for i in range(24)]
FEATURES = INDICATORS[:8]
TIME = pa.timestamp("ms", tz="UTC")


def pairs_of(count: int) -> list[str]:
    """Returns the names of so many pairs, in their order."""
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


@dataclass(frozen=True)
class Cost:
    """What one run takes."""

    rows: int
    seconds: float
    cpu_seconds: float


def fastest(works: Mapping[str, Callable[[], int]], repeats: int) -> dict[str, Cost]:
    """Runs the works, which return their numbers of rows, in alternation, and returns of each the run of the least CPU time."""
    best: dict[str, Cost] = {}
    for _ in range(repeats):
        for name, work in works.items():
            started, cpu = time.perf_counter(), time.process_time()
            rows = work()
            cost = Cost(rows, time.perf_counter() - started, time.process_time() - cpu)
            best[name] = min(best.get(name, cost), cost, key=lambda one: one.cpu_seconds)
    return best


def report(costs: Mapping[str, Cost]) -> None:
    """Prints each work's figures, and its CPU time in that of the first one."""
    first = next(iter(costs.values()))
    for name, cost in costs.items():
        ratio = "" if cost is first else f", {cost.cpu_seconds / first.cpu_seconds:.2f} times its CPU time"
        rates = f"{cost.rows / cost.seconds:,.0f} rows a second, {cost.rows / cost.cpu_seconds:,.0f} a CPU-second"
        print(f"{name}: {cost.rows:,} rows in {cost.seconds:.2f} s, {rates}{ratio}", flush=True)


def measure_files(days: int, repeats: int) -> None:
    """Measures history and training sets of 20 pairs."""
    pairs = pairs_of(20)
    with tempfile.TemporaryDirectory() as name:
        write_store(Path(name), pairs, days)
        client = cw.connect(store=name)
        plain = ds.dataset(f"{name}/features", partitioning="hive")
        wanted = ["pair", "open_time_ms", "close", "complete", *FEATURES]
        for title, chosen, columns in [
            ("one pair, all columns", pairs[:1], None),
            (f"one pair, {len(wanted)} columns", pairs[:1], wanted),
            (f"20 pairs, {len(wanted)} columns", pairs, wanted),
        ]:

            def by_pyarrow(chosen: list[str] = chosen, columns: list[str] | None = columns) -> int:
                condition = ds.field("pair").isin(chosen) & (ds.field("interval") == "1m")
                return len(plain.to_table(columns=columns, filter=condition))

            def by_client(chosen: list[str] = chosen, columns: list[str] | None = columns) -> int:
                return len(client.history(chosen, "1m", columns=columns))

            report(fastest({f"plain pyarrow, {title}": by_pyarrow, f"history, {title}": by_client}, repeats))
        label = cw.forward_return("15m")
        title = f"training_set, 20 pairs, {len(FEATURES)} features"
        report(fastest({title: lambda: client.training_set(pairs, "1m", FEATURES, label).counts["rows"]}, 1))


def main() -> None:
    """Reads the options and measures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    measure_files(options.days, options.repeats)


if __name__ == "__main__":
    main()
