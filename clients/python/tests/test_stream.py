"""The stream of rows of a topic on a real broker."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import row
from topics import Topic, needs_broker, rows_of

import candlewick as cw
from candlewick import existence

pytestmark = needs_broker


def test_stream_gives_a_pair_that_has_moved_in_the_order_of_time():
    topic = Topic(2)
    topic.write([row(i) for i in range(100)], 0)
    topic.write([row(i) for i in range(100, 130)], 1)
    topic.write([row(i) for i in range(130, 140)], 0)
    with topic.connect().stream("BTC/USD", "1m", from_beginning=True) as stream:
        assert rows_of(stream, 140) == list(range(140))


def test_stream_notices_added_partitions():
    topic = Topic(1)
    topic.write([row(0)], 0)
    with topic.connect().stream(from_beginning=True) as stream:
        assert rows_of(stream, 1) == [0]
        topic.grow(2)
        topic.write([row(1)], 1)
        assert rows_of(stream, 1) == [1]


def test_stream_begins_with_new_rows_unless_asked_otherwise():
    topic = Topic(1)
    topic.write([row(0)], 0)
    with topic.connect().stream() as stream:
        topic.write([row(1)], 0)
        assert rows_of(stream, 1) == [1]


def test_stream_of_a_group_continues_where_the_last_reader_stopped():
    topic = Topic(2)
    topic.write([row(i) for i in range(5)], 0)
    group = f"group-{topic.name}"
    with topic.connect().stream(from_beginning=True, group=group) as stream:
        assert [next(stream)["first_trade_id"] for _ in range(3)] == [0, 1, 2]
    with topic.connect().stream(group=group) as stream:
        assert rows_of(stream, 3) == [2, 3, 4]


def test_async_stream_gives_the_same_rows():
    topic = Topic(1)
    topic.write([row(i) for i in range(3)], 0)

    async def first_three() -> list[int]:
        found = []
        async with topic.connect().stream_async(from_beginning=True) as stream:
            async for one in stream:
                found.append(one["first_trade_id"])
                if len(found) == 3:
                    break
        return found

    assert asyncio.run(first_three()) == [0, 1, 2]


def test_a_stream_of_a_pair_and_interval_has_no_other_rows():
    topic = Topic(1)
    topic.write([row(0), row(0, pair="ETH/USD"), row(0, "5m"), row(1)], 0)
    with topic.connect().stream("BTC/USD", "1m", from_beginning=True) as stream:
        rows = [next(stream), next(stream)]
    assert [(one["pair"], one["interval"], one["first_trade_id"]) for one in rows] == [("BTC/USD", "1m", 0), ("BTC/USD", "1m", 1)]


def test_a_row_behind_a_hole_comes_within_a_second_while_other_partitions_are_quiet():
    topic = Topic(3)
    topic.write([row(0)], 0)
    with topic.connect().stream(from_beginning=True) as stream:
        assert rows_of(stream, 1) == [0]
        topic.write([row(5)], 0)
        started = time.monotonic()
        assert rows_of(stream, 1) == [5]
        assert time.monotonic() - started < 2


def test_rows_have_the_types_of_the_schema():
    topic = Topic(1)
    topic.write([row(0, rsi_14=None, sma_7=2.5)], 0)
    with topic.connect().stream(from_beginning=True) as stream:
        one = next(stream)
    assert one == row(0, rsi_14=None, sma_7=2.5)
    assert [type(one[name]) for name in ("pair", "open_time_ms", "close", "complete")] == [str, int, float, bool]


def test_a_group_that_polls_continues_where_it_stopped():
    topic = Topic(2)
    topic.write([row(i) for i in range(5)], 0)
    group = f"group-{topic.name}"
    with topic.connect().stream(from_beginning=True, group=group) as stream:
        assert rows_of(stream, 3) == [0, 1, 2]
        time.sleep(1.1)
        assert rows_of(stream, 1) == [3]
    with topic.connect().stream(group=group) as stream:
        assert rows_of(stream, 2) == [3, 4]


def test_a_new_group_begins_with_new_rows_unless_asked_otherwise():
    topic = Topic(2)
    topic.write([row(0)], 0)
    with topic.connect().stream(group=f"group-{topic.name}") as stream:
        assert stream.poll(1) is None
        topic.write([row(1)], 0)
        assert rows_of(stream, 1) == [1]


def test_two_readers_of_a_group_share_the_partitions():
    topic = Topic(2)
    group = f"group-{topic.name}"
    seen: list[int] = []
    with topic.connect().stream(from_beginning=True, group=group) as a:
        topic.write([row(0)], 0)
        topic.write([row(0, pair="ETH/USD", first_trade_id=100)], 1)
        seen += rows_of(a, 2)
        with topic.connect().stream(group=group) as b:
            deadline = time.monotonic() + 30
            while len(b._order.partitions) != 1 and time.monotonic() < deadline:
                assert (b.poll(0.1), a.poll(0.1)) == (None, None)
            topic.write([row(1)], 0)
            topic.write([row(1, pair="ETH/USD", first_trade_id=101)], 1)
            found = [*rows_of(a, 1), *rows_of(b, 1)]
    assert sorted(seen) == [0, 100]
    assert sorted(found) == [1, 101]


def test_the_error_names_a_record_that_is_no_row():
    topic = Topic(1)
    topic.producer.begin_transaction()
    topic.producer.produce(topic.name, b"{broken", "BTC/USD", 0)
    topic.producer.commit_transaction()
    with (
        pytest.raises(cw.CandlewickError, match="offset 0 of partition 0"),
        topic.connect().stream(from_beginning=True) as stream,
    ):
        next(stream)
    with pytest.raises(cw.CandlewickError, match="partition 0"):
        topic.connect().history("BTC/USD", "1m")


def test_no_row_is_lost_when_a_reader_gives_up_waiting():
    topic = Topic(1)

    async def rows() -> list[int]:
        found: list[int] = []
        async with topic.connect().stream_async(from_beginning=True) as stream:
            for i in range(20):
                topic.write([row(i)], 0)
                while len(found) <= i:
                    try:
                        found.append((await asyncio.wait_for(anext(stream), 0.002 * (1 + i % 5)))["first_trade_id"])
                    except asyncio.TimeoutError:
                        await asyncio.sleep(0.01)
        return found

    assert asyncio.run(rows()) == list(range(20))


def test_an_async_stream_that_is_closed_ends_the_loop_over_it():
    topic = Topic(1)

    async def ends() -> int:
        stream = topic.connect().stream_async()

        async def count() -> int:
            return len([one async for one in stream])

        counting = asyncio.create_task(count())
        await asyncio.sleep(0.3)
        await stream.close()
        return await asyncio.wait_for(counting, 5)

    assert asyncio.run(ends()) == 0


def test_ctrl_c_commits_the_processed_rows_and_leaves_the_group_at_once():
    topic = Topic(1)
    topic.write([row(i) for i in range(3)], 0)
    group = f"group-{topic.name}"
    follower = Path(__file__).parent / "follow.py"
    arguments = [sys.executable, str(follower), topic.name, "--group", group]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert [int(process.stdout.readline()) for _ in range(3)] == [0, 1, 2]
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        assert process.stdout.read() == "interrupted\n"
        assert process.wait(5) == 0
    topic.write([row(3)], 0)
    started = time.monotonic()
    with topic.connect().stream(group=group) as stream:
        # All three were done, because the fourth had been asked for.
        assert rows_of(stream, 1) == [3]
    assert time.monotonic() - started < 20, "the group waited for the session of the reader that was interrupted"


def test_a_pair_that_moves_to_an_added_partition_and_back_comes_in_order():
    topic = Topic(1)
    topic.write([row(0)], 0)
    with topic.connect().stream(from_beginning=True) as stream:
        assert rows_of(stream, 1) == [0]
        topic.grow(2)
        topic.write([row(1)], 1)
        # A window is missing before this one, so that nothing shows whether it is the next.
        topic.write([row(3)], 0)
        assert rows_of(stream, 2) == [1, 3]


def test_a_group_reads_an_added_partition_before_later_rows():
    topic = Topic(2)
    topic.write([row(0)], 0)
    with topic.connect().stream(from_beginning=True, group=f"group-{topic.name}") as stream:
        assert rows_of(stream, 1) == [0]
        topic.grow(3)
        topic.write([row(1)], 2)
        topic.write([row(3)], 0)
        assert rows_of(stream, 2) == [1, 3]


def test_a_stream_of_a_name_that_does_not_exist_raises_instead_of_waiting():
    topic = Topic(2)
    topic.write([row(i) for i in range(3)], 0)
    topic.write([row(0, "5m", pair="ETH/USD")], 1)
    client = topic.connect()
    for options in ({}, {"from_beginning": True}, {"group": "g"}):
        with pytest.raises(cw.NoSuchPair, match=r"Did you mean 'ETH/USD'\? There are rows of: BTC/USD, ETH/USD.*wait=True"):
            client.stream("eth/usd", "1m", **options)
        with pytest.raises(cw.NoSuchInterval, match=r"There are rows of: 1m, 5m.*wait=True"):
            client.stream("BTC/USD", "1h", **options)
    with client.stream("NEW/USD", "1m", wait=True) as stream:
        topic.write([row(7, pair="NEW/USD")], 1)
        assert rows_of(stream, 1) == [7]


def test_a_stream_of_a_topic_without_rows_waits_for_any_pair():
    topic = Topic(1)
    with topic.connect().stream("BTC/USD", "1m") as stream:
        topic.write([row(0)], 0)
        assert rows_of(stream, 1) == [0]


def test_an_old_pair_is_found_when_the_stream_reads_everything(monkeypatch: pytest.MonkeyPatch):
    topic = Topic(1)
    topic.write([row(0, pair="OLD/USD"), *(row(i) for i in range(9))], 0)
    monkeypatch.setattr(existence, "_FIRST_LOOK", 2)
    monkeypatch.setattr(existence, "LOOK_BACK", 4)
    with pytest.raises(cw.NoSuchPair):
        topic.connect().stream("OLD/USD")
    with topic.connect().stream("OLD/USD", from_beginning=True) as stream:
        assert rows_of(stream, 1) == [0]
