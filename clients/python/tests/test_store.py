"""Reading a dataset: types, filters, changed INDICATORS, and errors that name the thing and the remedy."""

from __future__ import annotations

import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pyarrow as pa
import pyarrow.fs as fs
import pyarrow.parquet as pq
import pytest
from conftest import T0, row, table_of, write
from hypothesis import given
from hypothesis import strategies as st
from moto.server import ThreadedMotoServer

import candlewick as cw
from candlewick.rows import sorted_by_time
from candlewick.store import FeatureStore, OffsetRange

DAY = 86_400_000


def test_times_are_utc_timestamps_and_rows_are_in_order(tmp_path: Path):
    write(tmp_path, [row(2), row(0)], "b")
    write(tmp_path, [row(1)], "a")
    table = cw.connect(store=str(tmp_path)).history("BTC/USD", "1m")
    assert table.schema.field("open_time_ms").type == pa.timestamp("ms", "UTC")
    assert table["open_time_ms"].cast("int64").to_pylist() == [T0, T0 + 60_000, T0 + 120_000]
    assert table["interval"].to_pylist() == ["1m"] * 3


_KEYS = st.tuples(st.integers(0, 2), st.integers(0, 400))


@given(st.lists(st.lists(_KEYS, max_size=60), min_size=1, max_size=5), st.booleans())
def test_merging_the_rows_of_several_files_gives_the_order_of_sorting(files: list[list[tuple[int, int]]], are_sorted: bool):
    seen: set[tuple[int, int]] = set()
    tables = []
    for file in files:
        keys = [key for key in dict.fromkeys(file) if key not in seen]
        seen.update(keys)
        if keys:
            tables.append(table_of([row(at, pair=f"P{p}/USD") for p, at in (sorted(keys) if are_sorted else keys)]))
    if not tables:
        return
    table = pa.concat_tables(tables)
    by_sorting = table.sort_by([("pair", "ascending"), ("open_time_ms", "ascending")])
    assert sorted_by_time(table).equals(by_sorting)


def test_long_runs_are_merged_without_sorting():
    days = [[row(at, pair=pair) for pair in ("A/USD", "B/USD") for at in range(100 * day, 100 * day + 100)] for day in (1, 0)]
    table = sorted_by_time(pa.concat_tables([table_of(rows) for rows in days]))
    assert table["open_time_ms"].num_chunks == 4
    assert table["pair"].to_pylist() == ["A/USD"] * 200 + ["B/USD"] * 200
    assert table["first_trade_id"].to_pylist() == [*range(200), *range(200)]


def test_start_is_inclusive_and_end_is_exclusive(tmp_path: Path):
    write(tmp_path, [row(i) for i in range(5)])
    table = cw.connect(store=str(tmp_path)).history("BTC/USD", "1m", start=T0 + 60_000, end="2026-01-01T00:03")
    assert table["first_trade_id"].to_pylist() == [1, 2]


def test_a_column_that_older_files_lack_is_null_there(tmp_path: Path):
    write(tmp_path, [row(0)], "old")
    write(tmp_path, [row(1, sma_7=3.5)], "new")
    table = cw.connect(store=str(tmp_path)).history("BTC/USD", "1m")
    assert table["sma_7"].to_pylist() == [None, 3.5]


def test_a_candle_of_the_exchange_has_the_source_exchange(tmp_path: Path):
    write(tmp_path, [row(0, source="exchange", complete=False), row(1)])
    table = cw.connect(store=str(tmp_path)).history("BTC/USD", "1m")
    assert table["source"].to_pylist() == ["exchange", None]


