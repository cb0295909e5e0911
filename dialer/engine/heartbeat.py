"""The one tick: each second a write to the store, and a look whether the engine still goes round."""

from collections.abc import Callable

import structlog

from dialer.domain.errors import StoreUnavailable
from dialer.engine.runner import Runner
from dialer.engine.scheduler import Scheduler
from dialer.service import holds
from dialer.service.parts import Parts
from dialer.store import settings
from dialer.store.unit import Transaction

log = structlog.get_logger()

_TICK = 1.0


class Heartbeat:
    """`on_beat` is called only when the write went through and both loops answered the last tick."""

    def __init__(
        self, parts: Parts, runner: Runner, scheduler: Scheduler, on_beat: Callable[[], None]
    ) -> None:
        self._parts = parts
        self._runner = runner
        self._scheduler = scheduler
        self._on_beat = on_beat
        self._unmarked = False

    async def run(self) -> None:
        seen = (-1, -1)
        while True:
            passes = (self._runner.passes, self._scheduler.passes)
            both_alive = passes[0] > seen[0] and passes[1] > seen[1]
            seen = passes
            if await self._write() and both_alive:
                self._on_beat()
            await self._mark()
            self._runner.poke()
            self._scheduler.poke()
            await self._parts.clock.sleep(_TICK)

    async def _write(self) -> bool:
        def beat(tx: Transaction) -> None:
            settings.put(tx, "heartbeat", str(tx.now))

        try:
            await self._parts.store.transact(beat)
        except StoreUnavailable as error:
            self._parts.readiness.fault("store", str(error))
            return False
        self._parts.readiness.mended("store")
        return True

    async def _mark(self) -> None:
        """Without its side file the database is as good as ever: it is only told, and once."""
        try:
            await holds.keep_mark(self._parts.store)
        except (OSError, StoreUnavailable) as error:
            if not self._unmarked:
                log.warning("mark_not_written", reason=str(error))
            self._unmarked = True
        else:
            self._unmarked = False
