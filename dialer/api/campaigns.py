"""/campaigns: each handler reads the request, calls the service, answers."""

from aiohttp import web

from dialer.api.auth import require
from dialer.api.http import INTAKE, PARTS, answer, answer_page, key_of, read_json
from dialer.api.idempotency import sealed
from dialer.api.route import Route, choice, flag, whole
from dialer.api.wire.campaign import ChangeBody, CreateBody
from dialer.api.wire.campaign_answer import CampaignAnswer, CampaignPage, Launched, Paused, Resumed
from dialer.api.wire.messages import created, launched, not_launched, paused
from dialer.api.wire.query import Query
from dialer.api.wire.rules import Rules
from dialer.domain.call import Channel
from dialer.domain.campaign import Campaign, CampaignStatus
from dialer.domain.scope import Scope, allows
from dialer.service import campaigns, drafts, erasure
from dialer.service.notices import notices

_PAGE = 20
_LARGEST_PAGE = 100


async def create(request: web.Request) -> web.Response:
    parts = request.app[PARTS]
    rules = _rules(request)
    asked = await request.app[INTAKE].create(await read_json(request), rules)
    if asked.launch:
        require(request, Scope.CAMPAIGNS_LAUNCH)

    def shown(made: drafts.Created) -> CampaignAnswer:
        campaign, more = made.campaign, [*asked.notes, *notices(made.campaign, parts)]
        if made.refused is not None:
            message = " ".join([not_launched(campaign, made.refused), *more])
        elif asked.launch:
            message = launched(campaign, more)
        else:
            message = " ".join([created(campaign, asked.waits, rules.now), *more])
        return CampaignAnswer.of(campaign, message)

    made = await drafts.create(
        parts, asked.new, asked.audience, launch=asked.launch, seal=sealed(request, shown, 201)
    )
    return answer(shown(made), status=201)


async def page(request: web.Request) -> web.Response:
    query = Query(request.query)
    status = query.choice("status", CampaignStatus)
    channel = query.either("channel", "type", Channel)
    limit = query.whole("limit", _PAGE, least=1, most=_LARGEST_PAGE)
    offset = query.whole("offset", 0)
    query.check()
    found, total = await campaigns.page(
        request.app[PARTS], status=status, channel=channel, limit=limit, offset=offset
    )
    return await answer_page(
        lambda: CampaignPage(campaigns=[CampaignAnswer.of(campaign) for campaign in found], total=total)
    )


async def show(request: web.Request) -> web.Response:
    return answer(CampaignAnswer.of(await campaigns.get(request.app[PARTS], request.match_info["id"])))


async def change(request: web.Request) -> web.Response:
    parts = request.app[PARTS]
    asked = await request.app[INTAKE].change(await read_json(request), _rules(request))
    campaign = await drafts.change(parts, request.match_info["id"], asked.apply, asked.audience)
    message = " ".join([*asked.message(campaign), *notices(campaign, parts)])
    return answer(CampaignAnswer.of(campaign, message or None))


async def launch(request: web.Request) -> web.Response:
    parts = request.app[PARTS]
    query = Query(request.query)
    rerun, now = query.flag("force_rerun") or False, query.flag("now") or False
    query.check()

    def shown(campaign: Campaign) -> Launched:
        return Launched.of(campaign, launched(campaign, notices(campaign, parts)))

    campaign = await campaigns.launch(
        parts, request.match_info["id"], force_rerun=rerun, start_now=now, seal=sealed(request, shown)
    )
    return answer(shown(campaign))


async def pause(request: web.Request) -> web.Response:
    query = Query(request.query)
    hangup = query.flag("hangup") or False
    query.check()
    campaign, unsettled = await campaigns.pause(request.app[PARTS], request.match_info["id"], hangup=hangup)
    return answer(Paused.of(campaign, unsettled, paused(hangup=hangup)))


async def resume(request: web.Request) -> web.Response:
    return answer(Resumed.of(await campaigns.resume(request.app[PARTS], request.match_info["id"])))


async def cancel(request: web.Request) -> web.Response:
    return answer(CampaignAnswer.of(await campaigns.cancel(request.app[PARTS], request.match_info["id"])))


async def delete(request: web.Request) -> web.Response:
    await erasure.delete(request.app[PARTS], request.match_info["id"])
    return web.Response(status=204)


def _rules(request: web.Request) -> Rules:
    parts = request.app[PARTS]
    may_launch = allows(key_of(request).scopes, Scope.CAMPAIGNS_LAUNCH)
    return Rules.of(parts.policy, parts.clock.now(), may_launch=may_launch)


_READ, _WRITE, _LAUNCH = Scope.CAMPAIGNS_READ, Scope.CAMPAIGNS_WRITE, Scope.CAMPAIGNS_LAUNCH
_MOVE = frozenset({409})

ROUTES: tuple[Route, ...] = (
    Route(
        "POST",
        "/campaigns",
        create,
        "Creates a campaign; `status` may ask for its launch.",
        _WRITE,
        {201: CampaignAnswer},
        body=CreateBody,
        errors=frozenset({404}),
        idempotent=True,
        versioned=True,
    ),
    Route(
        "GET",
        "/campaigns",
        page,
        "Lists campaigns, the newest first.",
        _READ,
        {200: CampaignPage},
        query=(
            choice("status", "In this status alone.", CampaignStatus),
            choice("channel", "On this channel alone.", Channel),
            choice("type", "The same as `channel`.", Channel),
            whole("limit", "How many at most.", _PAGE, least=1, most=_LARGEST_PAGE),
            whole("offset", "How many are left out.", 0),
        ),
        versioned=True,
    ),
    Route(
        "GET",
        "/campaigns/{id}",
        show,
        "Shows a campaign.",
        _READ,
        {200: CampaignAnswer},
        versioned=True,
    ),
    Route(
        "PATCH",
        "/campaigns/{id}",
        change,
        "Changes what is sent.",
        _WRITE,
        {200: CampaignAnswer},
        body=ChangeBody,
        versioned=True,
    ),
    Route(
        "POST",
        "/campaigns/{id}/launch",
        launch,
        "Starts a campaign, now or at its time.",
        _LAUNCH,
        {200: Launched},
        query=(
            flag("force_rerun", "Also one that is over: everybody is called again."),
            flag("now", "At once, whatever its schedule."),
        ),
        errors=_MOVE | {422},
        idempotent=True,
        versioned=True,
    ),
    Route(
        "POST",
        "/campaigns/{id}/pause",
        pause,
        "Once it has answered, no new call leaves.",
        _LAUNCH,
        {200: Paused},
        query=(flag("hangup", "Calls in progress are ended, too."),),
        errors=_MOVE,
        versioned=True,
    ),
    Route(
        "POST",
        "/campaigns/{id}/resume",
        resume,
        "Goes on after a pause.",
        _LAUNCH,
        {200: Resumed},
        errors=_MOVE,
        versioned=True,
    ),
    Route(
        "POST",
        "/campaigns/{id}/cancel",
        cancel,
        "Ends it for good; who was pending is not called.",
        _LAUNCH,
        {200: CampaignAnswer},
        errors=_MOVE,
        versioned=True,
    ),
    Route(
        "DELETE",
        "/campaigns/{id}",
        delete,
        "Hides a campaign that calls nobody, and erases its contacts' data.",
        _WRITE,
        {204: None},
        errors=_MOVE,
        versioned=True,
    ),
)
