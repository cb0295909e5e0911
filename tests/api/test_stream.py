"""What an event stream promises: nothing is missed, nothing comes twice, nobody is held up."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import pytest
from aiohttp import StreamReader
from aiohttp.test_utils import TestClient, TestServer
from structlog.testing import capture_logs

from dialer.api.app import build_app
from dialer.api.listener import LARGEST_BACKLOG, Listener
from dialer.api.sse import Form, Piece
from dialer.api.stream import HUB
from dialer.domain.call import AttemptState
from dialer.domain.campaign import Campaign, Origin
from dialer.domain.events import CampaignChanged, ContactRequeued
from dialer.domain.ids import ContactId
from dialer.service import campaigns
from dialer.service.streams import Place
from dialer.store import eventlog
from dialer.store.unit import Transaction
from tests.api.conftest import Api
from tests.api.streaming import Frame, streaming
from tests.service.desk import Desk

ROUND = 0.25
"""Seconds between two rounds of the hub."""


@pytest.fixture
def desk(api: Api) -> Desk:
    return Desk(api.parts, api.clock)


def numbers(count: int) -> list[str]:
    return [f"+120255501{n:02}" for n in range(count)]


async def running(api: Api, count: int = 2) -> Campaign:
    made = await api.created(contacts=numbers(count))
    await api.post(f"/campaigns/{made['id']}/launch")
    return await campaigns.get(api.parts, made["id"])


async def called(desk: Desk, campaign: Campaign, *phones: str) -> None:
    for phone in phones:
        await desk.end(await desk.call(campaign, phone), AttemptState.BUSY)


async def newest(api: Api) -> int:
    return (await api.parts.store.read(eventlog.span))[1]


def path(campaign: Campaign) -> str:
    return f"/campaigns/{campaign.public_id}/events"


async def test_it_begins_with_the_campaign_as_get_shows_it_and_the_id_of_the_last_event(api: Api) -> None:
    campaign = await running(api)
    shown = await api.get(f"/campaigns/{campaign.public_id}")

    async with streaming(api, path(campaign)) as stream:
        first = await stream.frame()

    assert "text/event-stream" in stream.head
    assert (first.event, first.data, first.id) == ("snapshot", shown.body, await newest(api))


async def test_what_happens_is_told_then_the_counters(api: Api, desk: Desk) -> None:
    """An outcome has the ids of its contact and call, and no number."""
    campaign = await running(api)
    async with streaming(api, path(campaign)) as stream:
        await stream.frame()
        phone = numbers(1)[0]
        call = await desk.call(campaign, phone)
        await desk.end(call, AttemptState.COMPLETED)
        await api.post(f"/campaigns/{campaign.public_id}/pause")
        await api.clock.advance(ROUND)
        outcome, paused, counters = await stream.until("counters")

    contact = (await api.get(f"/campaigns/{campaign.public_id}/contacts")).body["contacts"][0]
    assert (outcome.event, outcome.data) == (
        "contact.settled",
        {
            "contact_id": contact["id"],
            "call_id": call.id,
            "outcome": "answered",
        },
    )
    assert (paused.event, paused.data["at"], paused.data["reason"]) == (
        "campaign.paused",
        "2027-01-15T08:00:00Z",
        None,
    )
    assert counters.data == {
        "campaign_id": campaign.public_id,
        "status": "paused",
        "total_contacts": 2,
        "completed": 1,
        "failed": 0,
        "in_progress": 0,
        "pending": 1,
        "skipped": 0,
    }
    assert counters.id == await newest(api)


@pytest.mark.parametrize("whose", ["one", "all"])
async def test_wherever_it_is_cut_it_goes_on_without_gap_or_repeat(api: Api, desk: Desk, whose: str) -> None:
    campaign, other = await running(api, 3), await running(api, 3)
    where = path(campaign) if whose == "one" else "/events"
    async with streaming(api, where) as stream:
        whole = [await stream.frame()]
        for phone in numbers(2):
            await called(desk, campaign, phone)
            await api.parts.store.transact(change_of(other))
            await called(desk, other, phone)
            await api.clock.advance(ROUND)
        last = await newest(api)
        while whole[-1].id != last:
            whole.append(await stream.frame())

    for cut in range(1, len(whole)):
        seen = max(frame.id or 0 for frame in whole[:cut])
        async with streaming(api, where, Last_Event_ID=str(seen)) as again:
            rest = await again.until("counters")
        assert told(whole[:cut]) + told(rest) == told(whole)
        await api.clock.advance(ROUND)
    assert len(told(whole)) == (2 if whose == "one" else 6)


def told(frames: list[Frame]) -> list[tuple[int | None, str]]:
    return [(frame.id, frame.event) for frame in frames if frame.event.startswith(("contact.", "campaign."))]


async def test_a_requeued_contact_is_named_as_elsewhere(api: Api) -> None:
    campaign = await running(api)
    async with streaming(api, path(campaign)) as stream:
        await stream.frame()
        requeued = ContactRequeued(campaign.id, ContactId(42))
        await api.parts.store.transact(lambda tx: tx.record(requeued))
        await api.clock.advance(ROUND)
        found = await stream.frame()

    assert (found.event, found.data["contact_id"], "contact" in found.data) == (
        "contact.requeued",
        "cont_0000002a",
        False,
    )


async def test_counters_are_told_four_times_a_second_however_much_happens(api: Api, desk: Desk) -> None:
    campaign = await running(api, 6)
    async with streaming(api, path(campaign)) as stream:
        await stream.frame()
        await api.clock.advance(ROUND)
        for phone in numbers(6):
            await called(desk, campaign, phone)
            await api.clock.advance(ROUND / 3)
        await api.clock.advance(ROUND)
        found = await stream.until("campaign.completed")

    assert [frame.event for frame in found].count("counters") == 2
    assert [frame.event for frame in found].count("contact.settled") == 6


async def test_the_stream_of_everything_begins_with_what_is_unfinished_and_hides_single_calls(
    api: Api,
) -> None:
    await api.created()
    campaign, call = await running(api), await running(api)

    def as_single_call(tx: Transaction) -> None:
        tx.execute("UPDATE campaign SET origin = ? WHERE id = ?", (Origin.CALL, call.id))

    await api.parts.store.transact(as_single_call)
    async with streaming(api, "/events") as stream:
        first = await stream.frame()
        for each in (call, campaign):
            await api.parts.store.transact(change_of(each))
        await api.clock.advance(ROUND)
        found = await stream.until("counters")

    assert [each["id"] for each in first.data["campaigns"]] == [campaign.public_id]
    assert {frame.data["campaign_id"] for frame in found} == {campaign.public_id}


def change_of(campaign: Campaign) -> Callable[[Transaction], None]:
    def work(tx: Transaction) -> None:
        tx.record(CampaignChanged(campaign.id))

    return work


@pytest.mark.parametrize("after", ["0", "999999"])
async def test_an_id_that_cannot_be_resumed_gets_a_reset_and_a_snapshot(api: Api, after: str) -> None:
    """0 lies before the oldest event that is kept, the other was never here."""
    campaign = await running(api)
    await api.parts.store.transact(lambda tx: eventlog.delete_before(tx, tx.now + 1, limit=2))

    async with streaming(api, path(campaign), Last_Event_ID=after) as stream:
        reset, first = await stream.frame(), await stream.frame()

    assert (reset.event, reset.id) == ("reset", None)
    assert (first.event, first.id) == ("snapshot", await newest(api))


async def test_the_header_goes_before_the_query(api: Api, desk: Desk) -> None:
    """A browser that connects again repeats the address with which it began."""
    campaign = await running(api)
    await called(desk, campaign, *numbers(2))
    last = await newest(api)

    async with streaming(api, f"{path(campaign)}?last_event_id=0") as from_the_start:
        everything = await from_the_start.until("counters")
    async with streaming(api, f"{path(campaign)}?last_event_id=0", Last_Event_ID=str(last)) as stream:
        nothing = await stream.frame()

    assert len(told(everything)) == 6
    assert (nothing.event, nothing.id) == ("counters", last)


async def test_what_is_no_id_is_refused(api: Api) -> None:
    campaign = await running(api)

    wrong = await api.send("GET", path(campaign), headers={"Last-Event-ID": "abc"})
    twice = await api.send("GET", f"{path(campaign)}?last_event_id=1&last_event_id=2")

    assert (wrong.status, wrong.locs) == (422, [("header", "Last-Event-ID")])
    assert (twice.status, twice.locs) == (422, [("query", "last_event_id")])


async def test_a_campaign_that_is_not_there_has_no_stream(api: Api) -> None:
    assert (await api.get("/campaigns/camp_00000000/events")).status == 404


async def test_head_is_answered_and_over(api: Api) -> None:
    campaign = await running(api)

    async with streaming(api, path(campaign), method="HEAD") as stream:
        assert "200 OK" in stream.head
        assert "text/event-stream" in stream.head


async def test_a_silent_stream_is_kept_open_by_comments(api: Api) -> None:
    campaign = await running(api)
    async with streaming(api, path(campaign)) as stream:
        await stream.frame()
        await api.clock.advance(14.9)
        await api.clock.advance(0.2)

        assert await stream.block() == ":"


async def test_a_revoked_key_keeps_no_stream(api: Api) -> None:
    campaign = await running(api)
    async with streaming(api, path(campaign)) as stream:
        await stream.frame()
        await api.parts.store.transact(lambda tx: tx.execute("UPDATE api_key SET revoked_at = ?", (tx.now,)))
        await api.clock.advance(15)

        with pytest.raises(EOFError):
            await stream.block()


async def test_a_proxy_that_speaks_http_1_0_gets_no_chunks(api: Api, desk: Desk) -> None:
    campaign = await running(api)
    async with streaming(api, path(campaign), version="1.0") as stream:
        await stream.frame()
        await called(desk, campaign, numbers(1)[0])
        await api.clock.advance(ROUND)
        found = await stream.until("counters")

    assert "chunked" not in stream.head
    assert found[0].event == "contact.settled"


async def test_what_is_compressed_is_the_same_for_whoever_joins_when(api: Api, desk: Desk) -> None:
    """The client of aiohttp asks for gzip and unpacks it, as browsers do."""
    campaign = await running(api)
    headers = {"Authorization": f"Bearer {api.token}"}
    async with AsyncExitStack() as stack:
        streams = []
        for phone in numbers(2):
            response = await stack.enter_async_context(api.client.get(path(campaign), headers=headers))
            streams.append(response.content)
            await api.clock.advance(ROUND)
            await until(response.content, b"event:snapshot")
            await called(desk, campaign, phone)
            await api.clock.advance(ROUND)
        last = [await until(each, b"event:campaign.completed") for each in streams]

    assert response.headers["Content-Encoding"] == "gzip"
    assert last[0] == last[1]


async def until(content: StreamReader, wanted: bytes) -> bytes:
    """The first frame that holds this."""
    while True:
        found = await content.readuntil(b"\n\n")
        if wanted in found:
            return found


async def test_a_deleted_campaign_ends_its_stream(api: Api) -> None:
    campaign = await running(api)
    await api.post(f"/campaigns/{campaign.public_id}/cancel")
    async with streaming(api, path(campaign)) as stream:
        await stream.frame()
        await api.send("DELETE", f"/campaigns/{campaign.public_id}")
        await api.clock.advance(ROUND)

        assert (await stream.frame()).event == "campaign.deleted"
        with pytest.raises(EOFError):
            await stream.block()


async def test_a_server_that_stops_ends_the_streams_at_once(api: Api, desk: Desk) -> None:
    """One that listens, and one that is stuck in the middle of what it has missed."""
    campaign = await running(api)
    server = TestServer(build_app(api.parts))
    async with TestClient(server) as client:
        other = Api(client, api.parts, api.clock, api.token)
        async with streaming(other, path(campaign)) as stream:
            await stream.frame()
            await server.close()  # would wait a minute for a request that goes on

            with pytest.raises(EOFError):
                await stream.block()


async def test_nothing_is_read_when_nobody_listens(api: Api) -> None:
    campaign = await running(api)
    hub = api.app[HUB]
    async with streaming(api, path(campaign)) as stream:
        await stream.frame()
        assert hub.reads
    await api.clock.advance(15)  # the comment finds nobody

    assert not hub.reads


async def test_a_reader_that_breaks_ends_the_streams_and_the_next_begins_anew(
    api: Api,
) -> None:
    campaign = await running(api)
    async with streaming(api, path(campaign)) as stream:
        await stream.frame()
        with capture_logs() as logged:
            await api.parts.store.transact(renamed("campaign", "mislaid"))
            await api.parts.store.transact(change_of(campaign))
            await api.clock.advance(ROUND)
            with pytest.raises(EOFError):
                await stream.block()
    assert "event_stream_broke" in [line["event"] for line in logged]
    await api.parts.store.transact(renamed("mislaid", "campaign"))

    async with streaming(api, path(campaign)) as stream:
        assert (await stream.frame()).event == "snapshot"


def renamed(table: str, name: str) -> Callable[[Transaction], None]:
    def work(tx: Transaction) -> None:
        tx.execute(f"ALTER TABLE {table} RENAME TO {name}")

    return work


class TestASlowClient:
    @pytest.fixture
    async def deaf(self) -> AsyncIterator[asyncio.Transport]:
        """The transport to a peer that never reads."""
        async with AsyncExitStack() as stack:
            silence = asyncio.Event()

            async def ignore(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                await silence.wait()
                writer.close()

            server = await stack.enter_async_context(await asyncio.start_server(ignore, "127.0.0.1", limit=1))
            _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            yield writer.transport
            silence.set()
            writer.transport.abort()

    async def test_is_dropped_once_too_much_waits_for_it(self, deaf: asyncio.Transport) -> None:
        listener = Listener(deaf, Place(None), Form(chunked=True, zipped=False))
        piece = Piece("x" * LARGEST_BACKLOG)
        sent = 0
        while not listener.over:
            listener.send(piece)
            sent += 1
            assert deaf.get_write_buffer_size() < 2 * LARGEST_BACKLOG + 100

        assert 1 < sent < 40
        assert deaf.is_closing()

    async def test_is_not_waited_for_by_a_stop(self, deaf: asyncio.Transport) -> None:
        listener = Listener(deaf, Place(None), Form(chunked=True, zipped=False))
        while not deaf.get_write_buffer_size():
            listener.send(Piece("x" * LARGEST_BACKLOG))

        listener.stop()

        assert deaf.is_closing()
