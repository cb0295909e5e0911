"""Works to hand over to the store: they write and list API keys, the smallest rows."""

import asyncio
import contextlib
import secrets
import threading
from collections.abc import AsyncIterator, Callable

from dialer.domain.events import CampaignChanged
from dialer.domain.ids import CampaignId
from dialer.store import keys
from dialer.store.db import Store
from dialer.store.unit import Snapshot, Transaction


def insert(name: str) -> Callable[[Transaction], str]:
    def work(tx: Transaction) -> str:
        keys.insert(tx, name, secrets.token_hex())
        tx.record(CampaignChanged(CampaignId(len(name))))
        return name

    return work


def insert_and_fail(tx: Transaction) -> None:
    insert("undone")(tx)
    raise LookupError("on purpose")


def insert_much(tx: Transaction) -> None:
    for _ in range(300):
        keys.insert(tx, "x" * 4000, secrets.token_hex())


def names_in(view: Snapshot) -> list[str]:
    return [key.name for key in keys.every(view)]


async def names(store: Store) -> list[str]:
    return await store.read(names_in)


@contextlib.asynccontextmanager
async def held_up(store: Store) -> AsyncIterator[None]:
    """Keeps the writer busy meanwhile, so that what is handed over inside waits together."""
    release = threading.Event()
    held = asyncio.create_task(store.transact(lambda _tx: release.wait()))
    await asyncio.sleep(0)  # noqa: TID251  lets it be handed over
    try:
        yield
    finally:
        release.set()
        await held


def hand_over(store: Store, *works: Callable[[Transaction], object]) -> "list[asyncio.Task[object]]":
    return [asyncio.create_task(store.transact(work)) for work in works]


async def outcomes(tasks: "list[asyncio.Task[object]]") -> list[object]:
    return await asyncio.gather(*tasks, return_exceptions=True)
