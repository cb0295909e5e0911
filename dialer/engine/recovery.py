"""After a start: every open attempt of an earlier process is asked about before a new call leaves."""

import asyncio
from collections.abc import Mapping

import structlog
from structlog.contextvars import bind_contextvars

from dialer.domain.call import Attempt
from dialer.domain.campaign import Campaign
from dialer.domain.ids import CampaignId
from dialer.engine.call import Caller
from dialer.engine.persist import persist
from dialer.engine.runner import Runner
from dialer.engine.trunk import Trunk
from dialer.service.parts import Parts
from dialer.store import attempts, campaigns
from dialer.store.unit import Snapshot

log = structlog.get_logger()


async def recover(
    parts: Parts, runner: Runner, caller: Caller, trunks: Mapping[str, Trunk], calls: asyncio.TaskGroup
) -> None:
    """Starts a coroutine for each open attempt; they hold their carriers back until each was looked at.

    What was an intent when the process died may have been sent: it becomes uncertain, never pending.
    """

    async def adopt(attempt: Attempt, campaign: str) -> None:
        bind_contextvars(campaign=campaign)
        trunk = trunks[attempt.carrier]
        with runner.seat(attempt.campaign) as seat:
            settled = await caller.adopt(attempt, trunk, seat)
        runner.freed(attempt.campaign, settled)

    await persist(parts, lambda: parts.store.transact(attempts.doubt_intents))
    found, owners = await persist(parts, lambda: parts.store.read(_open_attempts))
    if found:
        log.info("recovering", attempts=len(found))
    for attempt in found:
        calls.create_task(adopt(attempt, owners[attempt.campaign].public_id))
    # The tasks have taken their places in `Trunk.looking` once the loop has gone round.
    await parts.clock.sleep(0)


def _open_attempts(view: Snapshot) -> tuple[list[Attempt], dict[CampaignId, Campaign]]:
    """The attempts, and the campaigns they belong to."""
    found = attempts.open_attempts(view)
    return found, campaigns.those(view, {attempt.campaign for attempt in found})
