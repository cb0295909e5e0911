"""Fences: once pause or cancel has been answered, no new dial leaves.

A dial registers here before its claim is committed. So whoever commits a pause and then asks here sees
every dial that passed the gates before it; all later claims read the pause.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from dialer.domain.clock import Clock
from dialer.domain.ids import CampaignId

PATIENCE = 2.0
"""Seconds that a fence waits for dials which are being sent."""


class Dial:
    """One dial in flight, from before its claim until the carrier's answer is committed."""

    def __init__(self, fences: "Fences", campaign: CampaignId, phone: str) -> None:
        self.campaign = campaign
        self.phone = phone
        self.settled = asyncio.Event()
        self.hung_up = False
        """Somebody asked for its end: withdrawn, it counts as the contact's call."""
        self._fences = fences
        self._withdrawn = False
        self._deadline: asyncio.Timeout | None = None

    def __enter__(self) -> Self:
        self._fences.in_flight.add(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._fences.in_flight.discard(self)
        self.settled.set()

    def may_send(self, deadline: asyncio.Timeout) -> bool:
        """Asked once, right before sending, inside `deadline`; False: a fence came first."""
        self._deadline = deadline
        return not self._withdrawn

    def withdraw(self) -> None:
        """It must not be sent any more; one that is being sent already is not touched."""
        self._withdrawn = True

    def abort(self) -> None:
        """Ends the sending now, whatever became of it; what was answered in time is being written."""
        if self._deadline is None:
            return
        with contextlib.suppress(RuntimeError):  # a deadline that is over, met or not, refuses to be moved
            self._deadline.reschedule(asyncio.get_running_loop().time())


class Fences:
    def __init__(self, clock: Clock) -> None:
        self.in_flight: set[Dial] = set()
        self.closed = False
        """The daemon stops: a dial that is not in flight yet must not begin."""
        self._clock = clock

    def dial(self, campaign: CampaignId, phone: str) -> Dial:
        """A context for one dial: claim, send and the commit of the carrier's answer happen inside."""
        return Dial(self, campaign, phone)

    def withdraw_all(self) -> None:
        """The daemon stops: what is not being sent yet must not be."""
        self.closed = True
        for dial in self.in_flight:
            dial.withdraw()

    async def settle(self, campaign: CampaignId) -> int:
        """Returns once each of the campaign's dials was answered, withdrawn, or after 2 s aborted.

        The number of those aborted: what the carrier did with them is not known yet.
        """
        return await self._settle([dial for dial in self.in_flight if dial.campaign == campaign])

    async def hang_up(self, campaign: CampaignId, phone: str) -> int:
        """The same for the campaign's dial to one number, which is to be no more."""
        dials = [dial for dial in self.in_flight if (dial.campaign, dial.phone) == (campaign, phone)]
        for dial in dials:
            dial.hung_up = True
        return await self._settle(dials)

    async def _settle(self, dials: Sequence[Dial]) -> int:
        for dial in dials:
            dial.withdraw()
        try:
            async with self._clock.timeout(PATIENCE):
                for dial in dials:
                    await dial.settled.wait()
        except TimeoutError:
            unsettled = [dial for dial in dials if not dial.settled.is_set()]
            for dial in unsettled:
                dial.abort()
            return len(unsettled)
        return 0
