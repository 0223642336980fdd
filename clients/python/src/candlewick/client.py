"""The client: one obvious way to do each thing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from os import PathLike
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from candlewick.errors import BadRequest, NotConnected
from candlewick.existence import check_exists
from candlewick.history import Asked, Sources, read_history
from candlewick.labels import Label
from candlewick.latest import from_redis, from_server, latest_row
from candlewick.rows import PUBLISHED, TIME
from candlewick.store import FeatureStore
from candlewick.streaming import RowStream
from candlewick.streaming_async import AsyncRowStream
from candlewick.times import TimeLike, check_interval, duration_ms, is_bar, iso, time_ms
from candlewick.topic import Topic, TopicReader
from candlewick.training import FeatureName, TrainingSet, training_table
from candlewick.verify import Parity, verify
from candlewick.wanted import Wanted

TOPIC = "technical-indicators"
_NEEDED = ["pair", "open_time_ms", "close_time_ms", "high", "low", "close", "complete"]


class Client:
    """Reads features from the store, the topic and the page's server. Made by `connect`."""

    def __init__(self, topic: Topic | None, store: str | PathLike[str] | None, server: str | None, redis: str | None) -> None:
        self._topic = topic
        self._store = FeatureStore(store) if store is not None else None
        self._server, self._redis = server, redis

    def history(
        self,
        pair: str | Sequence[str],
        interval: str,
        start: TimeLike | None = None,
        end: TimeLike | None = None,
        columns: Sequence[str] | None = None,
    ) -> pa.Table:
        """Returns the rows of one or several pairs that open in [start, end), in the order of pair and time, each once.

        Without `columns` it has all fields of the rows. Times are UTC timestamps (ms), prices and features are doubles,
        and a feature is null where it is not warm or was not computed yet. It ends at the newest final row: rows of the topic
        that are in no file yet are part of it.
        Raises NoSuchPair, NoSuchInterval, NoSuchFeature, StoreEmpty, StoreAway, BrokerAway or BadRequest.
        """
        return self._read(_pairs(pair), interval, _ms(start), _ms(end), None if columns is None else _list_of("columns", columns))

    def training_set(
        self,
        pairs: str | Sequence[str],
        interval: str,
        features: Sequence[str],
        label: Label,
        start: TimeLike | None = None,
        end: TimeLike | None = None,
        as_of: TimeLike | None = None,
        include_incomplete: bool = False,
    ) -> TrainingSet:
        """Returns features and label of every complete, warm row with a label, and counts of the rows that were left out.

        A feature is a field of the rows (`rsi_14`) or that of another interval (`rsi_14@1h`: the last hour that had closed).
        Left out are rows that are incomplete, not warm, or whose label lies in the future, in a hole, or comes from an
        incomplete candle. `start` and `end` are opening times; a label whose horizon ends behind `end` lies in the future.
        `as_of` gives the set as it could have been made then: from rows that were published by that time.
        Raises what `history` raises, and BadRequest for bars, or for `as_of` where rows were computed and never published.
        """
        chosen = [FeatureName.parse(text, interval) for text in dict.fromkeys(_list_of("features", features))]
        if not hasattr(label, "compute"):
            raise BadRequest(f"{label!r} is not a label. Write, for example: label=cw.forward_return('15m')")
        if any(is_bar(name) for name in (interval, *(f.interval for f in chosen))):
            raise BadRequest(
                "A training set has labels at a horizon of time, and bars have none. Take `history` and label its rows."
            )
        wanted = _pairs(pairs)
        start_ms, end_ms, as_of_ms = _ms(start), _ms(end), _ms(as_of)
        rows = self._training_rows(wanted, interval, start_ms, end_ms, as_of_ms, chosen)
        others = {}
        for other in {f.interval for f in chosen} - {interval}:
            # The window of the other interval that had closed when the first row closed may open before the start.
            since = None if start_ms is None else start_ms - 2 * duration_ms(other)
            others[other] = self._training_rows(wanted, other, since, end_ms, as_of_ms, chosen)
        return training_table(rows, others, interval, chosen, label, include_incomplete)

    def stream(
        self,
        pair: str | None = None,
        interval: str | None = None,
        from_beginning: bool = False,
        group: str | None = None,
        wait: bool = False,
    ) -> RowStream:
        """Returns an endless iterator of committed rows, in the order of time within each pair and interval.

        It begins with the rows that are published from now on, or with the oldest one; with a group, where the group stopped.
        Rows are dicts with the fields of the topic: times are Unix milliseconds, and an indicator that is not warm is None.

        Raises NoSuchPair or NoSuchInterval if there are rows in the topic, but none with that name among the newest 100,000
        offsets of each partition, or among all of them with `from_beginning`. With `wait` it waits for the first one, and it
        also waits for an interval of which these rows span less than twice the length.
        Raises BrokerAway if the broker cannot be reached within 15 s, and CandlewickError if there is no such topic. While
        it is read, the stream waits for a broker that is away; it raises CandlewickError for a record that is no row.
        """
        if self._topic is None:
            raise NotConnected("Streaming needs a broker: candlewick.connect('localhost:19092').")
        if pair is not None and not isinstance(pair, str):
            raise BadRequest(f"A stream has the rows of one pair, or of all if none is named, not of {pair!r}.")
        if interval is not None:
            check_interval(interval)
        if not wait and (pair is not None or interval is not None):
            with _reader(self._topic) as reader:
                assert reader is not None
                check_exists(reader, pair, interval, from_beginning)
        return RowStream(self._topic, Wanted(None if pair is None else [pair], interval), from_beginning, group)

    def stream_async(
        self,
        pair: str | None = None,
        interval: str | None = None,
        from_beginning: bool = False,
        group: str | None = None,
        wait: bool = False,
    ) -> AsyncRowStream:
        """Like `stream`, for `async for`. The call itself waits for the broker, and raises what `stream` raises."""
        return AsyncRowStream(self.stream(pair, interval, from_beginning, group, wait))

    def latest(self, pair: str, interval: str, max_age: str | None = None) -> dict[str, Any]:
        """Returns the newest row as a dict, from Redis if `connect` was given one, else from the page's server.

        Times in it are Unix milliseconds, and a feature that is not warm is None. Raises NoNewestRow, StaleRow if its window
        closed longer ago than `max_age`, a duration such as `2m`, and CandlewickError if the server does not answer within 5 s.
        """
        if self._redis is None and self._server is None:
            raise NotConnected("The newest row needs the page's server or Redis: connect(…, server='http://localhost:8090').")
        look_up = from_redis(self._redis) if self._redis is not None else from_server(self._server or "")
        return latest_row(look_up, pair, interval, None if max_age is None else duration_ms(max_age))

    def verify(self, start: TimeLike, end: TimeLike) -> list[Parity]:
        """Compares the rows that open in [start, end) in the store and in the topic, with one result for each interval.

        It reads all of these rows into memory. Raises NotConnected without a store or a broker, StoreAway, BrokerAway or
        BadRequest.
        """
        start_ms, end_ms = time_ms(start), time_ms(end)
        _check_order(start_ms, end_ms)
        with _reader(self._topic) as topic:
            return verify(Sources(self._store, topic), start_ms, end_ms)

    def _training_rows(
        self,
        pairs: Sequence[str],
        interval: str,
        start_ms: int | None,
        end_ms: int | None,
        as_of_ms: int | None,
        features: Sequence[FeatureName],
    ) -> pa.Table:
        fields = [f.field for f in features if f.interval == interval]
        columns = list(dict.fromkeys([*_NEEDED, *fields, *([PUBLISHED] if as_of_ms is not None else [])]))
        rows = self._read(pairs, interval, start_ms, end_ms, columns)
        if as_of_ms is None:
            return rows
        if (unpublished := rows[PUBLISHED].null_count) > 0:
            raise BadRequest(
                f"{unpublished} of {len(rows)} {interval} rows were computed and never published, so that `as_of` has no answer "
                "for them. Ask without `as_of`, or read what the feature store has written."
            )
        return rows.filter(pc.less_equal(rows[PUBLISHED], pa.scalar(as_of_ms, pa.int64()).cast(TIME)))

    def _read(
        self,
        pairs: Sequence[str],
        interval: str,
        start_ms: int | None,
        end_ms: int | None,
        columns: Sequence[str] | None,
    ) -> pa.Table:
        if not pairs:
            raise BadRequest("No pair was asked for.")
        _check_order(start_ms, end_ms)
        check_interval(interval)
        with _reader(self._topic) as topic:
            return read_history(Sources(self._store, topic), Asked(pairs, interval, start_ms, end_ms, columns))


