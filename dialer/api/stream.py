"""Server-Sent Events: what happens to a campaign, or to all, as it happens."""

import re
from functools import partial

from aiohttp import hdrs, web

from dialer.api import sse
from dialer.api.http import PARTS, key_of
from dialer.api.hub import Hub
from dialer.api.listener import Listener
from dialer.api.route import Media, Route, text
from dialer.api.wire.faults import excerpt
from dialer.domain.errors import Fault, InvalidInput, StoreUnavailable
from dialer.domain.ids import CampaignId
from dialer.domain.scope import Scope
from dialer.service import campaigns, keys, streams
from dialer.service.parts import Parts
from dialer.service.streams import Place
from dialer.store.eventlog import EventLog

HUB = web.AppKey("hub", Hub)

_ID = re.compile(r"[0-9]{1,15}\Z", re.ASCII)
_HEADERS = {
    hdrs.CONTENT_TYPE: sse.MEDIA,
    hdrs.CACHE_CONTROL: "no-store",
    hdrs.VARY: hdrs.ACCEPT_ENCODING,
    "X-Accel-Buffering": "no",  # nginx would gather it
}


async def of_campaign(request: web.Request) -> web.StreamResponse:
    found = await campaigns.get(request.app[PARTS], request.match_info["id"])
    return await _stream(request, found.id)


async def of_all(request: web.Request) -> web.StreamResponse:
    return await _stream(request, None)


def install(app: web.Application, parts: Parts, events: EventLog) -> None:
    """The hub, which ends every stream before the server waits for the requests that it answers."""
    hub = Hub(parts, events)
    app[HUB] = hub

    async def stop(_app: web.Application) -> None:
        hub.stop()

    async def close(_app: web.Application) -> None:
        await hub.close()

    app.on_shutdown.append(stop)
    app.on_cleanup.append(close)


async def _stream(request: web.Request, campaign: CampaignId | None) -> web.StreamResponse:
    parts, hub = request.app[PARTS], request.app[HUB]
    after = _last_event_id(request)
    lost = None if after is None else await streams.lost(parts, after)
    zipped = "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, "")
    response = web.StreamResponse(headers=_HEADERS | ({hdrs.CONTENT_ENCODING: "gzip"} if zipped else {}))
    await response.prepare(request)
    if request.method == hdrs.METH_HEAD:
        return response
    chunked = response.headers.get(hdrs.TRANSFER_ENCODING) == "chunked"
    place = Place(campaign, None if lost else after)
    listener = Listener(request.transport, place, sse.Form(chunked=chunked, zipped=zipped))
    body = sse.Form(chunked=False, zipped=zipped)  # of what aiohttp puts into chunks
    hub.enter(listener)
    try:
        # The headers leave with it.
        await response.write((sse.GZIP_HEAD if zipped else b"") + sse.RETRY.written(body))
        if lost:
            listener.send(sse.Piece(sse.reset(lost)))
        await _catch_up(request, response, listener, body)
        hub.join(listener)
        await listener.stay(parts.clock, partial(keys.still_counts, parts.store, key_of(request)))
    except StoreUnavailable:
        pass  # the answer has begun, so it ends here; the client resumes
    finally:
        hub.leave(listener)
    return response


async def _catch_up(
    request: web.Request, response: web.StreamResponse, listener: Listener, form: sse.Form
) -> None:
    """What was missed, at the client's own speed; what is left then is little, and the hub's to tell."""
    behind = listener.place.after is not None
    while behind and not listener.over:
        missed = await streams.read_on(request.app[PARTS], listener.place)
        of_all = listener.place.campaign is None
        told = sse.frames(missed.events, missed.standings, missed.upto, of_all=of_all)
        if told:
            await response.write(sse.Piece(told).written(form))
        listener.saw(missed.upto)
        behind = missed.more


def _last_event_id(request: web.Request) -> int | None:
    """The header goes before the query: a browser repeats the address with which it first connected."""
    header, query = request.headers.get("Last-Event-ID"), request.query.getall("last_event_id", [])
    loc, given = (("header", "Last-Event-ID"), [header]) if header else (("query", "last_event_id"), query)
    if len(given) > 1:
        raise InvalidInput([Fault(loc, "is given more than once; say it once", "invalid")])
    said = given[0] if given else ""
    if said and not _ID.match(said):
        sentence = (
            f"must be the id of an event, a whole number, not {excerpt(said)}; without it all begins anew"
        )
        raise InvalidInput([Fault(loc, sentence, "invalid")])
    return int(said) if said else None


_RESUME = (text("last_event_id", "Where to go on, as the header Last-Event-ID.", r"^[0-9]{1,15}$"),)
_EVENTS = {200: Media(sse.MEDIA)}

ROUTES: tuple[Route, ...] = (
    Route(
        "GET",
        "/campaigns/{id}/events",
        of_campaign,
        "What happens to a campaign, as it happens: a snapshot, then events.",
        Scope.CAMPAIGNS_READ,
        _EVENTS,
        query=_RESUME,
        counted=False,
        versioned=True,
    ),
    Route(
        "GET",
        "/events",
        of_all,
        "The same of all campaigns; the snapshot holds those that are unfinished.",
        Scope.CAMPAIGNS_READ,
        _EVENTS,
        query=_RESUME,
        counted=False,
    ),
)
