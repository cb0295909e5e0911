"""/v2/agents, also /agents: the voice agents that calls are connected to."""

import asyncio

from aiohttp import web

from dialer.api.http import PARTS, answer, read_small_json
from dialer.api.idempotency import sealed
from dialer.api.route import Route
from dialer.api.wire.agent import (
    AgentAnswer,
    AgentBody,
    AgentList,
    NewAgentBody,
    read_agent_change,
    read_new_agent,
)
from dialer.domain.scope import Scope
from dialer.service import agent_changes


async def page(request: web.Request) -> web.Response:
    found = request.app[PARTS].agents.every()
    return answer(AgentList(agents=[AgentAnswer.of(agent) for agent in found], total=len(found)))


async def show(request: web.Request) -> web.Response:
    return answer(AgentAnswer.of(request.app[PARTS].agents.get(request.match_info["id"])))


async def create(request: web.Request) -> web.Response:
    agent = await asyncio.to_thread(read_new_agent, await read_small_json(request))
    seal = sealed(request, AgentAnswer.of, 201)
    made = await agent_changes.create(request.app[PARTS], agent, seal=seal)
    return answer(AgentAnswer.of(made), status=201)


async def change(request: web.Request) -> web.Response:
    edit = await asyncio.to_thread(read_agent_change, await read_small_json(request))
    changed = await agent_changes.change(request.app[PARTS], request.match_info["id"], edit)
    return answer(AgentAnswer.of(changed))


async def delete(request: web.Request) -> web.Response:
    await agent_changes.delete(request.app[PARTS], request.match_info["id"])
    return web.Response(status=204)


_IN_THE_WAY = frozenset({409})

ROUTES: tuple[Route, ...] = (
    Route(
        "GET",
        "/agents",
        page,
        "Lists agents: those of the configuration file, then those made over the API.",
        Scope.CAMPAIGNS_READ,
        {200: AgentList},
        versioned=True,
    ),
    Route(
        "POST",
        "/agents",
        create,
        "Makes an agent.",
        Scope.ADMIN,
        {201: AgentAnswer},
        body=NewAgentBody,
        idempotent=True,
        versioned=True,
    ),
    Route(
        "GET",
        "/agents/{id}",
        show,
        "Shows an agent.",
        Scope.CAMPAIGNS_READ,
        {200: AgentAnswer},
        versioned=True,
    ),
    Route(
        "PATCH",
        "/agents/{id}",
        change,
        "Changes what is sent; running campaigns go by it from their next call on.",
        Scope.ADMIN,
        {200: AgentAnswer},
        body=AgentBody,
        errors=_IN_THE_WAY,
        versioned=True,
    ),
    Route(
        "DELETE",
        "/agents/{id}",
        delete,
        "Deletes an agent that no unfinished campaign needs.",
        Scope.ADMIN,
        {204: None},
        errors=_IN_THE_WAY,
        versioned=True,
    ),
)
