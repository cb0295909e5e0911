"""/campaigns: each handler reads the request, calls the service, answers."""

from aiohttp import web

from dialer.api.http import INTAKE, PARTS, Route, answer, read_json
from dialer.api.wire.campaign_answer import CampaignAnswer, CampaignPage, Launched, Paused, Resumed
from dialer.api.wire.messages import created, launched, not_launched, paused
from dialer.api.wire.query import Query
from dialer.api.wire.rules import Rules
from dialer.domain.call import Channel
from dialer.domain.campaign import Campaign, CampaignStatus
from dialer.domain.errors import Incomplete, StoreUnavailable, WrongState
from dialer.service import campaigns
from dialer.service.notices import notices
from dialer.service.parts import Parts

_PAGE = 20
_LARGEST_PAGE = 100


async def create(request: web.Request) -> web.Response:
    parts = request.app[PARTS]
    rules = _rules(parts)
    asked = await request.app[INTAKE].create(await read_json(request), rules)
    campaign = await campaigns.create(parts, asked.new, asked.audience)
    more = [*asked.notes, *notices(campaign, parts)]
    if asked.launch:
        campaign, message = await _launch_new(parts, campaign, more)
    else:
        message = " ".join([created(campaign, asked.waits, rules.now), *more])
    return answer(CampaignAnswer.of(campaign, message), status=201)


async def _launch_new(parts: Parts, campaign: Campaign, more: list[str]) -> tuple[Campaign, str]:
    """The launched campaign, or the draft and why it stays one: it was created, so this is no error."""
    try:
        campaign = await campaigns.launch(parts, campaign.public_id)
    except (Incomplete, WrongState, StoreUnavailable) as error:
        return campaign, " ".join([not_launched(campaign, str(error)), *more])
    return campaign, launched(campaign, more)


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
    return answer(CampaignPage(campaigns=[CampaignAnswer.of(campaign) for campaign in found], total=total))


async def show(request: web.Request) -> web.Response:
    return answer(CampaignAnswer.of(await campaigns.get(request.app[PARTS], request.match_info["id"])))


async def change(request: web.Request) -> web.Response:
    parts = request.app[PARTS]
    asked = await request.app[INTAKE].change(await read_json(request), _rules(parts))
    campaign = await campaigns.change(parts, request.match_info["id"], asked.apply, asked.audience)
    message = " ".join([*asked.message(campaign), *notices(campaign, parts)])
    return answer(CampaignAnswer.of(campaign, message or None))


async def launch(request: web.Request) -> web.Response:
    parts = request.app[PARTS]
    query = Query(request.query)
    rerun, now = query.flag("force_rerun") or False, query.flag("now") or False
    query.check()
    campaign = await campaigns.launch(parts, request.match_info["id"], force_rerun=rerun, start_now=now)
    return answer(Launched.of(campaign, launched(campaign, notices(campaign, parts))))


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


def _rules(parts: Parts) -> Rules:
    return Rules.of(parts.policy, parts.clock.now())


ROUTES: tuple[Route, ...] = (
    ("POST", "/campaigns", create),
    ("GET", "/campaigns", page),
    ("GET", "/campaigns/{id}", show),
    ("PATCH", "/campaigns/{id}", change),
    ("POST", "/campaigns/{id}/launch", launch),
    ("POST", "/campaigns/{id}/pause", pause),
    ("POST", "/campaigns/{id}/resume", resume),
    ("POST", "/campaigns/{id}/cancel", cancel),
)
