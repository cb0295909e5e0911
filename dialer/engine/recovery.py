"""After a start: every open attempt of an earlier process is asked about before a new call leaves."""

import asyncio
from collections.abc import Mapping

import structlog

from dialer.domain.call import Attempt
from dialer.engine.call import Caller
from dialer.engine.persist import persist
from dialer.engine.runner import Runner
from dialer.engine.trunk import Trunk
from dialer.service.parts import Parts
from dialer.store import attempts

log = structlog.get_logger()


async def recover(
    parts: Parts, runner: Runner, caller: Caller, trunks: Mapping[str, Trunk], calls: asyncio.TaskGroup
) -> None:
    """Starts a coroutine for each open attempt; they hold their carriers back until each was looked at.

    What was an intent when the process died may have been sent: it becomes uncertain, never pending.
    """

    async def adopt(attempt: Attempt) -> None:
        trunk = trunks[attempt.carrier]
        with runner.seat(attempt.campaign) as seat:
            settled = await caller.adopt(attempt, trunk, seat)
        runner.freed(attempt.campaign, settled)

    await persist(parts, lambda: parts.store.transact(attempts.doubt_intents))
    found = await persist(parts, lambda: parts.store.read(attempts.open_attempts))
    if found:
        log.info("recovering", attempts=len(found))
    for attempt in found:
        calls.create_task(adopt(attempt))
    # The tasks have taken their places in `Trunk.looking` once the loop has gone round.
    await parts.clock.sleep(0)
