"""Who may talk to the daemon: whoever has a key."""

import re

from aiohttp import web

from dialer.api.http import KEY, PARTS, TABLE, key_of
from dialer.api.last_use import LastUse
from dialer.api.problems import problem
from dialer.api.rates import Rates, Standing
from dialer.api.route import Handler
from dialer.api.wrong_keys import WrongKeys
from dialer.domain.clock import Clock
from dialer.domain.errors import ScopeMissing
from dialer.domain.scope import Scope, allows
from dialer.service import keys
from dialer.service.keys import KeyRefused
from dialer.store.db import Store

_BEARER = re.compile(r"bearer +([\x21-\x7e]+) *\Z", re.ASCII | re.IGNORECASE)
_WRONG = "Too many wrong API keys came from this address."


_RATE = web.RequestKey("rate", Standing)


class Guard:
    """What is remembered of keys between requests; `per_minute` requests a key, 0: no limit."""

    def __init__(self, store: Store, clock: Clock, per_minute: int) -> None:
        self.rates = Rates(clock, per_minute)
        self.wrong_keys = WrongKeys(clock)
        self.last_use = LastUse(store, clock)

    def watch(self, app: web.Application) -> None:
        app[GUARD] = self
        app.on_response_prepare.append(_show_rate)
        app.on_cleanup.append(self._close)

    async def _close(self, _app: web.Application) -> None:
        await self.last_use.close()


GUARD = web.AppKey("guard", Guard)


@web.middleware
async def authenticate(request: web.Request, handler: Handler) -> web.StreamResponse:
    """401 without a key that counts, 429 over its rate, 403 without the route's scope.

    An address that is none needs a key, too, and then answers 404.
    """
    route = request.app[TABLE].get(request.match_info.route)
    if route is not None and route.scope is None:
        return await handler(request)
    given = _BEARER.match(request.headers.get("Authorization", ""))
    if given is None:
        return _refuse("Send an API key: Authorization: Bearer <key>.")
    guard = request.app[GUARD]
    try:
        key = await keys.authenticate(request.app[PARTS].store, given[1])
    except KeyRefused as error:
        retry_after = await guard.wrong_keys.slow(request.remote)
        return _refuse(str(error)) if retry_after is None else _too_many(_WRONG, retry_after)
    request[KEY] = key
    guard.last_use.note(key.id)
    if (route is None or route.counted) and (standing := guard.rates.count(key.id)) is not None:
        request[_RATE] = standing
        if standing.retry_after is not None:
            sentence = f"This API key may make {standing.limit} requests a minute."
            return _too_many(sentence, standing.retry_after)
    if route is not None and route.scope is not None:
        require(request, route.scope)
    return await handler(request)


def require(request: web.Request, scope: Scope) -> None:
    """For what only some requests to an address need. Raises ScopeMissing."""
    if not allows(key_of(request).scopes, scope):
        raise ScopeMissing(scope)


def _refuse(sentence: str) -> web.Response:
    return problem(401, sentence, headers={"WWW-Authenticate": "Bearer"})


def _too_many(sentence: str, retry_after: int) -> web.Response:
    sentence = f"{sentence} Try again in {retry_after} seconds."
    return problem(429, sentence, headers={"Retry-After": str(retry_after)})


async def _show_rate(request: web.Request, response: web.StreamResponse) -> None:
    standing = request.get(_RATE)
    if standing is not None:
        response.headers.update(standing.headers)
