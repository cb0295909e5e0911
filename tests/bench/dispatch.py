"""How fast contacts are dialled, beside what a user writes instead and beside the bare limit of the store."""

import asyncio
import sqlite3
import tempfile
import time
from pathlib import Path

import aiosqlite

from dialer.carriers.base import Ended, PlaceRequest
from dialer.carriers.simulator.opening import open_simulator
from dialer.domain.call import Channel
from dialer.domain.clock import SystemClock
from dialer.domain.ids import AttemptId, new_attempt_id, new_token
from dialer.store.file import prepare
from tests.bench.rig import INSTANT_NETWORK, people, rig, run

CONTACTS = 50_000
CONCURRENT = 500
_USER_CONTACTS = 4_000
_LIMIT_CONTACTS = 50_000
_GROUP = 250


async def _ours() -> float:
    async with rig() as bench:
        began = time.perf_counter()
        campaign = await bench.launched(CONTACTS, max_concurrent=CONCURRENT)
        began = time.perf_counter()
        await bench.completed(campaign.public_id)
        return CONTACTS / (time.perf_counter() - began)


_USER_SCHEMA = """
CREATE TABLE contact (id INTEGER PRIMARY KEY, phone TEXT UNIQUE, status TEXT, attempt TEXT, outcome TEXT,
    placed_at INTEGER, ended_at INTEGER);
CREATE INDEX contact_status ON contact (status);
"""


async def _user_script() -> float:
    """A semaphore, and one transaction with one commit a step through aiosqlite."""
    clock = SystemClock()
    with tempfile.TemporaryDirectory(prefix="dialer-bench-") as folder:
        database = Path(folder) / "script.db"
        async with (
            aiosqlite.connect(database) as connection,
            open_simulator("sim", INSTANT_NETWORK, clock, database) as network,
        ):
            await connection.execute("PRAGMA journal_mode = WAL")
            await connection.execute("PRAGMA synchronous = FULL")
            await connection.executescript(_USER_SCHEMA)
            rows = [(person.phone,) for person in people(_USER_CONTACTS)]
            await connection.executemany("INSERT INTO contact (phone, status) VALUES (?, 'pending')", rows)
            await connection.commit()
            slots, writing = asyncio.Semaphore(CONCURRENT), asyncio.Lock()
            ends: dict[AttemptId, asyncio.Future[None]] = {}

            async def step(sql: str, *values: object) -> None:
                async with writing:
                    await connection.execute(sql, values)
                    await connection.commit()

            async def listen() -> None:
                async for event in network.events():
                    if isinstance(event, Ended):
                        ends[event.attempt_id].set_result(None)

            async def call(phone: str) -> None:
                async with slots:
                    attempt = new_attempt_id(clock.now())
                    ends[attempt] = asyncio.get_running_loop().create_future()
                    await step(
                        "UPDATE contact SET status = 'calling', attempt = ? WHERE phone = ?", attempt, phone
                    )
                    await network.place(
                        PlaceRequest(attempt, new_token(), Channel.VOICE, phone, None, 5, 60, "Hello.")
                    )
                    await step(
                        "UPDATE contact SET status = 'placed', placed_at = ? WHERE phone = ?",
                        clock.now(),
                        phone,
                    )
                    await ends[attempt]
                    await step(
                        "UPDATE contact SET status = 'done', outcome = 'answered', ended_at = ?"
                        " WHERE phone = ?",
                        clock.now(),
                        phone,
                    )

            listening = asyncio.create_task(listen())
            began = time.perf_counter()
            await asyncio.gather(*(call(phone) for (phone,) in rows))
            rate = _USER_CONTACTS / (time.perf_counter() - began)
            listening.cancel()
            await asyncio.wait({listening})
            return rate


