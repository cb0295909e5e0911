"""How late the first call of a scheduled campaign leaves: 1,000 campaigns over 10 seconds."""

from dialer.store.unit import Snapshot
from tests.bench.rig import people, rig, run

CAMPAIGNS = 1_000
SPREAD_MS = 10_000
_LEAD_MS = 12_000
"""Enough to create them all, so that creating does not compete with starting."""


async def _lateness() -> list[int]:
    async with rig() as bench:
        clock = bench.parts.clock
        start = clock.now() + _LEAD_MS
        due: dict[str, int] = {}
        for index in range(CAMPAIGNS):
            at = start + index * SPREAD_MS // CAMPAIGNS
            await bench.launched(1, max_concurrent=1, scheduled_at=at, first=index)
            due[people(1, first=index)[0].phone] = at
        if clock.now() >= start:
            raise RuntimeError("creating the campaigns took longer than the lead; nothing was measured")
        await clock.sleep((start + SPREAD_MS - clock.now()) / 1000 + 2)
        placed = await bench.parts.store.read(_first_calls)
        if placed.keys() != due.keys():
            raise RuntimeError(f"{len(placed)} of {CAMPAIGNS} campaigns have called")
        return sorted(placed[phone] - at for phone, at in due.items())


def _first_calls(view: Snapshot) -> dict[str, int]:
    return {
        row[0]: row[1] for row in view.execute("SELECT phone, min(created_at) FROM attempt GROUP BY phone")
    }


def measure() -> dict[str, float]:
    """Milliseconds from the scheduled instant to the committed intent of the first call."""
    late = run(_lateness)
    return {
        "p50_ms": late[len(late) // 2],
        "p99_ms": late[len(late) * 99 // 100],
        "max_ms": late[-1],
    }
