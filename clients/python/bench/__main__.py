"""Measures the client beside plain pyarrow and plain confluent-kafka, in one run, in alternation, and prints a table.

python bench --brokers localhost:19092              # a year of 20 pairs in files, and 100,000 rows in a topic of its own
python bench --brokers localhost:19092 --readme     # writes the table into README.md, too
"""

from __future__ import annotations

import argparse
import os
import platform
import re
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

from costs import table
from files import measure_files
from topics import measure_topics

_README = Path(__file__).parent.parent / "README.md"
_PLACE = re.compile(r"(?<=<!-- figures -->\n).*?(?=<!-- /figures -->)", re.DOTALL)


def machine(load: float) -> str:
    """Returns sentences that say when, where, with what and beside what load of other processes the figures were measured."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text()) if Path("/proc/cpuinfo").exists() else None
    name = model[1] if model else platform.processor() or platform.machine()
    libraries = ", ".join(f"{one} {version(one)}" for one in ("pyarrow", "confluent-kafka"))
    date = datetime.now(timezone.utc).date()
    python = platform.python_version()
    where = f"{date}, {os.cpu_count()} cores ({name}), Python {python}, {libraries}."
    return f"{where} The machine's load was {load:.1f} at the start."


def main() -> None:
    """Reads the options and measures."""
    parser = argparse.ArgumentParser(prog="bench", description="Measures the client beside plain libraries.")
    parser.add_argument("--brokers", required=True, help="for a topic that is deleted at the end")
    parser.add_argument("--days", type=int, default=365, help="days of 1m rows of 20 pairs in files")
    parser.add_argument("--minutes", type=int, default=5_000, help="minutes of rows of 20 pairs in the topic")
    parser.add_argument("--repeats", type=int, default=3, help="of each the run of the least CPU time counts")
    parser.add_argument("--readme", action="store_true", help="writes the table into README.md")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    results = measure_files(options.days, options.repeats)
    results += measure_topics(options.brokers, options.minutes, options.repeats)
    text = f"{table(results)}\n\n{machine(load)}\n"
    print(text)
    if options.readme:
        _README.write_text(_PLACE.sub(lambda _: text, _README.read_text()))


if __name__ == "__main__":
    main()
