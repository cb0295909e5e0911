"""How far a campaign has come, read over the API again and again."""

from collections import Counter, deque
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from dialer.api.wire.call_answer import CallAnswer, CallPage
from dialer.api.wire.campaign_answer import CampaignAnswer
from dialer.cli.client import Client, as_, part
from dialer.domain.call import OPEN, AttemptState
from dialer.domain.campaign import OVER, CampaignStatus
from dialer.domain.clock import Clock

_PAGE = 200
_RATE_OVER = 5.0
"""Seconds over which calls are averaged."""


@dataclass(frozen=True, slots=True)
class Progress:
    campaign: CampaignAnswer
    calls: int
    """Placed in this run so far, those in progress included."""
    outcomes: Mapping[str, int]
    """Of calls that have ended, most frequent first."""
    calls_per_second: float

    @property
    def over(self) -> bool:
        return CampaignStatus(self.campaign.status) in OVER


async def follow(client: Client, clock: Clock, reference: str, every: float) -> AsyncIterator[Progress]:
    """One look each so many seconds, the last of them at the finished campaign."""
    tally = _Tally(client, reference)
    seen: deque[tuple[float, int]] = deque([(clock.monotonic(), 0)])
    first = True
    while True:
        # The calls are read after the campaign: one that is over has no call that is still missing here.
        campaign = as_(CampaignAnswer, await client.get(f"/campaigns/{part(reference)}"))
        outcomes, in_progress = await tally.read(campaign.run)
        calls = outcomes.total() + in_progress
        now = clock.monotonic()
        if first:
            seen = deque([(now, calls)])
        seen.append((now, calls))
        while len(seen) > 2 and now - seen[1][0] >= _RATE_OVER:  # noqa: PLR2004  its two ends
            seen.popleft()
        passed = now - seen[0][0]
        rate = (calls - seen[0][1]) / passed if passed else 0.0
        progress = Progress(campaign, calls, dict(outcomes.most_common()), rate)
        yield progress
        if progress.over:
            return
        first = False
        await clock.sleep(every)


class _Tally:
    """Counts the calls of a campaign by outcome; a page whose calls have all ended is not read again."""

    def __init__(self, client: Client, reference: str) -> None:
        self._client = client
        self._path = f"/campaigns/{part(reference)}/calls"
        self._run = 0
        self._ended: Counter[str] = Counter()
        self._cursor: str | None = None

    async def read(self, run: int) -> tuple[Counter[str], int]:
        """Outcomes of the run's calls that have ended, and how many have not."""
        if run != self._run:
            self._run, self._ended, self._cursor = run, Counter(), None
        ended, in_progress, cursor, settled = Counter(self._ended), 0, self._cursor, True
        while True:
            page = as_(CallPage, await self._client.get(self._path, limit=_PAGE, cursor=cursor))
            calls = [call for call in page.calls if call.run == run]
            here = Counter(_outcome(call) for call in calls if not _is_open(call))
            ended += here
            in_progress += len(calls) - here.total()
            if page.next_cursor is None:
                return ended, in_progress
            cursor = page.next_cursor
            settled = settled and here.total() == len(calls)
            if settled:
                self._ended, self._cursor = Counter(ended), cursor


def _is_open(call: CallAnswer) -> bool:
    return AttemptState(call.status) in OPEN


def _outcome(call: CallAnswer) -> str:
    return call.outcome or call.status
