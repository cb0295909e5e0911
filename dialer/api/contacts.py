"""/campaigns/{id}/contacts."""

from aiohttp import web

from dialer.api.http import PARTS, Route, answer
from dialer.api.wire.contact_answer import ContactAnswer, ContactPage
from dialer.api.wire.query import Query
from dialer.domain.call import Outcome
from dialer.domain.retry import ContactStatus
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
    shown = [ContactAnswer.of(view) for view in found]
    return answer(ContactPage(contacts=shown, next_cursor=None if cursor is None else str(cursor)))


ROUTES: tuple[Route, ...] = (("GET", "/campaigns/{id}/contacts", page),)
