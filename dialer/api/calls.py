"""Calls: the attempts of campaigns, of one and of all, and single calls."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing

from aiohttp import web

from dialer.api.download import download
from dialer.api.http import PARTS, answer, answer_page, read_small_json
from dialer.api.idempotency import sealed
from dialer.api.route import CURSOR, PHONE, Media, Parameter, Route, choice, text, whole
from dialer.api.wire.call import CallBody, CallMade, CallRequest, DialBody, DialMade, read_call, read_dial
from dialer.api.wire.call_answer import CallAnswer, CallList, CallPage
from dialer.api.wire.query import Query
from dialer.api.wire.rules import Rules
from dialer.domain.call import AttemptState, CallStage, Channel
from dialer.domain.scope import Scope
from dialer.service import attempts, recordings, single_calls
from dialer.service.single_calls import Dialled

_LIST = 20
_LARGEST_LIST = 100
_PAGE = 100
_WAV = "audio/wav"
_LARGEST_PAGE = 1000
_STATUSES = [*map(str, AttemptState), *map(str, CallStage)]
_NO_AGENT = frozenset({404})


async def page_of_campaign(request: web.Request) -> web.Response:
    query = Query(request.query)
    state = query.choice("status", AttemptState)
    phone, after = query.phone(), query.cursor()
    limit = query.whole("limit", _PAGE, least=1, most=_LARGEST_PAGE)
    query.check()
    found, cursor = await attempts.page_of_campaign(
        request.app[PARTS], request.match_info["id"], state=state, phone=phone, after=after, limit=limit
    )

    def shown() -> CallPage:
        calls = [CallAnswer.of(call) for call in found]
        return CallPage(calls=calls, next_cursor=None if cursor is None else str(cursor))

    return await answer_page(shown)


async def page(request: web.Request) -> web.Response:
    query = Query(request.query)
    query.only("type", "outbound")
    channel = query.choice("channel", Channel)
    status = query.word("status", _STATUSES)
    limit = query.whole("limit", _LIST, least=1, most=_LARGEST_LIST)
    offset = query.whole("offset", 0)
    query.check()
    found, total = await attempts.page(
        request.app[PARTS], channel=channel, status=status, limit=limit, offset=offset
    )
    return await answer_page(lambda: CallList(calls=[CallAnswer.of(call) for call in found], total=total))


async def show(request: web.Request) -> web.Response:
    return answer(CallAnswer.of(await attempts.get(request.app[PARTS], request.match_info["id"])))


async def recording(request: web.Request) -> web.StreamResponse:
    found = await recordings.fetch(request.app[PARTS], request.match_info["id"])
    async with aclosing(found.pieces) as pieces:
        return await download(request, pieces, media=_WAV, filename=f"{found.call_id}.wav")


async def create(request: web.Request) -> web.Response:
    asked = await _read(request, read_call)

    def shown(dialled: Dialled) -> CallMade:
        return CallMade.of(dialled, asked.message(dialled))

    dialled = await single_calls.dial(request.app[PARTS], asked.new, seal=sealed(request, shown, 201))
    return answer(shown(dialled), status=201)


async def dial(request: web.Request) -> web.Response:
    asked = await _read(request, read_dial)

    def shown(dialled: Dialled) -> DialMade:
        return DialMade.of(dialled, asked.message(dialled))

    dialled = await single_calls.dial(request.app[PARTS], asked.new, seal=sealed(request, shown, 201))
    return answer(shown(dialled), status=201)


async def hang_up(request: web.Request) -> web.Response:
    return answer(CallAnswer.of(await single_calls.hang_up(request.app[PARTS], request.match_info["id"])))


async def _read(request: web.Request, reader: Callable[[bytes, Rules], CallRequest]) -> CallRequest:
    parts = request.app[PARTS]
    rules = Rules.of(parts.policy, parts.clock.now(), may_launch=True)
    return await asyncio.to_thread(reader, await read_small_json(request), rules)


ROUTES: tuple[Route, ...] = (
    Route(
        "GET",
        "/campaigns/{id}/calls",
        page_of_campaign,
        "Lists a campaign's calls, the oldest first.",
        Scope.CONTACTS_READ,
        {200: CallPage},
        query=(
            choice("status", "In this state alone.", AttemptState),
            PHONE,
            CURSOR,
            whole("limit", "How many at most.", _PAGE, least=1, most=_LARGEST_PAGE),
        ),
        versioned=True,
    ),
    Route(
        "GET",
        "/v2/calls",
        page,
        "Lists single calls and the calls of all campaigns, the newest first.",
        Scope.CONTACTS_READ,
        {200: CallList},
        query=(
            text("type", "`outbound`, the only type there is.", "^outbound$"),
            choice("channel", "On this channel alone.", Channel),
            Parameter("status", {"type": "string", "enum": _STATUSES}, "In this state alone."),
            whole("limit", "How many at most.", _LIST, least=1, most=_LARGEST_LIST),
            whole("offset", "How many are left out.", 0),
        ),
    ),
    Route("GET", "/v2/calls/{id}", show, "Shows a call.", Scope.CONTACTS_READ, {200: CallAnswer}),
    Route(
        "GET",
        "/v2/calls/{id}/recording",
        recording,
        "The recording of a call, as its carrier has it.",
        Scope.RECORDINGS_READ,
        {200: Media(_WAV)},
        errors=frozenset({502}),
    ),
    Route(
        "POST",
        "/v2/calls",
        create,
        "Calls one number.",
        Scope.CAMPAIGNS_LAUNCH,
        {201: CallMade},
        body=CallBody,
        errors=_NO_AGENT,
        idempotent=True,
    ),
    Route(
        "DELETE",
        "/v2/calls/{id}",
        hang_up,
        "Ends a call, or keeps it from being placed.",
        Scope.CAMPAIGNS_LAUNCH,
        {200: CallAnswer},
        errors=frozenset({409}),
    ),
    Route(
        "POST",
        "/voice/outbound/dial",
        dial,
        "Calls one number; the reference's other way to say it.",
        Scope.CAMPAIGNS_LAUNCH,
        {201: DialMade},
        body=DialBody,
        errors=_NO_AGENT,
        idempotent=True,
    ),
)
