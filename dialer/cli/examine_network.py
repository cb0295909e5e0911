"""What `dialer doctor` sees over the network: the daemon, the carriers, whether the key opens its door."""

import asyncio
import os
import socket
from contextlib import closing
from functools import partial
from pathlib import Path

import aiohttp
from pydantic import ValidationError

from dialer.api.daemon import Readiness
from dialer.carriers.asterisk.probe import probe
from dialer.carriers.asterisk.settings import AsteriskSettings
from dialer.carriers.asterisk.speech import Speech
from dialer.carriers.base import Health
from dialer.carriers.simulator.opening import open_simulator
from dialer.cli.client import key_of, url_of
from dialer.cli.failure import Failed
from dialer.config.model import Config
from dialer.domain.checks import Check, State, fault, ok, warn
from dialer.domain.clock import Clock
from dialer.service import keys
from dialer.service.keys import KeyRefused
from dialer.store import audit, direct
from dialer.store.unit import Snapshot

_PATIENCE = aiohttp.ClientTimeout(total=5)
_FAULTS = (aiohttp.ClientError, OSError, TimeoutError, ValueError)
_NO_KEY = 401
_MAKE_A_KEY = "`dialer key create --name NAME` makes one."
_RUNBOOK = "What each means stands in docs/operate.md."


async def everything(config: Config, file: Path | None, clock: Clock) -> list[Check]:
    """Of the daemon, of each carrier, of the key. `file`: the database, where it can be read."""
    async with aiohttp.ClientSession(timeout=_PATIENCE) as session:
        daemon, url = await _daemon(session, config, file)
        carriers = [await _carrier(config, name, clock) for name in config.carriers]
        spoken = [
            await _speech(name, settings, clock)
            for name, settings in config.carriers.items()
            if isinstance(settings, AsteriskSettings)
        ]
        return [*daemon, *carriers, *spoken, await _key(session, config, file, url, clock)]


async def _daemon(
    session: aiohttp.ClientSession, config: Config, file: Path | None
) -> tuple[list[Check], str | None]:
    """Also where a daemon answers, if one does."""
    served = file is not None and await asyncio.to_thread(direct.is_served, file)
    try:
        url = url_of(config)
    except Failed as failed:
        said = f"One runs. {failed}" if served else "None runs, and it will choose its port itself."
        return [(warn if served else ok)("daemon", said)], None
    try:
        async with session.get(f"{url}/readyz", allow_redirects=False) as response:
            answer = await response.read()
    except _FAULTS as error:
        silent = partial(_silent, config, url, type(error).__name__, served=served)
        return [await asyncio.to_thread(silent)], None
    try:
        ready = Readiness.model_validate_json(answer)
    except ValidationError:
        return [fault("daemon", f"What answers at {url} is none.", "Choose another http.port.")], None
    if not ready.reasons:
        return [ok("daemon", f"It answers at {url}, and is ready.")], url
    return [fault("daemon", f"{part}: {why}", _RUNBOOK) for part, why in ready.reasons.items()], url


def _silent(config: Config, url: str, error: str, *, served: bool) -> Check:
    """Nobody answers there."""
    if served:
        detail = f"One runs on this database, and does not answer at {url} ({error})."
        return fault("daemon", detail, "See its log, or say where it is with DIALER_URL.")
    if os.environ.get("DIALER_URL"):
        return fault("daemon", f"None answers at {url} ({error}).", "Start it, or mend DIALER_URL.")
    return _address(config)


def _address(config: Config) -> Check:
    """Whether a daemon could listen where it is to."""
    where = (config.http.host, config.http.port)
    try:
        family, *_, address = socket.getaddrinfo(*where, type=socket.SOCK_STREAM)[0]
        with closing(socket.socket(family, socket.SOCK_STREAM)) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(address)
    except OSError as error:
        detail = f"None runs, and none could listen on {where[0]}:{where[1]}: {error.strerror}."
        return fault("daemon", detail, "Choose another http.host or http.port.")
    return ok("daemon", f"None runs; {where[0]}:{where[1]} is free.")


async def _carrier(config: Config, name: str, clock: Clock) -> Check:
    """Asks it whether it would take a call. It is not read along with: events belong to the daemon."""
    settings = config.carriers[name]
    if isinstance(settings, AsteriskSettings):
        return _asterisk(name, settings, await probe(settings, clock))
    if settings.url is None:
        return ok(f"carrier {name}", "The simulated network inside the daemon.")
    async with open_simulator(name, settings, clock, config.database) as carrier:
        health = await carrier.health()
    if health.up:
        return ok(f"carrier {name}", f"The simulated network at {settings.url} answers.")
    return fault(
        f"carrier {name}", health.detail or "It takes no calls.", "See whether it runs, and its url."
    )


def _asterisk(name: str, settings: AsteriskSettings, health: Health) -> Check:
    if health.up:
        return ok(f"carrier {name}", f"The Asterisk at {settings.url} answers.")
    mend = "See its log, the files of contrib/asterisk, and docs/carriers.md."
    return fault(f"carrier {name}", f"{health.detail}.", mend)


async def _speech(name: str, settings: AsteriskSettings, clock: Clock) -> Check:
    said = await Speech(settings, clock).trial()
    if said is None:
        return ok(f"speech {name}", f"Texts are spoken into {settings.sounds}.")
    mend = "See speech_command and sounds; run it as the user of the daemon: sudo -u dialer dialer doctor"
    return fault(f"speech {name}", f"{said}.", mend)


async def _key(
    session: aiohttp.ClientSession, config: Config, file: Path | None, url: str | None, clock: Clock
) -> Check:
    try:
        token = await asyncio.to_thread(key_of, config)
    except Failed as failed:
        if file is None:
            return warn("key", "There is none yet.", "The first `dialer serve` makes one.")
        return fault("key", str(failed).partition(" Make ")[0], _MAKE_A_KEY)
    if url is None:
        return await asyncio.to_thread(_by_the_file, file, token, clock)
    headers = {"Authorization": f"Bearer {token}"}
    try:
        async with session.get(
            f"{url}/campaigns?limit=1", headers=headers, allow_redirects=False
        ) as response:
            status = response.status
    except _FAULTS as error:
        return warn("key", f"It could not be tried: {type(error).__name__}.")
    if status == _NO_KEY:
        return fault("key", "The daemon does not know the key of these commands.", _MAKE_A_KEY)
    return ok("key", "The daemon knows the key of these commands.")


def _by_the_file(file: Path | None, token: str, clock: Clock) -> Check:
    if file is None:
        return warn("key", "There is one for these commands; no database says whether it is known.")

    def look(view: Snapshot) -> list[Check]:
        try:
            key = keys.recognise(view, token)
        except KeyRefused as refused:
            return [fault("key", str(refused), _MAKE_A_KEY)]
        return [ok("key", f"These commands use key {key.id} ({key.name}).")]

    [found] = audit.findings(file, clock, look)
    return found if found.state is State.OK or found.name == "key" else warn("key", "It cannot be read.")