def _bare_limit() -> float:
    """The same rows of the same tables, by a plain loop that commits a group at a time."""
    with tempfile.TemporaryDirectory(prefix="dialer-bench-") as folder:
        connection = prepare(Path(folder) / "limit.db")
        connection.execute("BEGIN")
        connection.execute("INSERT INTO contact_list (id, created_at) VALUES (1, 0)")
        connection.execute(
            "INSERT INTO campaign (public_id, list, name, channel, agent_id, timezone, max_concurrent,"
            " config, autostart, origin, status, total, unusable, pending, in_progress, completed, failed,"
            " skipped, filled, created_at) VALUES ('camp_1', 1, 'bench', 'voice', 'ag', 'UTC', 500, '{}', 0,"
            " 'campaign', 'running', ?, 0, ?, 0, 0, 0, 0, '{}', 0)",
            (_LIMIT_CONTACTS, _LIMIT_CONTACTS),
        )
        everybody = people(_LIMIT_CONTACTS)
        connection.executemany(
            "INSERT INTO contact (list, phone, first_name) VALUES (1, ?, 'Ada')",
            [(person.phone,) for person in everybody],
        )
        connection.execute("COMMIT")
        began = time.perf_counter()
        for start in range(0, _LIMIT_CONTACTS, _GROUP):
            chosen = [
                (new_attempt_id(start), start + offset + 1, everybody[start + offset].phone)
                for offset in range(_GROUP)
            ]
            connection.execute("BEGIN IMMEDIATE")
            for attempt, contact, phone in chosen:
                _claim(connection, attempt, contact, phone)
            connection.execute("COMMIT")
            connection.execute("BEGIN IMMEDIATE")
            for attempt, contact, _ in chosen:
                _end(connection, attempt, contact)
            connection.execute("COMMIT")
        rate = _LIMIT_CONTACTS / (time.perf_counter() - began)
        connection.close()
        return rate


def _claim(connection: sqlite3.Connection, attempt: AttemptId, contact: int, phone: str) -> None:
    connection.execute(
        "INSERT INTO attempt (id, campaign, run, contact, n, channel, phone, agent_id, carrier,"
        " callback_token, state, text, ring_timeout, max_duration, created_at, blocked_until)"
        " VALUES (?, 1, 1, ?, 1, 'voice', ?, 'ag', 'sim', ?, 'intent', 'Hello Ada, this is a follow-up.',"
        " 5, 60, 1, 2)",
        (attempt, contact, phone, new_token()),
    )
    connection.execute(
        "UPDATE contact SET status = 'in_progress', attempts = 1, due = NULL WHERE id = ?", (contact,)
    )
    connection.execute(
        "UPDATE campaign SET pending = pending - 1, in_progress = in_progress + 1 WHERE id = 1"
    )


def _end(connection: sqlite3.Connection, attempt: AttemptId, contact: int) -> None:
    connection.execute(
        "UPDATE attempt SET state = 'completed', carrier_id = id, sent_at = 1, answered_at = 1, ended_at = 1,"
        " blocked_until = NULL, outcome = 'answered', agent_connected = 1, billable_seconds = 0 WHERE id = ?",
        (attempt,),
    )
    connection.execute(
        "UPDATE contact SET status = 'completed', outcome = 'answered' WHERE id = ?", (contact,)
    )
    connection.execute(
        "UPDATE campaign SET in_progress = in_progress - 1, completed = completed + 1 WHERE id = 1"
    )
    connection.executemany(
        "INSERT INTO event (at, kind, campaign, contact, attempt, data) VALUES (1, ?, 1, ?, ?, '{}')",
        [(kind, contact, attempt) for kind in ("call.placed", "call.ended", "contact.settled")],
    )


def measure() -> dict[str, float]:
    """Attempts a second, and the two ratios."""
    ours = run(_ours)
    user = run(_user_script)
    limit = _bare_limit()
    return {
        "attempts_per_s": round(ours),
        "vs_user_script": round(ours / user, 2),
        "vs_limit": round(ours / limit, 3),
        "user_script_per_s": round(user),
        "limit_per_s": round(limit),
    }
