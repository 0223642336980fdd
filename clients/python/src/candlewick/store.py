"""Reads the dataset that the feature store and `npm run compute` write.

The layout is `features/interval=1m/date=2026-11-30/NAME.parquet`, for a bar `interval=tick%3A500`. A file of the feature store
is called `TOPIC-PARTITION-FIRST-END.parquet` after the offsets [FIRST, END) of the topic's partition that it was made from, so
that the names alone say how far the store has come.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote, unquote

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.fs as fs

from candlewick.errors import BadRequest, NoSuchFeature, NoSuchInterval, StoreAway, StoreEmpty
from candlewick.rows import CANDLE_TYPES, PUBLISHED, TIME, conformed, feature_names, is_feature_type, sorted_by_time
from candlewick.times import is_bar, iso

_FROM_LOG = re.compile(r"(?P<topic>.+)-(?P<partition>\d+)-(?P<first>\d+)-(?P<end>\d+)\.parquet")
_FORMAT = ds.ParquetFileFormat()


@dataclass(frozen=True)
class OffsetRange:
    """The offsets [first, end) of a partition."""

    first: int
    end: int


class FeatureStore:
    """A folder of Parquet files, local or `s3://bucket/prefix` (credentials by the usual AWS variables)."""

    def __init__(self, location: str | os.PathLike[str]) -> None:
        try:
            self.location = location = os.path.expanduser(os.fspath(location))
        except TypeError:
            raise BadRequest(f"{location!r} is no store. Write a folder or s3://bucket/prefix.") from None
        if "://" in location:
            try:
                self._fs, self._root = fs.FileSystem.from_uri(location)
            except (OSError, ValueError) as error:
                raise StoreAway(f"There is no store at {location}: {error}. Write a folder or s3://bucket/prefix.") from error
        else:
            self._fs, self._root = fs.LocalFileSystem(), location
        self._root = self._root.rstrip("/")

    def intervals(self) -> list[str]:
        """Returns the intervals with rows in the store."""
        return sorted(map(unquote, self._folders(f"{self._root}/features", "interval")))

    def pairs(self, interval: str) -> list[str]:
        """Returns the pairs that have rows in the newest files of the interval."""
        paths = self._paths(interval, None, None)[-64:]
        if not paths:
            return []
        table = self._dataset(paths).to_table(columns=["pair"])
        return sorted(table["pair"].unique().to_pylist())

    def features(self, interval: str) -> list[str]:
        """Returns the features that the newest file of the interval has."""
        paths = self._paths(interval, None, None)
        return feature_names(self._dataset(paths[-1:]).schema.names) if paths else []

    def read(
        self,
        pairs: Sequence[str],
        interval: str,
        start_ms: int | None,
        end_ms: int | None,
        columns: Sequence[str] | None = None,
    ) -> pa.Table:
        """Returns the rows of the pairs that open in [start_ms, end_ms), in the order of pair and time.

        A pair without rows has none in the table. Raises StoreEmpty, NoSuchInterval or NoSuchFeature.
        """
        paths = self._paths(interval, start_ms, end_ms)
        if not paths:
            self._explain_nothing(interval, start_ms, end_ms)
        dataset = self._dataset(paths)
        schema = dataset.schema
        if columns is None:
            wanted = [name for name in schema.names if name != "interval" and is_feature_type(schema.field(name).type, name)]
        else:
            wanted = list(columns)
            self._check_features([name for name in wanted if not _has(schema, name)], interval)
        needed = dict.fromkeys([*wanted, "pair", "open_time_ms", *(["bar"] if is_bar(interval) else [])])
        stored = [name for name in needed if name in dataset.schema.names]
        with self._readable():
            table = dataset.to_table(columns=stored, filter=_condition(pairs, start_ms, end_ms))
        table = sorted_by_time(table)
        if "interval" in needed or columns is None:
            place = 1 if columns is None else table.num_columns
            table = table.add_column(place, "interval", pa.repeat(pa.scalar(interval), len(table)))
        return conformed(table, table.column_names if columns is None else wanted)

    def _check_features(self, names: Sequence[str], interval: str) -> None:
        """Raises NoSuchFeature for a name that no file has. Files of before it was added, or after it was removed, lack it."""
        unknown = [name for name in names if name not in CANDLE_TYPES and name != PUBLISHED]
        if not unknown:
            return
        known = self._dataset(self._paths(interval, None, None)).schema
        for name in unknown:
            if not _has(known, name):
                raise NoSuchFeature(name, feature_names([one for one in known.names if _has(known, one)]))

    def has_rows(self, interval: str, start_ms: int, end_ms: int) -> bool:
        """Returns whether there are files for the days of [start_ms, end_ms)."""
        return bool(self._paths(interval, start_ms, end_ms))

    def newest_ranges(self, topic: str) -> dict[int, OffsetRange]:
        """Returns the newest range of offsets of each partition's files; empty for a computed dataset."""
        newest: dict[int, OffsetRange] = {}
        for interval in self.intervals():
            for path in self._paths(interval, None, None):
                match = _FROM_LOG.fullmatch(path.rsplit("/", 1)[1])
                if match is None or match["topic"] != topic:
                    continue
                found = OffsetRange(int(match["first"]), int(match["end"]))
                known = newest.get(int(match["partition"]))
                if known is None or found.end > known.end:
                    newest[int(match["partition"])] = found
        return newest

    def positions(self, topic: str) -> dict[int, int]:
        """Returns for each partition the offset up to which the feature store has written files; empty for a computed dataset."""
        found: dict[int, int] = {}
        for info in self._list(f"{self._root}/_positions"):
            name = re.fullmatch(rf"{re.escape(topic)}-(\d+)\.json", info.base_name)
            if name is not None:
                with self._readable(), self._fs.open_input_stream(info.path) as file:
                    found[int(name[1])] = int(json.loads(file.read())["next_offset"])
        return found

    def _explain_nothing(self, interval: str, start_ms: int | None, end_ms: int | None) -> None:
        known = self.intervals()
        if not known and self._folders(self._root, "interval"):
            above = self._root.rpartition("/")[0]
            raise StoreEmpty(f"{self.location} has the intervals' folders. Name the folder above it as the store: {above}")
        if not known:
            raise StoreEmpty(
                f"There are no Parquet files under {self.location}/features. Start the feature store with this folder, or "
                "fill it by: npm run compute -- --file trades.csv --out " + self.location
            )
        if interval not in known:
            raise NoSuchInterval(interval, known)
        asked = f"from {iso(start_ms) if start_ms else 'its beginning'} to {iso(end_ms) if end_ms else 'now'}"
        raise StoreEmpty(f"{self.location} has no {interval} rows {asked}.")

    def _dataset(self, paths: Sequence[str]) -> ds.Dataset:
        """Columns that only some of the files have, since INDICATORS changed, are null in the others."""
        fragments = [_FORMAT.make_fragment(path, self._fs) for path in paths]
        with self._readable():
            schema = pa.unify_schemas([fragment.physical_schema for fragment in fragments], promote_options="permissive")
        return ds.FileSystemDataset(fragments, schema, _FORMAT, self._fs)

    def _paths(self, interval: str, start_ms: int | None, end_ms: int | None) -> list[str]:
        folder = f"{self._root}/features/interval={quote(interval, safe='')}"
        first = iso(start_ms)[:10] if start_ms is not None else ""
        last = iso(end_ms)[:10] if end_ms is not None else "9999"
        dates = [date for date in self._folders(folder, "date") if first <= date <= last]
        return [path for date in dates for path in self._files(f"{folder}/date={date}")]

    def _folders(self, folder: str, key: str) -> list[str]:
        prefix = f"{key}="
        return sorted(i.base_name[len(prefix) :] for i in self._list(folder) if i.base_name.startswith(prefix))

    def _files(self, folder: str) -> list[str]:
        return sorted(i.path for i in self._list(folder) if i.base_name.endswith(".parquet") and i.base_name[0] not in "._")

    @contextmanager
    def _readable(self) -> Iterator[None]:
        """Raises StoreAway for a file that is damaged, gone, or of other columns."""
        try:
            yield
        except (OSError, pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise StoreAway(
                f"A file of the store {self.location} cannot be read: {error}. If it is damaged, delete it and compute its rows "
                "again with npm run compute."
            ) from error

    def _list(self, folder: str) -> list[fs.FileInfo]:
        try:
            found: list[fs.FileInfo] = self._fs.get_file_info(fs.FileSelector(folder, allow_not_found=True))
        except OSError as error:
            raise StoreAway(
                f"The store {self.location} cannot be read: {error}. For S3 the usual AWS variables name region, endpoint and "
                "credentials."
            ) from error
        return found


def _has(schema: pa.Schema, name: str) -> bool:
    return name in schema.names and is_feature_type(schema.field(name).type, name)


def _condition(pairs: Sequence[str], start_ms: int | None, end_ms: int | None) -> ds.Expression:
    condition = ds.field("pair").isin(pa.array(pairs, pa.string()))
    if start_ms is not None:
        condition &= ds.field("open_time_ms") >= pa.scalar(start_ms, pa.int64()).cast(TIME)
    if end_ms is not None:
        condition &= ds.field("open_time_ms") < pa.scalar(end_ms, pa.int64()).cast(TIME)
    return condition
