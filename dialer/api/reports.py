"""/campaigns/{id}/preflight and /campaigns/{id}/stats."""

from aiohttp import web

from dialer.api.http import PARTS, answer
from dialer.api.route import Route
from dialer.api.wire.report_answer import PreflightAnswer, StatsAnswer
from dialer.domain.scope import Scope
from dialer.service.preflight import preflight
from dialer.service.stats import stats


async def show_preflight(request: web.Request) -> web.Response:
    return answer(PreflightAnswer.of(await preflight(request.app[PARTS], request.match_info["id"])))


async def show_stats(request: web.Request) -> web.Response:
    return answer(StatsAnswer.of(await stats(request.app[PARTS], request.match_info["id"])))


ROUTES: tuple[Route, ...] = (
    Route(
        "GET",
        "/campaigns/{id}/preflight",
        show_preflight,
        "What a launch would do, dialling nothing.",
        Scope.CAMPAIGNS_READ,
        {200: PreflightAnswer},
        versioned=True,
    ),
    Route(
        "GET",
        "/campaigns/{id}/stats",
        show_stats,
        "How it has gone so far: outcomes, calls, rates, and when it will be done.",
        Scope.CAMPAIGNS_READ,
        {200: StatsAnswer},
        versioned=True,
    ),
)
