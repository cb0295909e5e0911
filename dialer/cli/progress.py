"""How far a campaign has come, as the daemon tells it."""

import asyncio
import contextlib
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from dialer.api.wire.campaign_answer import CampaignAnswer
from dialer.api.wire.report_answer import StatsAnswer
from dialer.api.wire.stream_answer import Counters
from dialer.cli.client import Client, NoAnswer, as_, part
from dialer.cli.sse import Told, told
from dialer.domain.campaign import OVER, CampaignStatus
from dialer.domain.clock import Clock

_AGAIN = 1.0
"""Seconds until a daemon that is gone is asked again."""
_RATE_OVER = 5.0
"""Seconds over which contacts are averaged."""


@dataclass(frozen=True, slots=True)
class Progress:
    campaign: CampaignAnswer
    outcomes: Mapping[str, int]
    """Of contacts, most frequent first; exact once it is over."""
    contacts_per_second: float
    calls: int | None
    """Of this run; known once it is over."""

    @property
    def over(self) -> bool:
        return _is_over(self.campaign)


class _Settled(BaseModel):
    outcome: str


async def follow(
    client: Client, clock: Clock, reference: str, every: float, say: Callable[[str], None]
) -> AsyncIterator[Progress]:
    """A look when there is news, but each so many seconds at most; the last is at the finished campaign.

    A daemon that goes away is waited for, which `say` is told.
    """
    story = _Story(client, reference)
    seen: deque[tuple[float, int]] = deque()
    reading = asyncio.create_task(story.read(clock, say))
    reading.add_done_callback(lambda _: story.news.set())
    try:
        while True:
            await story.news.wait()
            story.news.clear()
            if reading.done():
                await reading  # raises what ended it before the campaign was over
            now, campaign = clock.monotonic(), story.campaign
            if campaign is None:
                continue
            seen.append((now, campaign.completed + campaign.failed))
            while len(seen) > 2 and now - seen[1][0] >= _RATE_OVER:  # noqa: PLR2004  its two ends
                seen.popleft()
            passed, done = now - seen[0][0], seen[-1][1] - seen[0][1]
            rate = max(done, 0) / passed if passed else 0.0
            yield Progress(campaign, dict(story.outcomes.most_common()), rate, story.calls)
            if reading.done():
                return
            with contextlib.suppress(TimeoutError):
                async with clock.timeout(every):
                    await asyncio.wait({reading})
    finally:
        reading.cancel()
        await asyncio.wait({reading})


class _Story:
    """The campaign as its event stream tells of it."""

    def __init__(self, client: Client, reference: str) -> None:
        self.campaign: CampaignAnswer | None = None
        self.outcomes: Counter[str] = Counter()
        self.calls: int | None = None
        self.news = asyncio.Event()
        self._client = client
        self._path = f"/campaigns/{part(reference)}"
        self._last: str | None = None

    async def read(self, clock: Clock, say: Callable[[str], None]) -> None:
        """Returns when the campaign is over. Raises Failed: refused, or no daemon was there at all."""
        away = False
        while True:
            try:
                pieces = self._client.download(f"{self._path}/events", last_event_id=self._last)
                async with contextlib.aclosing(pieces):
                    async for event in told(pieces):
                        if away:
                            say("The daemon is back.")
                            away = False
                        await self._apply(event)
                        if self.campaign is not None and _is_over(self.campaign):
                            return
            except NoAnswer:
                if self.campaign is None:
                    raise
            if not away:
                say("The daemon has gone away. Waiting until it is back; Ctrl-C leaves.")
                away = True
            await clock.sleep(_AGAIN)

    async def _apply(self, event: Told) -> None:
        match event.event:
            case "contact.settled":
                self.outcomes[as_(_Settled, event.data).outcome] += 1
            case "counters":
                self._count(as_(Counters, event.data))
            case "snapshot":
                await self._take_stock(as_(CampaignAnswer, event.data))
            case "reset":
                pass  # a snapshot follows
            case _:
                await self._look_again()
        self._last = event.id
        if event.event != "contact.settled":  # counters follow
            self.news.set()

    def _count(self, counters: Counters) -> None:
        if self.campaign is not None:
            changed = counters.model_dump(exclude={"campaign_id", "status"})
            self.campaign = self.campaign.model_copy(update=changed)

    async def _look_again(self) -> None:
        """What an event of the campaign itself has changed, the reason of its status too."""
        found = as_(CampaignAnswer, await self._client.get(self._path))
        if _is_over(found) or self.campaign is None or self.campaign.run != found.run:
            await self._take_stock(found)
        else:
            self.campaign = found

    async def _take_stock(self, found: CampaignAnswer) -> None:
        """What was before, and what there is in the end, is not told event by event."""
        outcomes, calls = Counter[str](), None
        if found.completed + found.failed:
            figures = as_(StatsAnswer, await self._client.get(f"{self._path}/stats"))
            outcomes, calls = Counter(figures.outcomes), figures.calls
        self.campaign, self.outcomes, self.calls = found, outcomes, calls


def _is_over(campaign: CampaignAnswer) -> bool:
    return CampaignStatus(campaign.status) in OVER
