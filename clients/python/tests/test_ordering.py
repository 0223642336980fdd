"""Rows of a pair come in the order of time, however the partitions that it has been in are read."""

from __future__ import annotations

import random
from typing import Any

from conftest import T0, row
from hypothesis import given
from hypothesis import strategies as st

from candlewick.ordering import Arrived, SeriesOrder


def arrived(one: dict[str, Any], partition: int, offset: int) -> Arrived:
    """As it is read: appended half a second after its window closed."""
    return Arrived(one, partition, offset, one["close_time_ms"] + 500)


def order_of(partitions: int) -> SeriesOrder:
    """An order that knows its partitions."""
    order = SeriesOrder()
    for partition in range(partitions):
        order.reached(partition, 0)
    order.knows_all(dict.fromkeys(range(partitions), 1_000))
    return order


def times(rows: list[Arrived]) -> list[int]:
    return [one.row["first_trade_id"] for one in rows]


def test_a_row_that_follows_the_last_one_is_released_at_once():
    order = order_of(2)
    assert not order.add(arrived(row(0), 0, 0))
    assert times(order.settle({0: 1})) == [0]
    assert times(order.add(arrived(row(1), 0, 1))) == [1]


def test_a_row_of_the_new_partition_waits_for_the_rows_of_the_old_partition():
    order = order_of(2)
    order.reached(0, 0)
    order.add(arrived(row(5), 1, 0))
    assert order.settle({0: 2, 1: 1}) == []
    order.add(arrived(row(3), 0, 0))
    order.add(arrived(row(4), 0, 1))
    order.reached(0, 2)
    order.reached(1, 1)
    assert times(order.settle({0: 2, 1: 1})) == [3, 4, 5]


def test_a_row_is_due_when_other_partitions_have_passed_the_time_at_which_it_was_appended():
    order = order_of(2)
    order.reached(0, 0)
    one = arrived(row(5), 1, 0)
    order.reached(1, 1, one.appended_ms)
    order.add(one)
    order.reached(0, 7, one.appended_ms + 9_999)
    assert order.settle() == []
    order.reached(0, 8, one.appended_ms + 10_000)
    assert times(order.settle()) == [5]


def test_a_row_waits_while_an_unknown_partition_may_exist():
    order = order_of(1)
    one = arrived(row(5), 0, 1_000)
    assert not order.add(one)
    order.reached(0, 1_001, one.appended_ms)
    assert order.settle() == []
    assert order.wants_ends
    order.reached(1, 0)
    order.add(arrived(row(3), 1, 0))
    order.reached(1, 1)
    assert times(order.settle({0: 1_001, 1: 1})) == [3, 5]


def test_a_waiting_row_is_read_again_after_a_restart():
    order = order_of(2)
    order.add(arrived(row(5), 1, 17))
    assert order.safe_positions({0: 3, 1: 40}) == {0: 3, 1: 17}


def test_a_row_that_was_released_before_is_dropped():
    order = order_of(2)
    order.add(arrived(row(0), 0, 0))
    order.settle({0: 1})
    assert not order.add(arrived(row(0), 0, 0))
    assert order.waiting == 0


@given(st.integers(0, 2**32), st.integers(1, 4), st.integers(1, 60), st.integers(1, 12), st.booleans())
def test_any_interleaving_of_partitions_gives_every_row_once_and_in_order(
    seed: int, partitions: int, count: int, stay: int, has_holes: bool
):
    chance = random.Random(seed)
    logs: list[list[dict[str, Any]]] = [[] for _ in range(partitions)]
    at, place = 0, 0
    for _ in range(count):
        if chance.randrange(stay) == 0:
            place = chance.randrange(partitions)
        logs[place].append(row(at))
        at += 2 if has_holes and chance.random() < 0.2 else 1
    order, released, read = order_of(partitions), [], [0] * partitions
    ends = {p: len(log) for p, log in enumerate(logs)}
    while any(read[p] < len(logs[p]) for p in range(partitions)):
        p = chance.choice([p for p in range(partitions) if read[p] < len(logs[p])])
        for _ in range(chance.randrange(1, 4)):
            if read[p] < len(logs[p]):
                released += order.add(arrived(logs[p][read[p]], p, read[p]))
                read[p] += 1
                order.reached(p, read[p])
        released += order.settle(ends)
    released += order.settle(ends)
    assert times(released) == sorted(one["first_trade_id"] for log in logs for one in log)
    assert order.waiting == 0


@given(st.randoms(use_true_random=False), st.integers(2, 4), st.integers(1, 60), st.integers(1, 12))
def test_rows_come_once_and_in_order_while_the_topic_grows_and_ends_are_reported_late(
    chance: random.Random, partitions: int, count: int, stay: int
):
    """One writer appends; the reader reads any partition, asks for ends now and then, and receives answers later."""
    logs: list[list[Arrived]] = [[] for _ in range(partitions)]
    order, released, read = order_of(partitions), [], [0] * partitions
    answers: list[tuple[int, dict[int, int]]] = []
    place, written = 0, 0

    def read_some(p: int, at_most: int) -> None:
        for one in logs[p][read[p] : read[p] + at_most]:
            released.extend(order.add(one))
            read[p] += 1
            order.reached(p, read[p], one.appended_ms)

    while written < count:
        step = chance.randrange(4)
        if step == 0:
            place = chance.randrange(partitions) if chance.randrange(stay) == 0 else place
            # Windows of 10 seconds far apart, so that no row follows the one before it, and clocks that differ.
            one = row(3 * written, "10s", first_trade_id=written)
            appended_ms = one["close_time_ms"] + chance.randrange(9_000)
            logs[place].append(Arrived(one, place, len(logs[place]), appended_ms))
            written += 1
        elif step == 1:
            read_some(chance.randrange(partitions), chance.randrange(1, 4))
        elif step == 2:
            answers.append((order.added, {p: len(log) for p, log in enumerate(logs)}))
        elif answers:
            asked_at, ends = answers.pop(0)
            released += order.settle(ends, asked_at)
    for p in range(partitions):
        read_some(p, count)
    released += order.settle({p: len(log) for p, log in enumerate(logs)})
    assert times(released) == list(range(count))
    assert order.waiting == 0


def bar(number: int) -> dict[str, Any]:
    """Three bars open in each millisecond and close in the next."""
    open_ms = T0 + number // 3
    return row(number, interval="1m", open_time_ms=open_ms, close_time_ms=open_ms + 1, bar=number) | {"interval": "tick:5"}


def test_a_bar_follows_the_bar_with_the_previous_number_whatever_their_times():
    order = order_of(2)
    assert not order.add(arrived(bar(1), 0, 0))
    assert times(order.settle({1: 0, 0: 1})) == [1]
    assert [times(order.add(arrived(bar(n), 0, n))) for n in (2, 3, 4)] == [[2], [3], [4]]
    assert not order.add(arrived(bar(3), 0, 5))


def test_bars_of_two_partitions_come_in_the_order_of_their_numbers():
    order = order_of(2)
    assert not order.add(arrived(bar(3), 1, 0))
    assert not order.add(arrived(bar(2), 1, 1))
    assert not order.add(arrived(bar(1), 0, 0))
    assert times(order.settle({0: 1, 1: 2})) == []
    order.reached(0, 1, T0 + 500)
    order.reached(1, 2, T0 + 500)
    assert times(order.settle({0: 1, 1: 2})) == [1, 2, 3]
