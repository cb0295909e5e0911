"""The whole process: builds the parts, joins them, starts, drains, stops. Nobody below knows it."""

import asyncio
import contextlib
import gc
import signal
import sys
from collections.abc import AsyncIterator, Mapping

import structlog
import uvloop
from aiohttp import web

from dialer import failpoint, logs
from dialer.api.app import build_app
from dialer.api.door import Limits
from dialer.api.runner import Runner
from dialer.carriers.base import Carrier
from dialer.carriers.opening import open_carrier
from dialer.carriers.simulator.carrier import SimulatedCarrier
from dialer.carriers.simulator.remote import RemoteSimulator
from dialer.config.model import Config
from dialer.domain.clock import Clock, SystemClock
from dialer.domain.errors import CannotListen, CannotStart, DialerError, StoreRefused, StoreUnavailable
from dialer.engine.engine import Engine
from dialer.service import holds, keys
from dialer.service.agents import Agents
from dialer.service.fences import Fences
from dialer.service.intake import discard_list
from dialer.service.numbers import CallerIds
from dialer.service.parts import Parts
from dialer.service.readiness import Readiness
from dialer.store import agents as stored_agents
from dialer.store import attempts, contacts
from dialer.store import caller_ids as stored_caller_ids
from dialer.store.db import Store, open_store
from dialer.store.eventlog import EventLog
from dialer.systemd import Notifier

log = structlog.get_logger()

_SWITCH_INTERVAL = 0.0005
"""Seconds: the store's thread takes the interpreter back a dozen times a call; 5 ms each would be felt."""
_BACKLOG = 1024
"""Connections that the system keeps while the loop is busy: one that it drops tries again after a second."""
_GARBAGE_AFTER = 20_000
"""Objects: at the usual 700 a third of the loop's time goes into looking for cycles that are not there."""


def tune_interpreter() -> None:
    """Two threads share the interpreter, and thousands of small objects live and die a second."""
    sys.setswitchinterval(_SWITCH_INTERVAL)
    gc.set_threshold(_GARBAGE_AFTER, 10, 100)
    gc.freeze()


def run(config: Config, clock: Clock | None = None) -> int:
    """Serves until a signal ends it. The exit code: 0 after a stop, 1 when something broke."""
    failpoint.arm()
    logs.configure(
        format=config.logs.format, level=config.logs.level, phone_numbers=config.logs.phone_numbers
    )
    tune_interpreter()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_serve(config, clock or SystemClock()))


async def _serve(config: Config, clock: Clock) -> int:
    stop = _Signals()
    async with contextlib.AsyncExitStack() as stack:
        try:
            parts, engine, notifier = await _build(config, clock, stack)
        except DialerError as error:
            log.error("cannot_start", reason=str(error))  # noqa: TRY400  a sentence for the operator, no trace
            return 1
        running = asyncio.create_task(engine.run())
        stopping = asyncio.create_task(stop.first.wait())
        notifier.ready()
        log.info("started", database=str(config.database), carrier=parts.policy.carrier)
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if _has_died(running):
            return 1
        parts.readiness.fault("stopping", "The daemon is stopping.")
        notifier.stopping()
        await _drain(engine, config.policy().shutdown_grace, stop)
        died = _has_died(running)
        running.cancel()
        await asyncio.wait({running})
    log.info("stopped")
    return 1 if died else 0


def _has_died(running: asyncio.Task[None]) -> bool:
    if not running.done():
        return False
    log.critical("engine_died", exc_info=running.exception())
    return True


async def _build(
    config: Config, clock: Clock, stack: contextlib.AsyncExitStack
) -> tuple[Parts, Engine, Notifier]:
    """Everything from the store up to the listening socket; the stack takes it down again."""
    if (refusal := config.refusal()) is not None:
        raise CannotStart(refusal)
    store = await stack.enter_async_context(open_store(config.database, clock))
    await _check_carriers(store, config)
    carriers: dict[str, Carrier] = {
        name: await stack.enter_async_context(open_carrier(name, settings, clock, config.database))
        for name, settings in config.carriers.items()
    }
    parts = Parts(
        store=store,
        clock=clock,
        policy=config.policy(),
        agents=Agents(config.agents(), await store.read(stored_agents.every)),
        caller_ids=CallerIds(
            config.caller_ids(), await store.read(stored_caller_ids.every), carrier=config.policy().carrier
        ),
        fences=Fences(clock),
        readiness=Readiness(),
        carriers=carriers,
    )
    notifier = Notifier.from_environment()
    events = EventLog(store)
    engine = Engine(parts, events, carriers, on_beat=notifier.alive)
    await stack.enter_async_context(_cleaning(store))
    await _announce_first_key(store, config)
    await holds.take_stock(parts)
    await stack.enter_async_context(_listening(parts, events, carriers, config))
    return parts, engine, notifier


