"""What the operator asks of the daemon: to let dialling go on, and to throw away what is old."""

from aiohttp import web
from pydantic import BaseModel

from dialer.api.http import PARTS, answer
from dialer.api.route import Route, whole
from dialer.api.wire.query import Query
from dialer.domain.clock import HOUR
from dialer.domain.schedule import format_instant
from dialer.domain.scope import Scope
from dialer.service import holds, housekeeping
from dialer.service.holds import Hold

_DAY = 24 * HOUR
_DAYS_KEPT = housekeeping.EVENTS_KEPT // _DAY
_MOST_DAYS = 3650


class Held(BaseModel):
    """`reason`: `restored` or `older_than_mark`; `detail`: one sentence."""

    reason: str
    since: str
    detail: str

    @classmethod
    def of(cls, hold: Hold) -> "Held":
        return cls(reason=hold.reason, since=format_instant(hold.since), detail=hold.detail)


class Confirmed(BaseModel):
    """`released`: the hold that stood; null where nothing was held."""

    released: Held | None
    message: str

    @classmethod
    def of(cls, hold: Hold | None) -> "Confirmed":
        if hold is None:
            return cls(released=None, message="Nothing was held.")
        return cls(released=Held.of(hold), message="Dialling goes on.")


class Pruned(BaseModel):
    """How many rows were deleted."""

    events: int
    receipts: int


async def confirm(request: web.Request) -> web.Response:
    return answer(Confirmed.of(await holds.confirm(request.app[PARTS])))


async def prune(request: web.Request) -> web.Response:
    query = Query(request.query)
    days = query.whole("older_than_days", _DAYS_KEPT, least=1, most=_MOST_DAYS)
    query.check()
    pruned = await housekeeping.prune(request.app[PARTS], events_kept=days * _DAY)
    return answer(Pruned(events=pruned.events, receipts=pruned.receipts))


ROUTES: tuple[Route, ...] = (
    Route(
        "POST",
        "/confirm",
        confirm,
        "Lets dialling go on after a restore.",
        Scope.ADMIN,
        {200: Confirmed},
    ),
    Route(
        "POST",
        "/housekeeping",
        prune,
        "Deletes at once what is deleted daily.",
        Scope.ADMIN,
        {200: Pruned},
        query=(
            whole(
                "older_than_days",
                "Events older than that.",
                _DAYS_KEPT,
                least=1,
                most=_MOST_DAYS,
            ),
        ),
    ),
)
