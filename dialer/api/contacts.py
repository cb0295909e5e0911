"""/campaigns/{id}/contacts."""

from aiohttp import web

from dialer.api.http import PARTS, answer_page
from dialer.api.route import CURSOR, PHONE, Route, choice, flag, whole
from dialer.api.wire.contact_answer import ContactAnswer, ContactPage
from dialer.api.wire.query import Query
from dialer.domain.call import Outcome
from dialer.domain.retry import ContactStatus
from dialer.domain.scope import Scope
from dialer.service import contacts

_PAGE = 100
_LARGEST_PAGE = 1000


async def page(request: web.Request) -> web.Response:
    query = Query(request.query)
    status = query.choice("status", ContactStatus)
    outcome = query.choice("outcome", Outcome)
    phone, held, after = query.phone(), query.flag("held"), query.cursor()
    limit = query.whole("limit", _PAGE, least=1, most=_LARGEST_PAGE)
    query.check()
    found, cursor = await contacts.page(
        request.app[PARTS],
        request.match_info["id"],
        status=status,
        outcome=outcome,
        phone=phone,
        held=held,
        after=after,
        limit=limit,
    )

    def shown() -> ContactPage:
        contacts_shown = [ContactAnswer.of(view) for view in found]
        return ContactPage(contacts=contacts_shown, next_cursor=None if cursor is None else str(cursor))

    return await answer_page(shown)


ROUTES: tuple[Route, ...] = (
    Route(
        "GET",
        "/campaigns/{id}/contacts",
        page,
        "Lists contacts, each with the reason why it is not being called now.",
        Scope.CONTACTS_READ,
        {200: ContactPage},
        query=(
            choice("status", "In this status alone.", ContactStatus),
            choice("outcome", "With this outcome alone.", Outcome),
            PHONE,
            flag("held", "Those that wait for the operator's decision, or the others."),
            CURSOR,
            whole("limit", "How many at most.", _PAGE, least=1, most=_LARGEST_PAGE),
        ),
        versioned=True,
    ),
)
