"""Who may talk to the daemon: whoever has a key."""

import re

from aiohttp import web

from dialer.api.http import PARTS
from dialer.api.problems import problem
from dialer.api.route import Handler
from dialer.service import keys

_OPEN = frozenset({"/healthz", "/readyz"})
"""What answers without a key."""

_BEARER = re.compile(r"bearer +([\x21-\x7e]+) *\Z", re.ASCII | re.IGNORECASE)


@web.middleware
async def authenticate(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.path.rstrip("/") in _OPEN:
        return await handler(request)
    given = _BEARER.match(request.headers.get("Authorization", ""))
    if given is None:
        return _refuse("Send an API key: Authorization: Bearer <key>.")
    if await keys.authenticate(request.app[PARTS].store, given[1]) is None:
        return _refuse("This API key is not known, or was revoked.")
    return await handler(request)


def _refuse(sentence: str) -> web.Response:
    return problem(401, sentence, headers={"WWW-Authenticate": "Bearer"})
