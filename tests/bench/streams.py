"""What 200 clients of an event stream cost a campaign that dispatches at full rate."""

import asyncio
import contextlib
import gc
import itertools
import json
import statistics
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator

from dialer.domain.campaign import Campaign
from dialer.service import campaigns
from tests.bench.rig import Rig, rig, run

CLIENTS = 200
CONTACTS = 12_000
ROUNDS = 5
CONCURRENT = 500


@contextlib.asynccontextmanager
async def _listeners(url: str, key: str, campaign: Campaign) -> AsyncIterator[dict[str, int]]:
    """Filled at the end with what the clients got."""
    got: dict[str, int] = {}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.listeners", url, key),
        *(f"/campaigns/{campaign.public_id}/events", str(CLIENTS)),
        stdin=PIPE,
        stdout=PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        if await process.stdout.readline() != b"ready\n":
            raise RuntimeError("the clients did not get their snapshots")
        yield got
        await asyncio.sleep(0.6)  # the last round of the hub
        process.stdin.close()
        got |= json.loads(await process.stdout.readline())
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _rate(bench: Rig, campaign: Campaign) -> float:
    """Attempts a second, by the campaign's own clock."""
    gc.collect()
    gc.freeze()  # so that a collection in the middle of one run does not go through what the others left
    await campaigns.launch(bench.parts, campaign.public_id)
    done = await bench.completed(campaign.public_id)
    assert done.started_at is not None
    assert done.completed_at is not None
    return CONTACTS / (done.completed_at - done.started_at) * 1000


async def _compare() -> tuple[list[float], list[float], float]:
    """The rates without and with clients, and the bytes that a client got for an attempt."""
    alone: list[float] = []
    watched: list[float] = []
    size = 0.0
    made = itertools.count()

    async def draft() -> Campaign:
        return await bench.draft(CONTACTS, max_concurrent=CONCURRENT, first=next(made) * CONTACTS)

    async with rig() as bench, bench.served() as (url, key):
        await _rate(bench, await draft())  # warms up
        for _ in range(ROUNDS):
            alone.append(await _rate(bench, await draft()))
            campaign = await draft()
            async with _listeners(url, key, campaign) as got:
                watched.append(await _rate(bench, campaign))
            if got["dropped"] or got["outcomes"] != CONTACTS or got["least_bytes"] != got["most_bytes"]:
                raise RuntimeError(f"the clients missed something: {got}")
            size = got["most_bytes"] / CONTACTS
    return alone, watched, size


def measure() -> dict[str, float]:
    """Attempts a second without and with the clients, in turns; each client got every outcome."""
    rates, watched_rates, size = run(_compare)
    alone, watched = statistics.median(rates), statistics.median(watched_rates)
    return {
        "clients": CLIENTS,
        "ratio": round(watched / alone, 3),
        "attempts_per_s_alone": round(alone),
        "attempts_per_s_watched": round(watched),
        "bytes_per_attempt": round(size),
    }
