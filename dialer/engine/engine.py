"""The engine: joins its parts, and stops them in order."""

import asyncio
from collections.abc import Callable, Mapping

import structlog

from dialer.carriers.base import CallEvent, Carrier
from dialer.engine.call import Caller
from dialer.engine.eraser import Eraser
from dialer.engine.hangup import Hangups
from dialer.engine.heartbeat import Heartbeat
from dialer.engine.keeper import Keeper
from dialer.engine.persist import persist
from dialer.engine.recovery import recover
from dialer.engine.runner import Runner
from dialer.engine.scheduler import Scheduler
from dialer.engine.switchboard import Switchboard
from dialer.engine.trunk import Trunk
from dialer.service import calls
from dialer.service.parts import Parts
from dialer.store.eventlog import EventLog

log = structlog.get_logger()


class Engine:
    """Decides to dial. `run` lasts until `drain` has ended it, or a side task has died."""

    def __init__(
        self,
        parts: Parts,
        events: EventLog,
        carriers: Mapping[str, Carrier],
        *,
        on_beat: Callable[[], None] = lambda: None,
    ) -> None:
        self._parts = parts
        self._trunks = {
            name: Trunk(carrier, parts.clock, parts.readiness) for name, carrier in carriers.items()
        }
        self._switchboard = Switchboard(self._late)
        self._caller = Caller(parts, self._switchboard)
        self._open = asyncio.TaskGroup()
        self._ending = False
        trunk = self._trunks.get(parts.policy.carrier or "")
        self._runner = Runner(parts, self._caller, trunk, self._open)
        for each in self._trunks.values():
            each.on_change = self._runner.poke
        hangups = Hangups(parts, self._switchboard, self._trunks, self._open)
        self._keeper = Keeper(parts)
        self._eraser = Eraser(parts, erased=self._keeper.poke)
        self._scheduler = Scheduler(parts, events, self._runner, hangups, self._eraser)
        self._heartbeat = Heartbeat(parts, self._runner, self._scheduler, on_beat)

    @property
    def calls_in_progress(self) -> int:
        return len(self._switchboard.lines)

    async def run(self) -> None:
        """Recovers, then dials. Raises what killed a side task: the daemon stops with it."""
        if self._parts.policy.carrier is None:
            self._parts.readiness.fault("carrier", "No carrier is configured; nobody is dialled.")
        async with asyncio.TaskGroup() as side, self._open:
            for trunk in self._trunks.values():
                side.create_task(self._switchboard.listen_to(trunk.carrier))
                side.create_task(trunk.watch())
            await recover(self._parts, self._runner, self._caller, self._trunks, self._open)
            side.create_task(self._scheduler.follow())
            side.create_task(self._scheduler.keep_time())
            side.create_task(self._runner.run())
            side.create_task(self._eraser.run())
            side.create_task(self._keeper.run())
            side.create_task(self._heartbeat.run())
            try:
                await asyncio.get_running_loop().create_future()  # until cancelled
            finally:
                self._ending = True
                self._runner.dialling = False  # the slots that now become free are for the next start

    async def drain(self, grace: float) -> int:
        """No new dial from now on; waits for the open calls so many seconds. How many are left.

        What is left keeps its rows open; the next start adopts it.
        """
        self._runner.dialling = False
        self._parts.fences.withdraw_all()
        try:
            async with self._parts.clock.timeout(grace):
                await self._switchboard.all_done()
        except TimeoutError:
            pass
        return self.calls_in_progress

    def _late(self, word: CallEvent) -> None:
        """A word about an attempt that nobody follows any more."""
        if not self._ending:  # the next start asks for what is still open
            self._open.create_task(self._report_late(word))

    async def _report_late(self, word: CallEvent) -> None:
        store = self._parts.store
        report = await persist(self._parts, lambda: calls.report(store, word.attempt_id, [word]))
        if report is not None and report.settled is not None:
            self._runner.freed(report.campaign, report.settled)
