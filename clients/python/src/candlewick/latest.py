"""The newest row of a pair and interval, for a model that is used now and then."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from typing import Any

from candlewick.errors import CandlewickError, NoNewestRow, NotConnected, StaleRow
from candlewick.times import iso

TIMEOUT_S = 5.0

Row = dict[str, Any]
Lookup = Callable[[str, str], Row]
"""Returns the newest row of a pair and interval. Raises NoNewestRow."""


def from_server(server: str) -> Lookup:
    """Looks rows up at the page's server, for example `http://localhost:8090`."""

    def look_up(pair: str, interval: str) -> Row:
        query = urllib.parse.urlencode({"pair": pair, "interval": interval})
        url = f"{server.rstrip('/')}/api/v1/rows/latest?{query}"
        try:
            with urllib.request.urlopen(url, timeout=TIMEOUT_S) as answer:
                row: Row = json.loads(answer.read())
                return row
        except urllib.error.HTTPError as error:
            said = _said(error)
            if error.code == 404:
                raise NoNewestRow(pair, interval, f"The page's server says: {said}") from error
            raise CandlewickError(f"{url} answered {error.code}: {said}") from error
        except (OSError, ValueError) as error:
            raise CandlewickError(
                f"The page's server at {server} did not answer: {error}. Is it running, and is this the address that it prints?"
            ) from error

    return look_up


def _said(error: urllib.error.HTTPError) -> str:
    body = error.read(500).decode(errors="replace")
    try:
        return str(json.loads(body)["error"])
    except (ValueError, KeyError, TypeError):
        return body


def from_redis(url: str) -> Lookup:
    """Looks rows up in Redis or Valkey, where the feature store keeps them as the hash `features:PAIR:INTERVAL`."""
    try:
        import redis
    except ImportError as error:
        raise NotConnected("Reading from Redis needs its client: pip install 'candlewick[redis]'.") from error
    client = redis.Redis.from_url(url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S)

    def look_up(pair: str, interval: str) -> Row:
        try:
            value = client.hget(f"features:{pair}:{interval}", "row")
            if value is None:
                known = sorted(key.decode().removeprefix("features:") for key in client.scan_iter("features:*", count=1000))
                raise NoNewestRow(pair, interval, f"Redis has those of: {', '.join(known[:20]) or 'none'}")
        except redis.RedisError as error:
            raise CandlewickError(f"Redis at {url.rsplit('@', 1)[-1]} did not answer: {error}. Is it running?") from error
        row: Row = json.loads(value)
        return row

    return look_up


def latest_row(look_up: Lookup, pair: str, interval: str, max_age_ms: int | None) -> Row:
    """Returns the newest row. Raises NoNewestRow, and StaleRow if its window closed longer ago than `max_age_ms`."""
    row = look_up(pair, interval)
    age_ms = time.time() * 1000 - row["close_time_ms"]
    if max_age_ms is not None and age_ms > max_age_ms:
        raise StaleRow(
            f"The newest {interval} row of {pair} closed at {iso(row['close_time_ms'])}, {age_ms / 1000:.0f} s ago, and at most "
            f"{max_age_ms / 1000:.0f} s were asked for. Look whether the pipeline is behind, or allow a greater max_age."
        )
    return row
