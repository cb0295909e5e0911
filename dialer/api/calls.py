"""Attempts, which the API calls calls: of one campaign, and of all."""

from aiohttp import web

from dialer.api.http import PARTS, answer
from dialer.api.route import CURSOR, PHONE, Route, choice, text, whole
from dialer.api.wire.call_answer import CallAnswer, CallList, CallPage
from dialer.api.wire.query import Query
from dialer.domain.call import AttemptState, Channel
from dialer.domain.scope import Scope
from dialer.service import attempts

_LIST = 20
_LARGEST_LIST = 100
_PAGE = 100
_LARGEST_PAGE = 1000


async def page_of_campaign(request: web.Request) -> web.Response:
    query = Query(request.query)
    state = query.choice("status", AttemptState)
    phone, after = query.phone(), query.cursor()
    limit = query.whole("limit", _PAGE, least=1, most=_LARGEST_PAGE)
    query.check()
    found, cursor = await attempts.page_of_campaign(
        request.app[PARTS], request.match_info["id"], state=state, phone=phone, after=after, limit=limit
    )
    shown = [CallAnswer.of(attempt) for attempt in found]
    return answer(CallPage(calls=shown, next_cursor=None if cursor is None else str(cursor)))


async def page(request: web.Request) -> web.Response:
    query = Query(request.query)
    query.only("type", "outbound")
    channel = query.choice("channel", Channel)
    state = query.choice("status", AttemptState)
    limit = query.whole("limit", _LIST, least=1, most=_LARGEST_LIST)
    offset = query.whole("offset", 0)
    query.check()
    found, total = await attempts.page(
        request.app[PARTS], channel=channel, state=state, limit=limit, offset=offset
    )
    return answer(CallList(calls=[CallAnswer.of(attempt) for attempt in found], total=total))


async def show(request: web.Request) -> web.Response:
    return answer(CallAnswer.of(await attempts.get(request.app[PARTS], request.match_info["id"])))


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
        "Lists the calls of all campaigns, the newest first.",
        Scope.CONTACTS_READ,
        {200: CallList},
        query=(
            text("type", "`outbound`, the only type there is.", "^outbound$"),
            choice("channel", "On this channel alone.", Channel),
            choice("status", "In this state alone.", AttemptState),
            whole("limit", "How many at most.", _LIST, least=1, most=_LARGEST_LIST),
            whole("offset", "How many are left out.", 0),
        ),
    ),
    Route("GET", "/v2/calls/{id}", show, "Shows a call.", Scope.CONTACTS_READ, {200: CallAnswer}),
)
