"""The HTTP application: its routes and what every request passes."""

from collections.abc import Iterable, Iterator

import structlog
from aiohttp import web

from dialer.api import (
    agents,
    calls,
    campaigns,
    contacts,
    daemon,
    export,
    numbers,
    pages,
    reports,
    requeue,
    stream,
    upkeep,
    uploads,
)
from dialer.api.auth import Guard, authenticate
from dialer.api.http import (
    INTAKE,
    LARGEST_BODY,
    PARTS,
    SIMULATOR_CALLS,
    TABLE,
    SimulatorCalls,
    refuse_packed,
    refuse_unknown_switches,
)
from dialer.api.idempotency import IN_FLIGHT, answer_once
from dialer.api.intake import Intake
from dialer.api.pages import DESCRIPTION, Description
from dialer.api.problems import answer_problems, quieten_unreadable, route_of
from dialer.api.route import Handler, Route
from dialer.service.parts import Parts
from dialer.store.eventlog import EventLog

ROUTES: tuple[Route, ...] = (
    *daemon.ROUTES,
    *campaigns.ROUTES,
    *contacts.ROUTES,
    *uploads.ROUTES,
    *export.ROUTES,
    *requeue.ROUTES,
    *reports.ROUTES,
    *calls.ROUTES,
    *agents.ROUTES,
    *numbers.ROUTES,
    *upkeep.ROUTES,
    *stream.ROUTES,
    *pages.ROUTES,
)
"""Everything that answers."""

_ALIASES = ("", "/v1", "/v2")
"""Where versioned routes stand."""

_log = structlog.get_logger(__name__)


def build_app(
    parts: Parts,
    *,
    events: EventLog | None = None,
    simulator_calls: SimulatorCalls | None = None,
    requests_per_minute: int = 0,
) -> web.Application:
    """The application, not yet listening.

    `events`: the store's log, where others follow it, too; a store has one.
    `simulator_calls`: where the carrier is simulated. `requests_per_minute`: of each key; 0 is no limit.
    """
    app = web.Application(
        middlewares=[
            log_access,
            answer_problems,
            authenticate,
            refuse_packed,
            refuse_unknown_switches,
            answer_once,
        ],
        client_max_size=LARGEST_BODY + 1,  # aiohttp refuses what reaches its limit
    )
    quieten_unreadable()
    app.on_response_prepare.append(_name_no_versions)
    app[PARTS] = parts
    app[SIMULATOR_CALLS] = simulator_calls
    app[INTAKE] = Intake()
    app[IN_FLIGHT] = set()
    app[DESCRIPTION] = Description(ROUTES)
    app.on_cleanup.append(_close_intake)
    Guard(parts.store, parts.clock, requests_per_minute).watch(app)
    stream.install(app, parts, events or EventLog(parts.store))
    app[TABLE] = dict(_add(app.router, ROUTES))
    return app


@web.middleware
async def log_access(request: web.Request, handler: Handler) -> web.StreamResponse:
    """One line a request, without its path, query or headers: they may hold numbers and keys."""
    clock = request.app[PARTS].clock
    begun = clock.monotonic()
    response = await handler(request)
    milliseconds = round((clock.monotonic() - begun) * 1000, 1)
    _log.debug(
        "request", method=request.method, route=route_of(request), status=response.status, ms=milliseconds
    )
    return response


def _add(router: web.UrlDispatcher, routes: Iterable[Route]) -> Iterator[tuple[web.AbstractRoute, Route]]:
    for route in routes:
        methods = ("GET", "HEAD") if route.method == "GET" else (route.method,)
        for prefix in _ALIASES if route.versioned else ("",):
            for path in _with_slash(f"{prefix}{route.path}"):
                for method in methods:
                    yield router.add_route(method, path, route.handler), route


def _with_slash(path: str) -> tuple[str, ...]:
    return (path,) if path.endswith("/") else (path, f"{path}/")


async def _name_no_versions(_request: web.BaseRequest, response: web.StreamResponse) -> None:
    """Whoever looks for a known hole need not be told what we are made of."""
    response.headers["Server"] = "dialer"


async def _close_intake(app: web.Application) -> None:
    await app[INTAKE].close()
