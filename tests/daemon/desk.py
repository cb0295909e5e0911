"""The API as a small blocking client, and what a simulated network has to say for itself."""

import http.client
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


class Gone(Exception):
    """The other side died before it had answered."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Any
    replayed: bool = False


class Desk:
    def __init__(self, url: str, key: str = "") -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}

    def get(self, path: str) -> Answer:
        return self.send("GET", path)

    def post(self, path: str, body: object = None, *, once: str = "") -> Answer:
        """`once`: an Idempotency-Key."""
        return self.send("POST", path, body, {"Idempotency-Key": once} if once else None)

    def send(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Raises Gone."""
        raw = None if body is None else json.dumps(body)
        headers = (
            self._headers
            | ({} if raw is None else {"Content-Type": "application/json"})
            | dict(headers or {})
        )
        try:
            self._connection.request(method, path, raw, headers)
            answer = self._connection.getresponse()
            said = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise Gone(f"{method} {path}: {type(error).__name__} {error}") from error
        replayed = answer.headers.get("Idempotent-Replayed") == "true"
        return Answer(answer.status, json.loads(said) if said else None, replayed)

    def close(self) -> None:
        self._connection.close()


@contextmanager
def sitting_at(url: str, key: str = "") -> Iterator[Desk]:
    desk = Desk(url, key)
    try:
        yield desk
    finally:
        desk.close()


@dataclass(frozen=True, slots=True)
class Ring:
    """One request that the network took."""

    attempt: str
    to: str
    placed_at: str
    ended_at: str | None
    outcome: str | None


def rings(network: str, path: str = "/calls", key: str = "") -> list[Ring]:
    """All of them, in the order of arrival."""
    with sitting_at(network, key) as desk:
        answer = desk.get(path)
    assert answer.status == 200, answer
    return [
        Ring(call["attempt_id"], call["to"], call["placed_at"], call["ended_at"], call["outcome"])
        for call in answer.body["calls"]
    ]
