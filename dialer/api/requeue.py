"""/campaigns/{id}/contacts/{phone}/requeue."""

from aiohttp import web

from dialer.api.http import PARTS, answer
from dialer.api.idempotency import sealed
from dialer.api.route import Route
from dialer.api.wire.contact_answer import ContactAnswer
from dialer.domain.errors import NotFound
from dialer.domain.phone import normalise
from dialer.domain.scope import Scope
from dialer.service.requeue import requeue


async def requeue_contact(request: web.Request) -> web.Response:
    given = request.match_info["phone"].strip()
    phone = normalise(given if given.startswith("+") else f"+{given}")
    if phone is None:
        raise NotFound("contact", given)
    shown = await requeue(
        request.app[PARTS], request.match_info["id"], phone, seal=sealed(request, ContactAnswer.of)
    )
    return answer(ContactAnswer.of(shown))


ROUTES: tuple[Route, ...] = (
    Route(
        "POST",
        "/campaigns/{id}/contacts/{phone}/requeue",
        requeue_contact,
        "Calls a held contact once more; a completed campaign goes back to running for it.",
        Scope.CAMPAIGNS_LAUNCH,
        {200: ContactAnswer},
        errors=frozenset({409, 422}),
        idempotent=True,
        versioned=True,
    ),
)
