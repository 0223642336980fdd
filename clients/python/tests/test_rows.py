"""JSON rows of the topic as tables, also with fields of versions to come."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pytest
from conftest import row

from candlewick.rows import parse_rows


def parsed(*rows: dict[str, Any]) -> pa.Table:
    return parse_rows([json.dumps(one).encode() for one in rows], [0] * len(rows))


@pytest.mark.parametrize("value", ["text", {"a": 1}, [1, 2], True, None])
def test_an_unknown_field_that_is_no_number_is_ignored(value: Any):
    table = parsed(row(0, note=value, ema_9=1), row(1, note=value, ema_9=None))
    assert table["ema_9"].to_pylist() == [1.0, None]
    assert "note" not in table.column_names or table["note"].null_count == 2


def test_an_unknown_field_with_values_of_several_types_is_ignored():
    table = parsed(row(0, note=1, ema_9=1.5), row(1, note="text", ema_9=2))
    assert "note" not in table.column_names
    assert table["ema_9"].to_pylist() == [1.5, 2.0]


@pytest.mark.parametrize("value", [b"{broken", b"", b"5", b"[]", b"{}", b'{"pair":"A/B"}', b"null"])
def test_a_value_that_is_no_row_is_refused(value: bytes):
    with pytest.raises(pa.ArrowInvalid):
        parse_rows([json.dumps(row(0)).encode(), value], [0, 0])
