"""The agent table: voice agents that were made over the API."""

import dataclasses
import json
import sqlite3

from dialer.domain.policy import Agent, AgentAddress, Source
from dialer.store.unit import Snapshot, Transaction

FIRST_NUMERIC_ID = 1001
"""Below it, the agents of the configuration file are counted."""


def insert(tx: Transaction, agent: Agent) -> Agent:
    """The agent with the numeric id that it got."""
    cursor = tx.execute(
        "INSERT INTO agent (public_id, name, voice, sms, first_message, max_duration, connect, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (agent.id, *_columns(agent), tx.now),
    )
    return dataclasses.replace(agent, numeric_id=_numeric_id(cursor.lastrowid or 0))


def save(tx: Transaction, agent: Agent) -> None:
    tx.execute(
        "UPDATE agent SET name = ?, voice = ?, sms = ?, first_message = ?, max_duration = ?, connect = ?"
        " WHERE public_id = ?",
        (*_columns(agent), agent.id),
    )


def delete(tx: Transaction, agent_id: str) -> None:
    tx.execute("DELETE FROM agent WHERE public_id = ?", (agent_id,))


def get(view: Snapshot, agent_id: str) -> Agent | None:
    row = view.execute("SELECT * FROM agent WHERE public_id = ?", (agent_id,)).fetchone()
    return _from_row(row) if row else None


def every(view: Snapshot) -> list[Agent]:
    """Oldest first."""
    return [_from_row(row) for row in view.execute("SELECT * FROM agent ORDER BY id")]


def _numeric_id(row_id: int) -> int:
    return FIRST_NUMERIC_ID - 1 + row_id


def _columns(agent: Agent) -> tuple[object, ...]:
    return (
        agent.name,
        agent.voice,
        agent.sms,
        agent.first_message,
        agent.max_duration,
        json.dumps(dataclasses.asdict(agent.connect)),
    )


def _from_row(row: sqlite3.Row) -> Agent:
    return Agent(
        id=row["public_id"],
        numeric_id=_numeric_id(row["id"]),
        name=row["name"],
        voice=bool(row["voice"]),
        sms=bool(row["sms"]),
        first_message=row["first_message"],
        max_duration=row["max_duration"],
        connect=AgentAddress(**json.loads(row["connect"])),
        source=Source.API,
    )