def _check_order(start_ms: int | None, end_ms: int | None) -> None:
    if start_ms is not None and end_ms is not None and start_ms >= end_ms:
        raise BadRequest(f"The start, {iso(start_ms)}, is not before the end, {iso(end_ms)}: no row opens in between.")


@contextmanager
def _reader(topic: Topic | None) -> Iterator[TopicReader | None]:
    """A reader of the topic for one call; None if there is no broker."""
    reader = None if topic is None else TopicReader(topic)
    try:
        yield reader
    finally:
        if reader is not None:
            reader.close()


def connect(
    brokers: str | None = None,
    store: str | PathLike[str] | None = None,
    server: str | None = None,
    redis: str | None = None,
    topic: str = TOPIC,
    kafka: Mapping[str, Any] | None = None,
) -> Client:
    """Returns a client, which connects when a call needs it.

    `brokers` is a list such as `localhost:19092`, `store` the folder or `s3://` URL that the feature store or `npm run compute`
    writes to, `server` the page's address, `redis` a `redis://` URL, `topic` the feature topic with the services' TOPIC_PREFIX,
    and `kafka` librdkafka's settings for TLS and SASL. Raises BadRequest for a setting that would break what this package
    promises, for example `isolation.level`.
    """
    if brokers is None and store is None and server is None and redis is None:
        raise NotConnected("`connect` needs a broker, a store, the page's server or Redis.")
    if brokers is not None and not isinstance(brokers, str):
        raise BadRequest(f"Brokers are a text such as 'localhost:19092' or 'one:9092,two:9092', not {brokers!r}.")
    return Client(None if brokers is None else Topic(brokers, topic, kafka or {}), store, server, redis)


def _ms(when: TimeLike | None) -> int | None:
    return None if when is None else time_ms(when)


def _pairs(pairs: str | Sequence[str]) -> list[str]:
    found = [pairs] if isinstance(pairs, str) else list(pairs) if isinstance(pairs, Iterable) else [pairs]
    if wrong := [one for one in found if not isinstance(one, str)]:
        raise BadRequest(f"{wrong[0]!r} is not a pair. Write, for example, 'BTC/USD' or ['BTC/USD', 'ETH/USD'].")
    return found


def _list_of(name: str, values: Sequence[str]) -> list[str]:
    """Refuses a text, which Python would accept as a sequence of one-letter names."""
    if isinstance(values, str):
        raise BadRequest(f"{name} is a list of names. Write: {name}=[{values!r}]")
    if not (isinstance(values, Iterable) and (found := list(values))):
        raise BadRequest(f"{name} is a list of at least one name, for example {name}=['close'], not {values!r}.")
    return found
