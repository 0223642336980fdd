"""The newest row, from the page's server and from Redis."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

import pytest
from conftest import row
from fakeredis import TcpFakeServer

import candlewick as cw


def newest() -> dict[str, object]:
    """A row whose window has closed ten seconds ago."""
    now = int(time.time() * 1000)
    return row(0, open_time_ms=now - 70_000, close_time_ms=now - 10_000)


class _Page(BaseHTTPRequestHandler):
    """Answers as services/dashboard does."""

    def do_GET(self) -> None:
        asked = parse_qs(urlparse(self.path).query)
        is_known = asked == {"pair": ["BTC/USD"], "interval": ["1m"]}
        body = newest() if is_known else {"error": f"Nothing is known of {asked['pair'][0]}; there are BTC/USD"}
        self.send_response(200 if is_known else 404)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def page() -> Iterator[cw.Client]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield cw.connect(server=f"http://127.0.0.1:{server.server_port}/")
    server.shutdown()


@pytest.fixture(scope="module")
def redis() -> Iterator[cw.Client]:
    server = TcpFakeServer(("127.0.0.1", 0))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"redis://127.0.0.1:{server.server_address[1]}"
    import redis as library

    library.Redis.from_url(url).hset("features:BTC/USD:1m", mapping={"row": json.dumps(newest())})
    yield cw.connect(redis=url)
    server.shutdown()


@pytest.fixture(params=["page", "redis"])
def client(request: pytest.FixtureRequest) -> cw.Client:
    found: cw.Client = request.getfixturevalue(request.param)
    return found


def test_the_newest_row_is_served_while_it_is_young_enough(client: cw.Client):
    assert client.latest("BTC/USD", "1m", max_age="1m")["rsi_14"] == 50.0
    assert client.latest("BTC/USD", "1m")["pair"] == "BTC/USD"


def test_a_row_that_is_too_old_is_not_served(client: cw.Client):
    with pytest.raises(cw.StaleRow, match=r"closed at .*Z, 1\d s ago, and at most 5 s were asked for"):
        client.latest("BTC/USD", "1m", max_age="5s")


def test_the_error_names_the_pair_without_rows_and_pairs_that_have_rows(client: cw.Client):
    with pytest.raises(cw.NoSuchPair, match=r"no newest 1m row of 'DOGE/USD'.*BTC/USD"):
        client.latest("DOGE/USD", "1m")


@pytest.mark.parametrize(("where", "text"), [("server", "page's server at http"), ("redis", "Redis at")])
def test_the_error_names_a_server_that_does_not_answer(where: str, text: str):
    scheme = {"server": "http", "redis": "redis"}[where]
    with pytest.raises(cw.CandlewickError, match=f"{text}.*Is it running"):
        cw.connect(**{where: f"{scheme}://127.0.0.1:1"}).latest("BTC/USD", "1m")
