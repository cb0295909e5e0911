"""What an examination finds: one line for each thing that was looked at."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    OK = "ok"
    WARN = "warn"
    """It works, and is worth a second look."""
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    state: State
    detail: str
    """One sentence: what was found."""
    remedy: str | None = None
    """One sentence: what to do. None where nothing is to be done."""


def ok(name: str, detail: str) -> Check:
    return Check(name, State.OK, detail)


def warn(name: str, detail: str, remedy: str | None = None) -> Check:
    return Check(name, State.WARN, detail, remedy)


def fault(name: str, detail: str, remedy: str) -> Check:
    return Check(name, State.FAULT, detail, remedy)
