"""The newest row of a pair and interval, for a model that is asked now and then."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from typing import Any

from candlewick.errors import CandlewickError, NoSuchPair, NotConnected, StaleRow
from candlewick.times import iso

TIMEOUT_S = 5.0

Row = dict[str, Any]
Lookup = Callable[[str, str], Row | None]


def from_server(server: str) -> Lookup:
    """Looks rows up at the page's server, for example `http://localhost:8090`."""

    def look_up(pair: str, interval: str) -> Row | None:
        query = urllib.parse.urlencode({"pair": pair, "interval": interval})
        url = f"{server.rstrip('/')}/api/v1/rows/latest?{query}"
        try:
            with urllib.request.urlopen(url, timeout=TIMEOUT_S) as answer:
                body = json.loads(answer.read())
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise CandlewickError(f"{url} answered {error.code}: {error.read(300).decode(errors='replace')}") from error
        except (urllib.error.URLError, TimeoutError) as error:
            raise CandlewickError(f"The page's server at {server} did not answer: {error}. Is it running?") from error
        rows = body if isinstance(body, list) else body.get("rows", [body])
        return next((row for row in rows if row.get("pair") == pair and row.get("interval") == interval), None)

    return look_up


def from_redis(url: str) -> Lookup:
    """Looks rows up in Redis or Valkey, where the feature store keeps them as the hash `features:PAIR:INTERVAL`."""
    try:
        import redis
    except ImportError as error:
        raise NotConnected("Reading from Redis needs its client: pip install 'candlewick[redis]'.") from error
    client = redis.Redis.from_url(url, socket_timeout=TIMEOUT_S)

    def look_up(pair: str, interval: str) -> Row | None:
        try:
            value = client.hget(f"features:{pair}:{interval}", "row")
        except redis.RedisError as error:
            raise CandlewickError(f"Redis at {url.rsplit('@', 1)[-1]} did not answer: {error}.") from error
        return None if value is None else json.loads(value)

    return look_up


def latest_row(look_up: Lookup, pair: str, interval: str, max_age_ms: int | None) -> Row:
    """Returns the newest row. Raises NoSuchPair, and StaleRow if its window closed longer ago than `max_age_ms`."""
    row = look_up(pair, interval)
    if row is None:
        raise NoSuchPair(f"{pair} ({interval})", [])
    age_ms = time.time() * 1000 - row["close_time_ms"]
    if max_age_ms is not None and age_ms > max_age_ms:
        raise StaleRow(
            f"The newest {interval} row of {pair} closed at {iso(row['close_time_ms'])}, {age_ms / 1000:.0f} s ago, and at most "
            f"{max_age_ms / 1000:.0f} s were asked for. Look whether the pipeline is behind, or allow a greater max_age."
        )
    return row
