"""How fast the API answers while 500 calls are live, beside the least that such an answer costs."""

import asyncio
import contextlib
import json
import sys
import tempfile
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web

from dialer.carriers.simulator.settings import SimulatorSettings
from dialer.store.file import connect
from dialer.store.unit import Snapshot
from tests.bench.rig import Rig, rig, run

CALLS = 500
_TALKING = SimulatorSettings.model_validate(
    {"kind": "simulator", "ring_seconds": [0.05, 0.1], "talk_seconds": [500, 600], "mix": {"answered": 1}}
)


def _bare(folder: Path) -> web.Application:
    """What a user writes instead: parse the body, insert its contacts by one `executemany`, commit."""
    connection = connect(folder / "bare.db")
    connection.execute(
        "CREATE TABLE contact (id INTEGER PRIMARY KEY, phone TEXT, first_name TEXT, rest TEXT)"
    )

    def insert(raw: bytes) -> None:
        rows = [(each["phone"], each["first_name"], json.dumps(each)) for each in json.loads(raw)["contacts"]]
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO contact (phone, first_name, rest) VALUES (?, ?, ?)", rows)
        connection.execute("COMMIT")

    async def create(request: web.Request) -> web.Response:
        await asyncio.to_thread(insert, await request.read())
        return web.json_response({"id": 1}, status=201)

    async def close(_app: web.Application) -> None:
        connection.close()

    app = web.Application(client_max_size=16 * 1024 * 1024)
    app.router.add_post("/bare", create)
    app.on_cleanup.append(close)
    return app


@contextlib.asynccontextmanager
async def _served(app: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


async def _talking(bench: Rig) -> None:
    """Returns once all calls are live."""

    def live(view: Snapshot) -> int:
        counted: int = view.execute("SELECT count(*) FROM attempt WHERE state = 'answered'").fetchone()[0]
        return counted

    while await bench.parts.store.read(live) < CALLS:
        await bench.parts.clock.sleep(0.1)


async def _measure() -> dict[str, list[float]]:
    with tempfile.TemporaryDirectory(prefix="dialer-bench-") as folder:
        async with (
            rig(settings=_TALKING) as bench,
            bench.served() as (url, key),
            _served(_bare(Path(folder))) as bare,
        ):
            await bench.launched(CALLS, max_concurrent=CALLS)
            await _talking(bench)
            client = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.bench.requests", url, key, bare, stdout=PIPE
            )
            said, _ = await client.communicate()
            took: dict[str, list[float]] = json.loads(said)
            return took


def _at(share: float, found: list[float]) -> float:
    return sorted(found)[min(int(len(found) * share), len(found) - 1)]


def measure() -> dict[str, float]:
    """Milliseconds; the ratios are of medians."""
    took = run(_measure)
    median = {name: _at(0.5, found) for name, found in took.items()}
    return {
        "live_calls": CALLS,
        "get_campaign_p50_ms": round(median["get"], 2),
        "get_campaign_p99_ms": round(_at(0.99, took["get"]), 2),
        "get_campaign_to_healthz": round(median["get"] / median["healthz"], 2),
        "post_10000_contacts_p50_ms": round(median["post"]),
        "post_10000_contacts_p99_ms": round(_at(0.99, took["post"])),
        "post_to_bare_insert": round(median["post"] / median["bare"], 2),
    }
