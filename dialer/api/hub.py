"""One reader of the event log for all who listen: what it finds is written once, and sent to each."""

import asyncio
from collections.abc import Iterable

import structlog

from dialer.api.listener import Listener
from dialer.api.sse import Piece, frames, snapshot
from dialer.domain.errors import StoreUnavailable
from dialer.domain.events import Recorded
from dialer.domain.ids import CampaignId
from dialer.service import streams
from dialer.service.parts import Parts
from dialer.service.streams import Look, Place, Stretch
from dialer.store.eventlog import EventLog

_EVERY = 0.25
"""Seconds between two reads, at least."""
_AGAIN = 1.0
"""Seconds after a read that failed."""
_WRITES_AT_ONCE = 20
"""Clients that are written to before the loop turns to others: a write of 100 kB takes some 30 µs."""

_log = structlog.get_logger(__name__)


class Hub:
    """Reads while anybody listens; its task begins with the first listener and ends with the last.

    If it breaks, the streams end and the log says why; the next listener begins anew. Nobody is dialled by
    what is told here, so that is no reason to stop the daemon.
    """

    def __init__(self, parts: Parts, events: EventLog) -> None:
        self._parts = parts
        self._events = events
        self._present: set[Listener] = set()
        self._joining: list[Listener] = []
        self._joined: dict[CampaignId | None, list[Listener]] = {}
        self._after: int | None = None
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    @property
    def reads(self) -> bool:
        """Whether anybody is there to read for."""
        return self._task is not None

    def enter(self, listener: Listener) -> None:
        """From now on it ends when the daemon stops."""
        self._present.add(listener)
        if self._stopping:
            listener.stop()

    def join(self, listener: Listener) -> None:
        """From now on it is sent everything after its place; first a snapshot, where it has seen nothing."""
        self._joining.append(listener)
        self._news.set()
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    def leave(self, listener: Listener) -> None:
        listener.end()
        self._present.discard(listener)
        self._news.set()

    def stop(self) -> None:
        """Ends every stream, and those that begin later."""
        self._stopping = True
        for listener in self._present:
            listener.stop()

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _run(self) -> None:
        try:
            with self._events.waking(self._news):
                await self._serve()
        except Exception:  # noqa: BLE001  the outermost frame of the task
            _log.exception("event_stream_broke")
        finally:
            self._task = None
            self._after = None
            for listener in self._attending():
                listener.end()
            self._joining, self._joined = [], {}

    async def _serve(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            self._forget_the_gone()
            if not (self._joined or self._joining):
                return
            try:
                more = await self._round()
            except StoreUnavailable:
                await self._parts.clock.sleep(_AGAIN)
                self._news.set()
                continue
            if more:
                self._news.set()
            else:
                await self._parts.clock.sleep(_EVERY)

    async def _round(self) -> bool:
        """Whether the log goes on after what was read."""
        watched = None if None in self._joined else [each for each in self._joined if each is not None]
        joining = list(self._joining)
        found = await streams.look(
            self._parts, self._after, watched, {listener.place for listener in joining}
        )
        self._after = found.news.upto
        await self._tell(found.news)
        if not found.news.more:
            del self._joining[: len(joining)]
            await self._admit(joining, found)
        return found.news.more

    async def _tell(self, news: Stretch) -> None:
        of_campaign: dict[CampaignId, list[Recorded]] = {}
        for event in news.events:
            of_campaign.setdefault(event.campaign, []).append(event)
        if None in self._joined and news.standings:
            await self._send(self._joined[None], frames(news.events, news.standings, news.upto, of_all=True))
        for campaign, standing in news.standings.items():
            if listeners := self._joined.get(campaign):
                happened = of_campaign.get(campaign, ())
                await self._send(listeners, frames(happened, {campaign: standing}, news.upto, of_all=False))
                if standing.deleted:
                    _end(listeners)

    async def _admit(self, joining: Iterable[Listener], found: Look) -> None:
        alike: dict[Place, list[Listener]] = {}
        for listener in joining:
            alike.setdefault(listener.place, []).append(listener)
        for place, listeners in alike.items():
            await self._begin(place, listeners, found)
            if place.after is not None and found.arrears[place].more:
                for listener in listeners:
                    self.join(listener)
            else:
                self._joined.setdefault(place.campaign, []).extend(listeners)

    async def _begin(self, place: Place, listeners: list[Listener], found: Look) -> None:
        """What they have not seen, up to where all stand now."""
        if place.after is not None:
            arrears = found.arrears[place]
            text = frames(arrears.events, arrears.standings, arrears.upto, of_all=place.campaign is None)
            await self._send(listeners, text)
            for listener in listeners:
                listener.saw(arrears.upto)
        elif (shown := found.snapshots.get(place.campaign)) is not None:
            # Off the loop: of all campaigns, it may hold a thousand.
            written = await asyncio.to_thread(snapshot, shown, place.campaign, found.news.upto)
            await self._send(listeners, written)
        else:
            _end(listeners)

    async def _send(self, listeners: Iterable[Listener], text: str) -> None:
        piece = Piece(text)
        for position, listener in enumerate(list(listeners)):
            if position and position % _WRITES_AT_ONCE == 0:
                await self._parts.clock.sleep(0)
            listener.send(piece)

    def _forget_the_gone(self) -> None:
        self._joining = [listener for listener in self._joining if not listener.over]
        there = {
            campaign: [listener for listener in listeners if not listener.over]
            for campaign, listeners in self._joined.items()
        }
        self._joined = {campaign: listeners for campaign, listeners in there.items() if listeners}

    def _attending(self) -> list[Listener]:
        return [*self._joining, *(each for listeners in self._joined.values() for each in listeners)]


def _end(listeners: Iterable[Listener]) -> None:
    for listener in listeners:
        listener.end()
