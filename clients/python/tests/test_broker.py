"""The topic on a real broker, which `CANDLEWICK_TEST_BROKERS` names; left out, with a notice, where it names none."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import OffsetSpec
from conftest import T0, row, write
from topics import BROKERS, Topic, needs_broker, rows_of

import candlewick as cw
from candlewick import cli, existence
from candlewick.store import FeatureStore

pytestmark = needs_broker


def test_history_of_the_topic_has_committed_rows_only():
    topic = Topic(2)
    topic.write([row(0), row(1)], 0)
    topic.write([row(7)], 0, commit=False)
    topic.write([row(0, pair="ETH/USD")], 1)
    table = topic.connect().history("BTC/USD", "1m")
    assert table["first_trade_id"].to_pylist() == [0, 1]
    with pytest.raises(cw.NoSuchPair, match="There are rows of: BTC/USD, ETH/USD"):
        topic.connect().history("DOGE/USD", "1m")
    with pytest.raises(cw.NoSuchInterval, match="There are rows of: 1m"):
        topic.connect().history("BTC/USD", "5m")


def test_history_of_the_topic_says_which_candles_the_exchange_made():
    topic = Topic(1)
    topic.write([row(0, source="exchange", complete=False), row(1)], 0)
    assert topic.connect().history("BTC/USD", "1m")["source"].to_pylist() == ["exchange", None]


def test_history_joins_store_and_topic_without_a_missing_or_a_repeated_row(tmp_path: Path):
    topic = Topic(1)
    topic.write([row(i) for i in range(6)], 0)
    write(tmp_path, [row(i) for i in range(4)], f"{topic.name}-0-0-4")
    table = topic.connect(tmp_path).history("BTC/USD", "1m")
    assert table["first_trade_id"].to_pylist() == list(range(6))
    made = topic.connect(tmp_path).training_set("BTC/USD", "1m", ["rsi_14"], cw.forward_return("1m"))
    assert made.counts["kept"] == 5


def test_history_joins_a_computed_dataset_with_the_topic(tmp_path: Path):
    topic = Topic(1)
    topic.write([row(i) for i in range(3, 6)], 0)
    write(tmp_path, [row(i) for i in range(4)])
    assert topic.connect(tmp_path).history("BTC/USD", "1m")["first_trade_id"].to_pylist() == list(range(6))


def test_pairs_of_any_alphabet_and_columns_without_values_are_read(tmp_path: Path):
    topic = Topic(1)
    pairs = ["AAPLx/USD", "币安人生/USDT"]
    rows = [row(i, pair=pair, sma_7=None, own_feature=1.5) for i in range(3) for pair in pairs]
    topic.write(rows, 0)
    write(tmp_path, rows[:4], f"{topic.name}-0-0-4")
    for client in (topic.connect(), topic.connect(tmp_path)):
        table = client.history(pairs, "1m")
        assert table["pair"].to_pylist() == [pair for pair in pairs for _ in range(3)]
        assert table["sma_7"].to_pylist() == [None] * 6
        assert table["own_feature"].to_pylist() == [1.5] * 6
        assert client.history(pairs[1], "1m", columns=["sma_7"])["sma_7"].to_pylist() == [None] * 3
    with topic.connect().stream(pairs[1], "1m", from_beginning=True) as stream:
        assert rows_of(stream, 3) == [0, 1, 2]


def test_verify_finds_missing_and_different_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    topic = Topic(1)
    topic.write([row(0), row(1), row(2)], 0)
    write(tmp_path, [row(0), row(1), row(2)])
    arguments = ["verify", "--brokers", BROKERS, "--store", str(tmp_path), "--topic", topic.name]
    period = ["--start", "2026-01-01", "--end", "2026-01-02"]
    assert cli.main([*arguments, *period]) == 0
    topic.write([row(3)], 0)
    write(tmp_path, [row(0), row(1, close=99.0), row(2)])
    assert cli.main([*arguments, *period]) == 1
    printed = capsys.readouterr().out
    assert "close is 99.0 in the store and 100.0 in the topic" in printed
    (found,) = topic.connect(tmp_path).verify(T0, "2026-01-02")
    assert (found.missing, found.different, found.not_published, found.doubled) == (1, 1, 0, 0)


def test_verify_counts_rows_without_a_file_separately(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    topic = Topic(1)
    topic.write([row(i) for i in range(4)], 0)
    write(tmp_path, [row(0), row(2)], f"{topic.name}-0-0-3")
    position = tmp_path / "_positions" / f"{topic.name}-0.json"
    position.parent.mkdir()
    position.write_text('{"next_offset": 3, "whole_from_offset": 0}')
    (found,) = topic.connect(tmp_path).verify(T0, "2026-01-02")
    assert (found.missing, found.pending, found.is_equal) == (1, 1, False)
    write(tmp_path, [row(i) for i in range(3)], f"{topic.name}-0-0-3")
    arguments = ["verify", "--brokers", BROKERS, "--store", str(tmp_path), "--topic", topic.name, "--start", "2026-01-01"]
    assert cli.main(arguments) == 0
    assert capsys.readouterr().out.split()[-1] == "1"


def test_the_error_names_a_broker_that_does_not_answer():
    client = cw.connect("127.0.0.1:1", kafka={"socket.timeout.ms": 1000})
    with pytest.raises(cw.BrokerAway, match=r"127\.0\.0\.1:1 did not answer"):
        client.history("BTC/USD", "1m")


def test_the_error_names_a_topic_that_does_not_exist():
    with pytest.raises(cw.CandlewickError, match="no topic 'there-is-none'"):
        cw.connect(BROKERS, topic="there-is-none").history("BTC/USD", "1m")
    topic = Topic(1, f"{uuid.uuid4().hex[:8]}-technical-indicators")
    with pytest.raises(cw.CandlewickError, match=f"There is .*{topic.name}"):
        cw.connect(BROKERS, topic="there-is-none").stream()


def test_history_misses_no_file_that_is_finished_while_it_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    topic = Topic(1)
    topic.write([row(i) for i in range(8)], 0)
    write(tmp_path, [row(i) for i in range(4)], f"{topic.name}-0-0-4")
    read = FeatureStore.read

    def read_and_write(*arguments: Any) -> pa.Table:
        found = read(*arguments)
        write(tmp_path, [row(4), row(5)], f"{topic.name}-0-4-6")
        write(tmp_path, [row(6)], f"{topic.name}-0-6-8")
        return found

    monkeypatch.setattr(FeatureStore, "read", read_and_write)
    assert topic.connect(tmp_path).history("BTC/USD", "1m")["first_trade_id"].to_pylist() == list(range(8))


def test_history_of_several_pairs_includes_pairs_without_a_file(tmp_path: Path):
    topic = Topic(1)
    topic.write([row(0), row(0, pair="NEW/USD")], 0)
    write(tmp_path, [row(0)], f"{topic.name}-0-0-1")
    client = topic.connect(tmp_path)
    assert client.history(["BTC/USD", "NEW/USD"], "1m")["pair"].to_pylist() == ["BTC/USD", "NEW/USD"]
    with pytest.raises(cw.NoSuchPair, match=r"'DOGE/USD'. There are rows of: BTC/USD, NEW/USD"):
        client.history(["BTC/USD", "NEW/USD", "DOGE/USD"], "1m")


def test_history_of_the_topic_refuses_a_pair_or_feature_without_rows_and_names_it():
    topic = Topic(1)
    client = topic.connect()
    with pytest.raises(cw.StoreEmpty, match=f"topic '{topic.name}' has no rows yet"):
        client.history("BTC/USD", "1m")
    topic.write([row(0), row(1)], 0)
    with pytest.raises(cw.NoSuchPair, match="'DOGE/USD'"):
        client.history(["BTC/USD", "DOGE/USD"], "1m")
    with pytest.raises(cw.NoSuchFeature, match="Did you mean 'rsi_14'"):
        client.history("BTC/USD", "1m", columns=["rsi_41"])
    assert len(client.history("BTC/USD", "1m", start="2126-01-01")) == 0
    assert client.history("BTC/USD", "1m", columns=["rsi_14", "published_ms"]).column_names == ["rsi_14", "published_ms"]


def test_history_of_the_topic_finds_an_interval_with_only_old_rows(monkeypatch: pytest.MonkeyPatch):
    topic = Topic(1)
    topic.write([row(0, "1d"), *(row(i) for i in range(9))], 0)
    monkeypatch.setattr(existence, "_FIRST_LOOK", 2)
    client = topic.connect()
    # It has older rows, which is no error.
    assert len(client.history("BTC/USD", "1d", start="2126-01-01")) == 0
    with pytest.raises(cw.NoSuchInterval, match=r"There are rows of: 1d, 1m"):
        client.history("BTC/USD", "7d")


def test_a_topic_that_retention_has_emptied_has_no_rows():
    topic = Topic(1)
    topic.write([row(0)], 0)
    one = TopicPartition(topic.name, 0, 1_000)
    end = topic.admin.list_offsets({TopicPartition(topic.name, 0): OffsetSpec.latest()})
    one.offset = next(iter(end.values())).result().offset
    topic.admin.delete_records([one])[one].result()
    with pytest.raises(cw.StoreEmpty, match="has no rows"):
        topic.connect().history("BTC/USD", "1m")
    with topic.connect().stream("BTC/USD", "1m", from_beginning=True) as stream:
        topic.write([row(1)], 0)
        assert rows_of(stream, 1) == [1]


def test_history_of_the_topic_ignores_tombstones_and_unknown_fields_and_names_a_broken_record():
    topic = Topic(1)
    topic.write([row(0, note="text"), row(1, note={"a": 1})], 0)
    topic.producer.begin_transaction()
    topic.producer.produce(topic.name, None, "BTC/USD", 0)
    topic.producer.commit_transaction()
    topic.write([row(2)], 0)
    table = topic.connect().history("BTC/USD", "1m")
    assert table["first_trade_id"].to_pylist() == [0, 1, 2]
    assert "note" not in table.column_names
    topic.producer.begin_transaction()
    topic.producer.produce(topic.name, b"{broken", "BTC/USD", 0)
    topic.producer.commit_transaction()
    topic.write([row(3)], 0)
    with pytest.raises(cw.CandlewickError, match=r"The record at offset [1-9]\d* of partition 0"):
        topic.connect().history("BTC/USD", "1m")
