"""Hang-ups that were asked for as rows are carried out here."""

from collections.abc import Mapping

from dialer.domain.ids import CampaignId
from dialer.engine.switchboard import Switchboard
from dialer.engine.trunk import Trunk
from dialer.service.parts import Parts
from dialer.store import attempts


class Hangups:
    def __init__(self, parts: Parts, switchboard: Switchboard, trunks: Mapping[str, Trunk]) -> None:
        self._parts = parts
        self._switchboard = switchboard
        self._trunks = trunks

    async def of_campaign(self, campaign_id: CampaignId) -> None:
        """Ends every open call of the campaign that was marked; their ends are told by the carrier."""
        for attempt in await self._parts.store.read(attempts.open_attempts):
            if attempt.campaign == campaign_id and attempt.hangup_requested_at is not None:
                if line := self._switchboard.lines.get(attempt.id):
                    line.unwanted = True
                await self._trunks[attempt.carrier].carrier.hang_up(attempt.id, attempt.carrier_id)
