"""The simulated network in a process of its own: it rings on while the daemon is killed and restarted.

Loopback only, and without a record: it forgets everything when it stops.
"""

import asyncio
import math
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import suppress

from aiohttp import web
from pydantic import ValidationError

from dialer.carriers.base import Absent, NotPlaced
from dialer.carriers.simulator.eventlog import EventLog
from dialer.carriers.simulator.network import Network
from dialer.carriers.simulator.settings import SimulatorSettings
from dialer.carriers.simulator.wire import PLACE_REQUEST, Refusal, Taken, UnknownCall, known_call, listing
from dialer.domain.call import Failure
from dialer.domain.clock import Clock
from dialer.domain.ids import AttemptId

_HOST = "127.0.0.1"
_MOST_BYTES = 1 << 20
_GRACE = 1.0
"""Seconds for requests in hand when it stops."""
_JSON = "application/json"

_NETWORK = web.AppKey("network", Network)
_LOG = web.AppKey("log", EventLog)


def simulator_app(settings: SimulatorSettings, clock: Clock) -> web.Application:
    """Routes: POST and GET /calls, GET and DELETE /calls/{attempt_id} and
    /calls/{attempt_id}/recording, GET /events, GET /health.

    `/events?after=N&network=ID` goes on after event N of that network; without, it begins now.
    """
    app = web.Application(client_max_size=_MOST_BYTES)
    log = app[_LOG] = EventLog()
    network = app[_NETWORK] = Network(settings, clock, log.append)

    async def lives(_: web.Application) -> AsyncIterator[None]:
        async with network:
            yield

    async def end_streams(_: web.Application) -> None:
        log.close()

    app.cleanup_ctx.append(lives)
    app.on_shutdown.append(end_streams)
    app.add_routes(
        [
            web.post("/calls", _place),
            web.get("/calls", _list),
            web.get("/calls/{attempt_id}", _look_up),
            web.delete("/calls/{attempt_id}", _hang_up),
            web.get("/calls/{attempt_id}/recording", _recording),
            web.delete("/calls/{attempt_id}/recording", _delete_recording),
            web.get("/events", _events),
            web.get("/health", _health),
        ]
    )
    return app


async def serve(settings: SimulatorSettings, clock: Clock, port: int) -> None:
    """Runs until SIGTERM or SIGINT. Prints `listening on http://127.0.0.1:PORT` once it does; 0: any port."""
    app = simulator_app(settings, clock)
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_GRACE)
    await runner.setup()
    app[_NETWORK].when_over(over.set)
    try:
        site = web.TCPSite(runner, _HOST, port)
        await site.start()
        sys.stdout.write(f"listening on http://{_HOST}:{runner.addresses[0][1]}\n")
        sys.stdout.flush()
        await over.wait()
        app[_NETWORK].raise_fault()
    finally:
        await runner.cleanup()


async def _place(request: web.Request) -> web.Response:
    network = request.app[_NETWORK]
    try:
        asked = PLACE_REQUEST.validate_json(await request.read())
    except ValidationError as error:
        detail = f"The request cannot be read: {error.error_count()} faults."
        refusal = Refusal(failure=Failure.OTHER, detail=detail)
        return web.Response(body=refusal.model_dump_json(), content_type=_JSON, status=400)
    known = network.knows(asked.attempt_id)
    result = await network.place(asked)
    if isinstance(result, NotPlaced):
        return _refused(result)
    taken = Taken(carrier_id=result.carrier_id)
    return web.Response(body=taken.model_dump_json(), content_type=_JSON, status=409 if known else 201)


def _refused(result: NotPlaced) -> web.Response:
    refusal = Refusal(failure=result.failure, detail=result.detail, retry_after=result.retry_after)
    answer = web.Response(body=refusal.model_dump_json(), content_type=_JSON, status=422)
    if result.failure is Failure.TEMPORARY:
        answer.set_status(429)
        answer.headers["Retry-After"] = str(math.ceil(result.retry_after or 0))
    return answer


async def _list(request: web.Request) -> web.Response:
    body = await asyncio.to_thread(listing, request.app[_NETWORK].calls())
    return web.Response(body=body, content_type=_JSON)


async def _look_up(request: web.Request) -> web.Response:
    attempt_id = AttemptId(request.match_info["attempt_id"])
    result = request.app[_NETWORK].look_up(attempt_id)
    if isinstance(result, Absent):
        unknown = UnknownCall(absent=attempt_id)
        return web.Response(body=unknown.model_dump_json(), content_type=_JSON, status=404)
    return web.Response(body=known_call(result).model_dump_json(), content_type=_JSON)


async def _hang_up(request: web.Request) -> web.Response:
    await request.app[_NETWORK].hang_up(AttemptId(request.match_info["attempt_id"]))
    return web.Response(status=204)


async def _recording(request: web.Request) -> web.StreamResponse:
    attempt_id = AttemptId(request.match_info["attempt_id"])
    pieces = request.app[_NETWORK].recording(attempt_id)
    if pieces is None:
        unknown = UnknownCall(absent=attempt_id)
        return web.Response(body=unknown.model_dump_json(), content_type=_JSON, status=404)
    stream = web.StreamResponse(headers={"Content-Type": "audio/wav"})
    await stream.prepare(request)
    for piece in pieces:
        await stream.write(piece)
    return stream


async def _delete_recording(request: web.Request) -> web.Response:
    await request.app[_NETWORK].delete_recording(AttemptId(request.match_info["attempt_id"]))
    return web.Response(status=204)


async def _events(request: web.Request) -> web.StreamResponse:
    log = request.app[_LOG]
    after = request.query.get("after")
    if after is not None and not after.isdecimal():
        raise web.HTTPBadRequest(text="`after` is the number of the last event that was read.")
    place = log.place_of(None if after is None else int(after), request.query.get("network"))
    stream = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
    await stream.prepare(request)
    with suppress(ConnectionError):
        start = log.position().model_copy(update={"event": place})
        await stream.write(start.model_dump_json().encode() + b"\n")
        async for lines in log.follow(place):
            await stream.write(lines)
    return stream


async def _health(request: web.Request) -> web.Response:
    return web.Response(body=request.app[_LOG].position().model_dump_json(), content_type=_JSON)
