"""Selects the requested rows of a topic."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from candlewick.ordering import Row

_INTERVAL = b'"interval":"'
_WRITTEN = re.compile(rb'"interval"\s*:\s*"([^"]*)"')


def interval_in(value: bytes) -> str | None:
    """Returns the interval of a row without parsing its JSON; None if it has none."""
    found = _WRITTEN.search(value)
    return None if found is None else found[1].decode(errors="replace")


class Wanted:
    """Rows of some pairs and of an interval; None stands for all."""

    def __init__(self, pairs: Sequence[str] | None, interval: str | None) -> None:
        self._pairs = None if pairs is None else frozenset(pairs)
        self._keys = None if pairs is None else frozenset(pair.encode() for pair in pairs)
        self._interval = interval
        self._text = None if interval is None else f'{interval}"'.encode()

    def may_be(self, key: bytes | None, value: bytes) -> bool:
        """Says whether a record may be requested, without parsing its JSON, which costs more than everything else."""
        if self._keys is not None and key not in self._keys:
            return False
        if self._text is None:
            return True
        at = value.find(_INTERVAL)
        return at < 0 or value.startswith(self._text, at + len(_INTERVAL))

    def has(self, row: Row) -> bool:
        """Says whether the row is requested."""
        return (self._pairs is None or row["pair"] in self._pairs) and self._interval in (None, row["interval"])

    def of(self, rows: pa.Table) -> pa.Table:
        """Returns the requested rows of the table."""
        if self._pairs is not None:
            rows = rows.filter(pc.is_in(rows["pair"], value_set=pa.array(sorted(self._pairs), pa.string())))
        return rows if self._interval is None else rows.filter(pc.equal(rows["interval"], self._interval))
