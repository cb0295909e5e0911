"""Who may talk to the daemon: whoever has a key."""

import re

from aiohttp import web

from dialer.api.http import KEY, PARTS, TABLE, key_of
from dialer.api.problems import problem
from dialer.api.route import Handler
from dialer.domain.errors import ScopeMissing
from dialer.domain.scope import Scope, allows
from dialer.service import keys
from dialer.service.keys import KeyRefused

_BEARER = re.compile(r"bearer +([\x21-\x7e]+) *\Z", re.ASCII | re.IGNORECASE)


@web.middleware
async def authenticate(request: web.Request, handler: Handler) -> web.StreamResponse:
    """401 without a key that counts, 403 without the route's scope.

    An address that is none needs a key, too, and then answers 404.
    """
    route = request.app[TABLE].get(request.match_info.route)
    if route is not None and route.scope is None:
        return await handler(request)
    given = _BEARER.match(request.headers.get("Authorization", ""))
    if given is None:
        return _refuse("Send an API key: Authorization: Bearer <key>.")
    try:
        request[KEY] = await keys.authenticate(request.app[PARTS].store, given[1])
    except KeyRefused as error:
        return _refuse(str(error))
    if route is not None and route.scope is not None:
        require(request, route.scope)
    return await handler(request)


def require(request: web.Request, scope: Scope) -> None:
    """For what only some requests to an address need. Raises ScopeMissing."""
    if not allows(key_of(request).scopes, scope):
        raise ScopeMissing(scope)


def _refuse(sentence: str) -> web.Response:
    return problem(401, sentence, headers={"WWW-Authenticate": "Bearer"})
