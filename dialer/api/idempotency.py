"""Idempotency keys: a request that is sent again is answered again, and done once."""

import asyncio
import hashlib
import json
import re
from collections.abc import Callable
from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel

from dialer.api.http import PARTS, TABLE, key_of, read_body
from dialer.api.problems import problem
from dialer.api.route import JSON, Handler, Route
from dialer.domain.errors import Fault, InvalidInput, WrongState
from dialer.domain.ids import CampaignId
from dialer.service import receipts
from dialer.service.receipts import AnsweredBefore, Asked, Earlier, Seal, unsealed
from dialer.store.unit import Transaction

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
LONGEST_KEY = 255
KEY_PATTERN = rf"^[\x21-\x7e]{{1,{LONGEST_KEY}}}$"

IN_FLIGHT = web.AppKey("in_flight", set[str])
"""The scopes of requests that have not been answered yet."""

_ASKED = web.RequestKey("asked", Asked)
_LARGEST_IN_LOOP = 256 * 1024
"""Bytes: less than a millisecond of hashing."""
_AGAIN = "1"
"""Seconds."""

T = TypeVar("T")


def sealed(request: web.Request, shown: Callable[[T], BaseModel], status: int = 200) -> Seal[T]:
    """What the handler gives to the service: `shown` turns the transaction's result into the answer."""
    asked = request.get(_ASKED)
    if asked is None:
        return unsealed

    def seal(tx: Transaction, result: T, /, campaign: CampaignId | None = None) -> None:
        receipts.write(tx, asked, status, shown(result).model_dump_json(), campaign)

    return seal


@web.middleware
async def answer_once(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answers what was answered before; lets one request of a scope through at a time.

    An Idempotency-Key where the route heeds none is left alone.
    """
    route = request.app[TABLE].get(request.match_info.route)
    if route is None or not route.idempotent or HEADER not in request.headers:
        return await handler(request)
    scope = _scope(request, route, _given(request))
    in_flight = request.app[IN_FLIGHT]
    if scope in in_flight:
        sentence = f"The request with this {HEADER} has not been answered yet; try again in a moment."
        return problem(409, sentence, headers={"Retry-After": _AGAIN})
    in_flight.add(scope)
    try:
        return await _answer(request, handler, scope)
    finally:
        in_flight.discard(scope)


async def _answer(request: web.Request, handler: Handler, scope: str) -> web.StreamResponse:
    asked = Asked(scope, await _hashed(await read_body(request)))
    earlier = await receipts.find(request.app[PARTS].store, asked)
    if earlier is not None:
        return _again(earlier)
    request[_ASKED] = asked
    try:
        return await handler(request)
    except AnsweredBefore as error:  # it was committed after we had looked
        return _again(error.earlier)


def _again(earlier: Earlier) -> web.Response:
    if not earlier.same_body:
        sentence = "was sent before with another body; send that body, or a new key"
        raise InvalidInput([Fault(("header", HEADER), sentence, "conflict")])
    if earlier.answer is None:
        sentence = f"The request with this {HEADER} was answered; its campaign has been deleted since."
        raise WrongState(sentence)
    return web.Response(
        body=earlier.answer.encode(), status=earlier.status, content_type=JSON, headers={REPLAYED: "true"}
    )


def _given(request: web.Request) -> str:
    values = request.headers.getall(HEADER)
    if len(values) > 1 or not re.fullmatch(KEY_PATTERN, values[0]):
        sentence = f"must be given once, 1 to {LONGEST_KEY} visible ASCII characters"
        raise InvalidInput([Fault(("header", HEADER), sentence, "invalid")])
    return values[0]


def _scope(request: web.Request, route: Route, given: str) -> str:
    """The same under every alias of the path, and whatever the order of the query."""
    place = [route.method, route.path, sorted(request.match_info.items()), sorted(request.query.items())]
    return json.dumps([key_of(request).id, *place, given])


async def _hashed(body: bytes) -> str:
    if len(body) <= _LARGEST_IN_LOOP:
        return hashlib.sha256(body).hexdigest()
    return (await asyncio.to_thread(hashlib.sha256, body)).hexdigest()
