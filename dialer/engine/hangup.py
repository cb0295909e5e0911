"""Hang-ups that were asked for as rows are carried out here."""

import asyncio
from collections.abc import Mapping

from dialer.domain.ids import CampaignId
from dialer.engine.switchboard import Switchboard
from dialer.engine.trunk import Trunk
from dialer.service.parts import Parts
from dialer.store import attempts


class Hangups:
    def __init__(
        self,
        parts: Parts,
        switchboard: Switchboard,
        trunks: Mapping[str, Trunk],
        calls: asyncio.TaskGroup,
    ) -> None:
        self._parts = parts
        self._switchboard = switchboard
        self._trunks = trunks
        self._calls = calls

    async def of_campaign(self, campaign_id: CampaignId) -> None:
        """Ends every open call of the campaign that was marked; their ends are told by the carrier.

        Waits for no carrier: other campaigns' starts must not.
        """
        for attempt in await self._parts.store.read(attempts.open_attempts):
            if attempt.campaign == campaign_id and attempt.hangup_requested_at is not None:
                if line := self._switchboard.lines.get(attempt.id):
                    line.unwanted = True
                carrier = self._trunks[attempt.carrier].carrier
                self._calls.create_task(carrier.hang_up(attempt.id, attempt.carrier_id))
