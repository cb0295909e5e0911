"""The daemon about itself: alive, ready, and what its simulated network was asked for."""

from aiohttp import web
from pydantic import BaseModel, Field

from dialer.api.http import PARTS, SIMULATOR_CALLS, answer, raw_answer
from dialer.api.problems import problem
from dialer.api.route import Route
from dialer.domain.scope import Scope


class Alive(BaseModel):
    status: str = "ok"


class Readiness(BaseModel):
    """200 or 503. `reasons`: by the part that is at fault, one sentence each."""

    status: int
    detail: str
    reasons: dict[str, str]


class SimulatedCall(BaseModel):
    attempt_id: str
    to: str
    from_: str | None = Field(alias="from")
    placed_at: str
    answered_at: str | None
    ended_at: str | None
    outcome: str | None
    message: str | None


class SimulatedCalls(BaseModel):
    calls: list[SimulatedCall]
    total: int


async def healthz(_request: web.Request) -> web.Response:
    return answer(Alive())


async def readyz(request: web.Request) -> web.Response:
    reasons = request.app[PARTS].readiness.faults
    status = 503 if reasons else 200
    detail = " ".join(reasons.values()) or "Ready."
    return answer(Readiness(status=status, detail=detail, reasons=reasons), status)


async def simulator_calls(request: web.Request) -> web.Response:
    listing = request.app[SIMULATOR_CALLS]
    if listing is None:
        return problem(404, "There is no simulated carrier here.")
    body = await listing()
    if body is None:
        return problem(503, "The simulated network does not answer.")
    return raw_answer(body)


ROUTES: tuple[Route, ...] = (
    Route("GET", "/healthz", healthz, "Whether the process is alive.", None, {200: Alive}),
    Route(
        "GET",
        "/readyz",
        readyz,
        "Whether it can dial, and if not, why.",
        None,
        {200: Readiness, 503: Readiness},
    ),
    Route(
        "GET",
        "/debug/simulator/calls",
        simulator_calls,
        "Everything that the simulated network was asked for.",
        Scope.CONTACTS_READ,
        {200: SimulatedCalls},
        errors=frozenset({404}),
    ),
)
