"""The topic's rows as tables."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import pyarrow as pa

from candlewick.rows import CANDLE_TYPES, PUBLISHED, TIME, parse_rows
from candlewick.topic import Record, TopicReader
from candlewick.wanted import Wanted

_SAMPLE = 2_000


def read_rows(
    topic: TopicReader,
    starts: Mapping[int, int],
    wanted: Wanted,
    columns: Sequence[str] | None = None,
    ends: Mapping[int, int] | None = None,
) -> pa.Table:
    """Returns the wanted rows from the given offsets to those in `ends` or the topic's end, with these columns or all."""
    parts = []
    for batch in topic.read(starts, ends):
        records = [record for record in batch if wanted.may_be(record.key, record.value)]
        if records:
            parts.append(_table(topic, records, columns))
    return wanted.of(pa.concat_tables(parts, promote_options="permissive")) if parts else no_rows()


def newest_rows(topic: TopicReader) -> pa.Table:
    """Returns some of each partition's newest rows, for messages that say which pairs, intervals and features there are."""
    ends = topic.ends()
    return read_rows(topic, {p: max(0, end - _SAMPLE) for p, end in ends.items()}, Wanted(None, None))


def no_rows() -> pa.Table:
    """Returns a table without rows that has the columns of a candle."""
    return pa.schema([*CANDLE_TYPES.items(), (PUBLISHED, TIME)]).empty_table()


def _table(topic: TopicReader, records: Sequence[Record], columns: Sequence[str] | None) -> pa.Table:
    try:
        return parse_rows([r.value for r in records], [r.timestamp_ms for r in records], columns)
    except pa.ArrowInvalid as error:
        broken = next((one for one in records if not _is_row(one)), records[0])
        raise topic.topic.not_a_row(broken.partition, broken.offset, error) from error


def _is_row(record: Record) -> bool:
    try:
        row = json.loads(record.value)
        return None not in (row["pair"], row["interval"], row["open_time_ms"])
    except (ValueError, KeyError, TypeError):
        return False
