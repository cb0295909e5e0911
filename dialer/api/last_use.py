"""When each key was last used: written beside the requests, which never wait for it."""

import asyncio
import contextlib

from dialer.domain.clock import Clock
from dialer.domain.errors import StoreUnavailable
from dialer.service import keys
from dialer.store.db import Store

_EVERY = 60.0
"""Seconds between two writes of one key, whether or not the first went through."""


class LastUse:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._noted: dict[int, float] = {}
        self._writing: set[asyncio.Task[None]] = set()

    def note(self, key_id: int) -> None:
        now = self._clock.monotonic()
        if now - self._noted.get(key_id, -_EVERY) < _EVERY:
            return
        self._noted[key_id] = now
        task = asyncio.create_task(self._write(key_id))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def close(self) -> None:
        if self._writing:
            await asyncio.wait(self._writing)

    async def _write(self, key_id: int) -> None:
        with contextlib.suppress(StoreUnavailable):  # a full disk fails no request
            await self._store.transact(lambda tx: keys.note_use(tx, key_id))
