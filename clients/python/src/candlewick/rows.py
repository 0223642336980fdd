"""Feature rows as Arrow tables, with the same column types whether they come from a file or from the topic."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

TIME = pa.timestamp("ms", tz="UTC")

CANDLE_TYPES: dict[str, pa.DataType] = {
    "pair": pa.string(),
    "interval": pa.string(),
    "open_time_ms": TIME,
    "close_time_ms": TIME,
    **dict.fromkeys(["open", "high", "low", "close", "volume", "quote_volume", "vwap"], pa.float64()),
    "trade_count": pa.int64(),
    "buy_volume": pa.float64(),
    "first_trade_id": pa.int64(),
    "last_trade_id": pa.int64(),
    "complete": pa.bool_(),
    "source": pa.string(),
}
"""The fields of a candle; `source` is null but for candles that the exchange made.

Every other field of a row is a feature and a nullable double.
"""

PUBLISHED = "published_ms"
"""When the broker appended the row to the topic (its LogAppendTime). `npm run compute` writes no such column."""

_NOT_FEATURES = {*CANDLE_TYPES, PUBLISHED, "date"}


def feature_names(columns: Sequence[str]) -> list[str]:
    """Returns the columns that are indicators' values, in their order."""
    return [name for name in columns if name not in _NOT_FEATURES]


def type_of(name: str) -> pa.DataType:
    """Returns the type that a column of a history has."""
    return TIME if name == PUBLISHED else CANDLE_TYPES.get(name, pa.float64())


def parse_rows(values: Sequence[bytes], published_ms: Sequence[int]) -> pa.Table:
    """Returns the topic's JSON rows as a table.

    `values` are the records' values and `published_ms` their broker timestamps, of the same length.
    """
    if not values:
        return pa.table({})
    json_types = [(name, pa.int64() if kind == TIME else kind) for name, kind in CANDLE_TYPES.items()]
    options = pj.ParseOptions(explicit_schema=pa.schema(json_types))
    read = pj.ReadOptions(block_size=max(1 << 20, 2 * max(map(len, values))))
    table = pj.read_json(io.BytesIO(b"\n".join(values)), read_options=read, parse_options=options)
    columns = {name: _cast(table[name], type_of(name)) for name in table.column_names}
    columns[PUBLISHED] = pa.array(published_ms, pa.int64()).cast(TIME)
    return pa.table(columns)


def _cast(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    return column if column.type == kind else column.cast(kind)


def conformed(table: pa.Table, columns: Sequence[str]) -> pa.Table:
    """Returns the table with exactly these columns in this order; a column that it lacks is null."""
    return pa.table(
        {
            name: _cast(table[name], type_of(name)) if name in table.column_names else pa.nulls(len(table), type_of(name))
            for name in columns
        }
    )


def sorted_by_time(table: pa.Table) -> pa.Table:
    """Returns the rows in the order of pair and opening time. Costs one pass where they are in order already."""
    if len(table) < 2:
        return table
    times = table["open_time_ms"].cast(pa.int64()).combine_chunks()
    pairs = table["pair"].combine_chunks()
    later = pc.greater(times[1:], times[:-1])
    if "pair" in table.column_names:
        same = pc.equal(pairs[1:], pairs[:-1])
        later = pc.if_else(same, later, pc.greater(pairs[1:], pairs[:-1]))
    return table if pc.all(later).as_py() else table.sort_by([("pair", "ascending"), ("open_time_ms", "ascending")])
