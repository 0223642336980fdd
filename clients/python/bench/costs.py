"""Runs of the client and of the plain library in alternation, and their table."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """The cost of one run."""

    rows: int
    seconds: float
    cpu_seconds: float


@dataclass(frozen=True)
class Result:
    """The runs with the least CPU time, first the plain library's, then the client's."""

    title: str
    costs: Mapping[str, Cost]


def fastest(works: Mapping[str, Callable[[], int]], repeats: int) -> dict[str, Cost]:
    """Runs both works in alternation. Each returns its number of rows. Returns for each the run with the least CPU time."""
    best: dict[str, Cost] = {}
    for _ in range(repeats):
        for name, work in works.items():
            started, cpu = time.perf_counter(), time.process_time()
            rows = work()
            cost = Cost(rows, time.perf_counter() - started, time.process_time() - cpu)
            print(
                f"{name}: {rows:,} rows in {cost.seconds:.2f} s, {cost.cpu_seconds:.2f} CPU-seconds", file=sys.stderr, flush=True
            )
            best[name] = min(best.get(name, cost), cost, key=lambda one: one.cpu_seconds)
    return best


def table(results: Sequence[Result]) -> str:
    """Returns the figures as a Markdown table."""
    lines = [
        "| | rows | rows a second | CPU, µs a row | plain: rows a second | plain: CPU, µs a row | CPU |",
        "|---|" + "---:|" * 6,
    ]
    for result in results:
        plain, own = result.costs.values()
        ratio = own.cpu_seconds / own.rows / (plain.cpu_seconds / plain.rows)
        figures = [f"{own.rows:,}", *_rates(own), *_rates(plain), f"{ratio:.2f}×"]
        lines.append(f"| {result.title} | {' | '.join(figures)} |")
    return "\n".join(lines)


def _rates(cost: Cost) -> list[str]:
    return [f"{round(cost.rows / cost.seconds, -3):,.0f}", f"{cost.cpu_seconds / cost.rows * 1e6:.2f}"]
