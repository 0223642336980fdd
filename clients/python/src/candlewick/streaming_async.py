"""The stream of rows for asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

from candlewick.ordering import Row
from candlewick.streaming import RowStream

_POLL_S = 0.2


class AsyncRowStream(AsyncIterator[Row]):
    """The rows of a `RowStream` for `async for`. Rows are waited for in a thread of its own, one call at a time.

    No row is lost where waiting for one is cancelled, for example by `asyncio.wait_for`: the next call returns it.
    """

    def __init__(self, stream: RowStream) -> None:
        self._stream = stream
        self._thread = ThreadPoolExecutor(1, "candlewick-stream")
        self._next: asyncio.Future[Row | None] | None = None

    async def __aenter__(self) -> AsyncRowStream:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def __anext__(self) -> Row:
        while not self._stream.is_closed:
            row = await self._poll()
            if row is not None:
                return row
        raise StopAsyncIteration

    async def close(self) -> None:
        """Ends the stream, and with it every `async for` over it."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._stream.close)
        self._thread.shutdown(wait=False)

    async def _poll(self) -> Row | None:
        if self._next is None and self._stream.is_ready:
            # Lets other tasks run, even while rows come faster than they are used.
            await asyncio.sleep(0)
            return self._stream.poll(0)
        if self._next is None:
            self._next = asyncio.get_running_loop().run_in_executor(self._thread, self._stream.poll, _POLL_S)
        row = await asyncio.shield(self._next)
        self._next = None
        return row
