"""Puts campaigns on stage over HTTP, whoever dies in between, and holds the daemon to what it answered."""

from typing import Any

from tests.daemon.cast import Part
from tests.daemon.clock import ScaledClock
from tests.daemon.desk import Answer, Desk


class Broken(Exception):
    """The daemon answered otherwise than it promised."""


class Stage:
    """Puts the cast on stage over HTTP; goes on where it was when the daemon dies in between.

    What was answered 2xx is remembered, and must be true after every restart. Creation and launch are sent
    again each time under the same Idempotency-Key, whether they were answered or not.
    """

    def __init__(self, parts: tuple[Part, ...], clock: ScaledClock) -> None:
        self.parts = parts
        self.clock = clock
        self._bodies: dict[str, object] = {}
        self._created: dict[str, str] = {}
        self._launched: set[str] = set()
        self._paused: set[str] = set()

    def enter(self, desk: Desk) -> None:
        """Raises Gone when the daemon dies meanwhile, Broken."""
        there = {each["name"]: each for each in _expect(desk.get("/campaigns"), 200)["campaigns"]}
        for part in self.parts:
            self._enter_one(desk, part, there.get(part.name))

    def _enter_one(self, desk: Desk, part: Part, found: dict[str, str] | None) -> None:
        if found is None:
            if part.name in self._created:
                raise Broken(f"{part.name} was created, and is gone")
            # Where the campaign was not committed, no receipt was: another body may come under its key.
            self._bodies[part.name] = part.body(self.clock)
        made = _expect(desk.post("/campaigns", self._bodies[part.name], once=part.name), 201)
        if found is not None and made["id"] != found["id"]:
            raise Broken(f"{part.name} was created twice")
        found = found or made
        self._created[part.name] = found["id"]
        if part.name in self._paused and found["status"] != "paused":
            raise Broken(f"{part.name} was paused, and is {found['status']}")
        if found["status"] == "paused":
            self.resume(desk, part)
        if part.starts_after is not None:
            return
        if part.name in self._launched and found["status"] == "draft":
            raise Broken(f"{part.name} was launched, and is a draft again")
        _expect(desk.post(f"/campaigns/{found['id']}/launch", once=f"launch-{part.name}"), 200)
        self._launched.add(part.name)

    def pause(self, desk: Desk, part: Part) -> None:
        """Does nothing where the campaign is already over."""
        answer = desk.post(f"/campaigns/{self._created[part.name]}/pause")
        if answer.status == 200:
            self._paused.add(part.name)
        elif desk.get(f"/campaigns/{self._created[part.name]}").body["status"] != "completed":
            raise Broken(f"{part.name} cannot be paused: {answer.body}")

    def resume(self, desk: Desk, part: Part) -> None:
        self._paused.discard(part.name)  # from now on, either may be true
        answer = desk.post(f"/campaigns/{self._created[part.name]}/resume")
        if answer.status not in (200, 409):
            raise Broken(f"{part.name} cannot be resumed: {answer.body}")


def _expect(answer: Answer, status: int) -> Any:
    if answer.status != status:
        raise Broken(f"answered {answer.status}, not {status}: {answer.body}")
    return answer.body