def test_only_the_files_of_the_requested_days_are_opened(tmp_path: Path):
    write(tmp_path, [row(0), row(1440)])
    broken = tmp_path / "features" / "interval=1m" / "date=2026-01-02" / "part.parquet"
    broken.write_bytes(b"no parquet")
    assert len(cw.connect(store=str(tmp_path)).history("BTC/USD", "1m", end=T0 + DAY // 2)) == 1


def spoil(file: Path, column: str, row_group: int) -> None:
    """Overwrites a column's values in one row group, so that reading them fails."""
    chunk = pq.ParquetFile(file).metadata.row_group(row_group)
    found = next(c for c in (chunk.column(i) for i in range(chunk.num_columns)) if c.path_in_schema == column)
    start = found.dictionary_page_offset or found.data_page_offset
    data = bytearray(file.read_bytes())
    data[start : start + found.total_compressed_size] = bytes(found.total_compressed_size)
    file.write_bytes(data)


def test_only_the_requested_columns_are_read(tmp_path: Path):
    write(tmp_path, [row(i) for i in range(9)])
    spoil(tmp_path / "features/interval=1m/date=2026-01-01/part.parquet", "vwap", 0)
    client = cw.connect(store=str(tmp_path))
    assert len(client.history("BTC/USD", "1m", columns=["close", "rsi_14"])) == 9
    with pytest.raises(cw.StoreAway):
        client.history("BTC/USD", "1m")


def test_row_groups_of_other_pairs_and_times_are_not_read(tmp_path: Path):
    place = tmp_path / "features/interval=1m/date=2026-01-01"
    place.mkdir(parents=True)
    rows = [row(at, pair=pair) for pair in ("A/USD", "B/USD") for at in range(100)]
    pq.write_table(table_of(rows).drop_columns(["interval"]), place / "part.parquet", row_group_size=50)
    for group in (1, 2, 3):
        spoil(place / "part.parquet", "close", group)
    client = cw.connect(store=str(tmp_path))
    assert len(client.history("A/USD", "1m", end=T0 + 50 * 60_000)) == 50
    for ask in ({"pair": "B/USD"}, {"pair": "A/USD", "start": T0 + 50 * 60_000}):
        with pytest.raises(cw.StoreAway):
            client.history(interval="1m", **ask)


def test_files_that_are_being_written_are_not_read(tmp_path: Path):
    write(tmp_path, [row(0)])
    (tmp_path / "features" / "interval=1m" / "date=2026-01-01" / ".next.parquet").write_bytes(b"half")
    assert len(cw.connect(store=str(tmp_path)).history("BTC/USD", "1m")) == 1


def test_file_names_show_up_to_where_the_store_has_rows(tmp_path: Path):
    write(tmp_path, [row(0)], "technical-indicators-0-0-100")
    write(tmp_path, [row(1)], "technical-indicators-0-100-250")
    write(tmp_path, [row(2)], "technical-indicators-3-7-9")
    found = FeatureStore(str(tmp_path)).newest_ranges("technical-indicators")
    assert found == {0: OffsetRange(100, 250), 3: OffsetRange(7, 9)}


@pytest.mark.parametrize(
    ("ask", "error", "text"),
    [
        (lambda c: c.history("DOGE/USD", "1m"), cw.NoSuchPair, "no rows of 'DOGE/USD'. There are rows of: BTC/USD"),
        (lambda c: c.history(["BTC/USD", "DOGE/USD"], "1m"), cw.NoSuchPair, "no rows of 'DOGE/USD'"),
        (lambda c: c.history("BTC/USD", "7m"), cw.NoSuchInterval, "interval '7m'. There are rows of: 1m"),
        (lambda c: c.history("BTC/USD", "1m", columns=["rsi_41"]), cw.NoSuchFeature, "Did you mean 'rsi_14'?"),
        (lambda c: c.history("BTC/USD", "1m", start="2027-01-01"), cw.StoreEmpty, "has no 1m rows from 2027-01-01"),
        (lambda c: c.history("BTC/USD", 60), cw.BadRequest, "60 is not a duration"),
        (lambda c: c.history("BTC/USD", "soon"), cw.BadRequest, "'soon' is not a duration"),
        (lambda c: c.history("BTC/USD", "1m", start="May 5"), cw.BadRequest, "'May 5' is not a time"),
        (lambda c: c.stream(), cw.NotConnected, "Streaming needs a broker"),
        (lambda c: c.latest("BTC/USD", "1m"), cw.NotConnected, "the page's server or Redis"),
        (lambda c: c.verify(T0, T0 + 1), cw.NotConnected, "needs both"),
    ],
)
def test_an_error_names_the_thing_and_the_remedy(tmp_path: Path, ask, error, text: str):
    write(tmp_path, [row(0)])
    with pytest.raises(error, match=re.escape(text)):
        ask(cw.connect(store=str(tmp_path)))


def test_the_error_suggests_the_feature_with_the_nearest_number():
    assert "Did you mean 'ema_21'?" in str(cw.NoSuchFeature("ema_20", ["ema_7", "ema_14", "ema_21", "ema_60", "rsi_20"]))


def test_the_error_names_a_store_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(cw.StoreAway, match=r"ftp://somewhere.*Write a folder or s3://bucket/prefix"):
        cw.connect(store="ftp://somewhere")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(cw.StoreAway, match="s3://bucket/data cannot be read"):
        cw.connect(store="s3://bucket/data").history("BTC/USD", "1m")


def test_the_error_for_an_empty_folder_says_how_to_fill_it(tmp_path: Path):
    with pytest.raises(cw.StoreEmpty, match="npm run compute"):
        cw.connect(store=str(tmp_path)).history("BTC/USD", "1m")


def test_a_dataset_in_s3_is_read_like_one_in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write(tmp_path, [row(0), row(1)])
    server = ThreadedMotoServer("127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "eu-central-1"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    s3 = fs.S3FileSystem(endpoint_override=f"{host}:{port}", scheme="http", allow_bucket_creation=True)
    s3.create_dir("bucket")
    fs.copy_files(str(tmp_path), "bucket/some/prefix", destination_filesystem=s3)
    try:
        table = cw.connect(store="s3://bucket/some/prefix/").history("BTC/USD", "1m")
        assert table.equals(cw.connect(store=str(tmp_path)).history("BTC/USD", "1m"))
        with pytest.raises(cw.StoreEmpty, match="s3://bucket/nothing/features"):
            cw.connect(store="s3://bucket/nothing").history("BTC/USD", "1m")
    finally:
        server.stop()


def test_bars_of_several_files_are_in_the_order_of_their_numbers(tmp_path: Path):
    def bar(number: int) -> dict[str, object]:
        return {**row(number, pair="BTC/USD"), "interval": "tick:5", "open_time_ms": T0 + number // 3, "bar": number}

    write(tmp_path, [bar(n) for n in (1, 2, 5)], "first")
    write(tmp_path, [bar(n) for n in (3, 4)], "second")
    (folder,) = (tmp_path / "features").iterdir()
    assert folder.name == "interval=tick%3A5"
    client = cw.connect(store=str(tmp_path))
    table = client.history("BTC/USD", "tick:5")
    assert table["bar"].to_pylist() == [1, 2, 3, 4, 5]
    assert set(table["interval"].to_pylist()) == {"tick:5"}
    assert client.history("BTC/USD", "tick:5", columns=["close"]).num_rows == 5
    with pytest.raises(cw.BadRequest, match=r"'tick:500' or 'volume:0\.5'"):
        client.history("BTC/USD", "tick:many")
    with pytest.raises(cw.BadRequest, match="Take `history`"):
        client.training_set("BTC/USD", "tick:5", ["rsi_14"], cw.forward_return("1m"))


def test_a_row_that_is_in_two_files_is_returned_once(tmp_path: Path):
    write(tmp_path, [row(i, close=1.0 + i) for i in (0, 1, 3)], "a")
    write(tmp_path, [row(1, close=2.0)], "b")
    client = cw.connect(store=tmp_path)
    assert client.history("BTC/USD", "1m")["first_trade_id"].to_pylist() == [0, 1, 3]
    # The double and the hole cancel each other in the number of rows, by which a label would be looked up.
    made = client.training_set("BTC/USD", "1m", ["rsi_14"], cw.forward_return("1m"))
    assert made.table["forward_return_1m"].to_pylist() == [1.0]


@pytest.mark.parametrize("content", [b"", b"PAR1half", "cut"])
def test_the_error_names_a_damaged_file_and_the_remedy(tmp_path: Path, content: bytes | str):
    write(tmp_path, [row(0)])
    place = tmp_path / "features/interval=1m/date=2026-01-01"
    whole = (place / "part.parquet").read_bytes()
    (place / "z.parquet").write_bytes(content if isinstance(content, bytes) else whole[: len(whole) // 2])
    with pytest.raises(cw.StoreAway, match=r"z\.parquet(.|\n)*delete it and compute its rows again"):
        cw.connect(store=tmp_path).history("BTC/USD", "1m")


@pytest.mark.parametrize("kind", [pa.int64(), pa.float32(), pa.null()])
def test_a_column_that_versions_wrote_with_different_types_is_a_double(tmp_path: Path, kind: pa.DataType):
    write(tmp_path, [row(0)])
    place = tmp_path / "features/interval=1m/date=2026-01-01"
    other = table_of([row(1)]).drop_columns(["interval", "rsi_14"])
    pq.write_table(other.append_column("rsi_14", pa.array([None if kind == pa.null() else 7], kind)), place / "b.parquet")
    values = cw.connect(store=tmp_path).history("BTC/USD", "1m")["rsi_14"]
    assert values.type == pa.float64()
    assert values.to_pylist() == [50.0, None if kind == pa.null() else 7.0]


def test_a_column_that_is_no_number_and_no_field_of_a_candle_is_left_out(tmp_path: Path):
    place = tmp_path / "features/interval=1m/date=2026-01-01"
    place.mkdir(parents=True)
    table = table_of([row(0), row(1)]).drop_columns(["interval"])
    pq.write_table(table.append_column("note", pa.array(["a", "b"])), place / "part.parquet")
    client = cw.connect(store=tmp_path)
    assert "note" not in client.history("BTC/USD", "1m").column_names
    with pytest.raises(cw.NoSuchFeature, match="There are: rsi_14"):
        client.training_set("BTC/USD", "1m", ["note"], cw.forward_return("1m"))


def test_a_feature_that_was_added_later_or_removed_is_null_in_the_other_rows(tmp_path: Path):
    write(tmp_path, [row(0, old=1.0)])
    write(tmp_path, [row(1440, new=2.0)])
    client = cw.connect(store=tmp_path)
    assert client.history("BTC/USD", "1m", end=T0 + DAY // 2, columns=["new"])["new"].to_pylist() == [None]
    assert client.history("BTC/USD", "1m", start=T0 + DAY, columns=["old"])["old"].to_pylist() == [None]
    made = client.training_set("BTC/USD", "1m", ["new"], cw.forward_return("1m"), end=T0 + DAY // 2)
    assert made.counts["not_warm"] == 1
    assert client.history("BTC/USD", "1m", columns=["source", "bar"]).column_names == ["source", "bar"]


def test_the_error_for_a_folder_inside_the_store_names_the_store(tmp_path: Path):
    write(tmp_path, [row(0)])
    with pytest.raises(cw.StoreEmpty, match=re.escape(f"Name the folder above it as the store: {tmp_path}")):
        cw.connect(store=tmp_path / "features").history("BTC/USD", "1m")


class _Refusing(BaseHTTPRequestHandler):
    """An object store that accepts no credentials."""

    def do_GET(self) -> None:
        self.send_response(403)
        self.end_headers()
        self.wfile.write(b"<Error><Code>InvalidAccessKeyId</Code><Message>There is no such key</Message></Error>")

    do_HEAD = do_GET

    def log_message(self, *_: object) -> None: ...


def test_the_error_names_wrong_s3_credentials(monkeypatch: pytest.MonkeyPatch):
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Refusing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for name, value in {"ACCESS_KEY_ID": "wrong", "SECRET_ACCESS_KEY": "wrong", "REGION": "eu-central-1"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    try:
        with pytest.raises(cw.StoreAway, match=r"s3://bucket/data cannot be read: (.|\n)*credentials"):
            cw.connect(store="s3://bucket/data").history("BTC/USD", "1m")
    finally:
        server.shutdown()