async def _check_carriers(store: Store, config: Config) -> None:
    """A call that may still live must be asked about where it was placed."""
    missing = await store.read(attempts.open_carriers) - set(config.carriers)
    if missing:
        names = ", ".join(sorted(missing))
        raise StoreRefused(
            f"Calls are open on the carrier {names}, which the configuration does not name any more;"
            " put it back until they have ended."
        )


async def _announce_first_key(store: Store, config: Config) -> None:
    made = await keys.first_key(store, config.key_file)
    if made is None:
        return
    print(f"export THINNESTAI_API_KEY=$(cat {config.key_file})", flush=True)  # noqa: T201  for the user
    if sys.stdout.isatty():
        print(f"The first API key: {made.token}", flush=True)  # noqa: T201  shown to a person alone


@contextlib.asynccontextmanager
async def _cleaning(store: Store) -> AsyncIterator[None]:
    """Beside everything else, deletes the contacts that an earlier process left without a campaign."""
    orphans = await store.read(contacts.orphaned_lists)

    async def clean() -> None:
        for list_id in orphans:
            with contextlib.suppress(StoreUnavailable):  # the next start tries again
                await discard_list(store, list_id)

    cleaning = asyncio.create_task(clean())
    try:
        yield
    finally:
        cleaning.cancel()
        await asyncio.wait({cleaning})


@contextlib.asynccontextmanager
async def _listening(
    parts: Parts,
    events: EventLog,
    carriers: Mapping[str, Carrier],
    config: Config,
) -> AsyncIterator[None]:
    """The HTTP server; it outlives the drain, since carriers report the end of calls over it."""
    networks = (each for each in carriers.values() if isinstance(each, SimulatedCarrier | RemoteSimulator))
    simulated = next(networks, None)
    app = build_app(
        parts,
        events=events,
        simulator_calls=simulated.listing if simulated else None,
        requests_per_minute=config.auth.rate_limit_per_minute,
    )
    limits = Limits(
        connections=config.http.max_connections,
        connections_per_address=config.http.max_connections_per_address,
    )
    runner = Runner(
        app, limits.within_descriptors(), handle_signals=False, access_log=None, shutdown_timeout=2.0
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, config.http.host, config.http.port, backlog=_BACKLOG)
        try:
            await site.start()
        except OSError as error:
            where = f"{config.http.host}:{config.http.port}"
            raise CannotListen(f"Cannot listen on {where}: {error.strerror}.") from error
        host, port = runner.addresses[0][:2]
        shown = f"[{host}]" if ":" in host else host
        print(f"listening on http://{shown}:{port}", flush=True)  # noqa: T201  the line that clients wait for
        yield
    finally:
        await runner.cleanup()


class _Signals:
    """The first SIGTERM or SIGINT asks for a stop, the second for one at once."""

    def __init__(self) -> None:
        self.first = asyncio.Event()
        self.second = asyncio.Event()
        loop = asyncio.get_running_loop()
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(each, self._came)

    def _came(self) -> None:
        (self.second if self.first.is_set() else self.first).set()


async def _drain(engine: Engine, grace: float, stop: _Signals) -> None:
    if engine.calls_in_progress:
        print(f"{engine.calls_in_progress} calls in progress; again to abort", file=sys.stderr)  # noqa: T201
    draining = asyncio.create_task(engine.drain(grace))
    aborting = asyncio.create_task(stop.second.wait())
    await asyncio.wait({draining, aborting}, return_when=asyncio.FIRST_COMPLETED)
    for task in (draining, aborting):
        task.cancel()
    await asyncio.wait({draining, aborting})
