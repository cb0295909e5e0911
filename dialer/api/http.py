"""What every handler needs: the app's parts, the body, the answer."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from aiohttp import web
from pydantic import BaseModel

from dialer.api.intake import Intake
from dialer.api.route import JSON, Handler, Route
from dialer.api.wire.faults import guess
from dialer.domain.errors import DialerError, Fault, InvalidInput
from dialer.service.parts import Parts
from dialer.store.keys import Key

LARGEST_BODY = 16 * 1024 * 1024
"""Bytes of JSON."""
LARGEST_OBJECT = 256 * 1024
"""Bytes of a body of a few fields: parsed within 5 ms."""

_AS_IT_IS = "identity"

SimulatorCalls: TypeAlias = Callable[[], Awaitable[bytes | None]]
"""The JSON of every call that the simulated network was asked for; None where it does not answer."""

PARTS = web.AppKey("parts", Parts)
INTAKE = web.AppKey("intake", Intake)
SIMULATOR_CALLS: web.AppKey[SimulatorCalls | None] = web.AppKey("simulator_calls")

TABLE: web.AppKey[Mapping[web.AbstractRoute, Route]] = web.AppKey("table")
"""What the router knows, by what it finds."""

KEY = web.RequestKey("key", Key)
"""What `key_of` reads."""


class TooLarge(DialerError):
    def __init__(self, largest: int = LARGEST_BODY) -> None:
        size = f"{largest // 1024**2} MiB" if largest >= 1024**2 else f"{largest // 1024} KiB"
        super().__init__(f"The body is larger than {size}.")


class TooSlow(DialerError, TimeoutError):
    """A body of which too little came in its time."""

    def __init__(self, seconds: float, rate: int) -> None:
        sentence = f"The body came too slowly: nothing for {seconds:g} s, or less than {rate} bytes a second."
        super().__init__(sentence)


class Packed(DialerError):
    """The body has a Content-Encoding; it would have to be unpacked to be checked, however large it gets."""

    def __init__(self) -> None:
        super().__init__("The body must be sent as it is, without a Content-Encoding.")


class NotDeclaredJson(DialerError):
    """The Content-Type is another."""


def key_of(request: web.Request) -> Key:
    """The key that the request came with. Only where the route has a scope."""
    return request[KEY]


@web.middleware
async def refuse_packed(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Raises Packed before anything of the body is read."""
    if request.body_exists and request.headers.get("Content-Encoding", _AS_IT_IS).lower() != _AS_IT_IS:
        raise Packed
    return await handler(request)


@web.middleware
async def refuse_unknown_switches(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A verb's parameter that is misspelt would be ignored: `?hangupp=true` hangs up nobody.

    Of what only reads, unknown ones are ignored: caches and trackers add their own. Raises InvalidInput.
    """
    route = request.app[TABLE].get(request.match_info.route)
    if route is not None and route.query and route.method != "GET":
        known = [parameter.name for parameter in route.query]
        faults = [
            Fault(
                ("query", name),
                f"is not a parameter that exists here{guess(name, known)}",
                "unknown_field",
            )
            for name in dict.fromkeys(request.query)
            if name not in known
        ]
        if faults:
            raise InvalidInput(faults)
    return await handler(request)


async def read_json(request: web.Request) -> bytes:
    """The bytes of a body that is declared to be JSON. Raises TooLarge, NotDeclaredJson."""
    if (request.content_length or 0) > LARGEST_BODY:
        raise TooLarge
    if request.content_type != JSON or (request.charset or "utf-8").lower() not in ("utf-8", "utf8"):
        raise NotDeclaredJson("The Content-Type must be application/json (in UTF-8).")
    return await read_body(request)


async def read_small_json(request: web.Request) -> bytes:
    """The same for an object that holds no list of people, so that it can be read beside the loop."""
    raw = await read_json(request)
    if len(raw) > LARGEST_OBJECT:
        raise TooLarge(LARGEST_OBJECT)
    return raw


async def read_body(request: web.Request) -> bytes:
    """The bytes of a body of any type; read once, however often this is called. Raises TooLarge."""
    if (request.content_length or 0) > LARGEST_BODY:
        raise TooLarge
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise TooLarge from None


def answer(model: BaseModel, status: int = 200) -> web.Response:
    return web.Response(body=model.model_dump_json().encode(), status=status, content_type=JSON)


async def answer_page(page: Callable[[], BaseModel]) -> web.Response:
    """A page of many rows, built and written beside the loop: a thousand contacts take 15 ms, and more."""
    return raw_answer(await asyncio.to_thread(lambda: page().model_dump_json().encode()))


def raw_answer(body: bytes) -> web.Response:
    """JSON that is already written."""
    return web.Response(body=body, content_type=JSON)
