"""The HTTP application: its routes and what every request passes."""

from collections.abc import Iterable

import structlog
from aiohttp import web

from dialer.api import calls, campaigns, contacts, daemon
from dialer.api.auth import authenticate
from dialer.api.http import (
    INTAKE,
    LARGEST_BODY,
    PARTS,
    SIMULATOR_CALLS,
    Handler,
    Route,
    SimulatorCalls,
)
from dialer.api.intake import Intake
from dialer.api.problems import answer_problems, quieten_unreadable, route_of
from dialer.service.parts import Parts

_ALIASES = ("", "/v1", "/v2")
"""Where the campaigns stand."""

_log = structlog.get_logger(__name__)


def build_app(parts: Parts, *, simulator_calls: SimulatorCalls | None = None) -> web.Application:
    """The application, not yet listening. `simulator_calls`: where the carrier is simulated."""
    app = web.Application(
        middlewares=[log_access, answer_problems, authenticate],
        client_max_size=LARGEST_BODY + 1,  # aiohttp refuses what reaches its limit
    )
    quieten_unreadable()
    app[PARTS] = parts
    app[SIMULATOR_CALLS] = simulator_calls
    app[INTAKE] = Intake()
    app.on_cleanup.append(_close_intake)
    _add(app, daemon.ROUTES)
    _add(app, calls.ROUTES)
    for prefix in _ALIASES:
        _add(app, campaigns.ROUTES, prefix)
        _add(app, contacts.ROUTES, prefix)
        _add(app, calls.OF_CAMPAIGNS, prefix)
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


def _add(app: web.Application, routes: Iterable[Route], prefix: str = "") -> None:
    for method, path, handler in routes:
        for ending in ("", "/"):
            if method == "GET":
                app.router.add_get(f"{prefix}{path}{ending}", handler)  # and HEAD
            else:
                app.router.add_route(method, f"{prefix}{path}{ending}", handler)


async def _close_intake(app: web.Application) -> None:
    await app[INTAKE].close()
