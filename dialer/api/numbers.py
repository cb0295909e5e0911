"""/phone-numbers: the numbers that calls come from."""

import asyncio

from aiohttp import web

from dialer.api.auth import require
from dialer.api.http import PARTS, answer, read_small_json
from dialer.api.idempotency import sealed
from dialer.api.route import Route
from dialer.api.wire.number import (
    NewNumberBody,
    NumberAnswer,
    NumberBody,
    NumberList,
    read_new_number,
    read_number_change,
)
from dialer.domain.scope import Scope
from dialer.service import number_changes


async def page(request: web.Request) -> web.Response:
    found = request.app[PARTS].caller_ids.every()
    shown = [NumberAnswer.of(caller_id) for caller_id in found]
    return answer(NumberList(phone_numbers=shown, total=len(found)))


async def create(request: web.Request) -> web.Response:
    parts = request.app[PARTS]
    raw = await read_small_json(request)
    asked = await asyncio.to_thread(read_new_number, raw, parts.policy.carriers)
    if asked.verified:
        require(request, Scope.ADMIN)
    made = await number_changes.create(parts, asked, seal=sealed(request, NumberAnswer.of, 201))
    return answer(NumberAnswer.of(made), status=201)


async def change(request: web.Request) -> web.Response:
    parts = request.app[PARTS]
    raw = await read_small_json(request)
    asked = await asyncio.to_thread(read_number_change, raw, parts.policy.carriers)
    if asked.verifies:
        require(request, Scope.ADMIN)
    return answer(NumberAnswer.of(await number_changes.change(parts, request.match_info["id"], asked.edit)))


async def delete(request: web.Request) -> web.Response:
    await number_changes.delete(request.app[PARTS], request.match_info["id"])
    return web.Response(status=204)


_IN_THE_WAY = frozenset({409})

ROUTES: tuple[Route, ...] = (
    Route(
        "GET",
        "/phone-numbers",
        page,
        "Lists caller ids: those of the configuration file, then those made over the API.",
        Scope.CAMPAIGNS_READ,
        {200: NumberList},
    ),
    Route(
        "POST",
        "/phone-numbers",
        create,
        "Adds a number that calls may come from once it is verified.",
        Scope.CAMPAIGNS_WRITE,
        {201: NumberAnswer},
        body=NewNumberBody,
        errors=_IN_THE_WAY,
        idempotent=True,
    ),
    Route(
        "PATCH",
        "/phone-numbers/{id}",
        change,
        "Changes what is sent; `verified` needs the scope `admin`.",
        Scope.CAMPAIGNS_WRITE,
        {200: NumberAnswer},
        body=NumberBody,
        errors=_IN_THE_WAY,
    ),
    Route(
        "DELETE",
        "/phone-numbers/{id}",
        delete,
        "Deletes a number from which no unfinished campaign calls.",
        Scope.CAMPAIGNS_WRITE,
        {204: None},
        errors=_IN_THE_WAY,
    ),
)
