"""What an address of the API is: who may ask, what it takes, what it answers.

The router, the authentication, the limits and the description at `/openapi.json` all read these.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from aiohttp import web
from pydantic import BaseModel

from dialer.domain.scope import Scope

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query parameter; `schema` is JSON Schema."""

    name: str
    schema: Mapping[str, object]
    description: str


def whole(name: str, description: str, default: int, *, least: int = 0, most: int | None = None) -> Parameter:
    schema: dict[str, object] = {"type": "integer", "minimum": least, "default": default}
    return Parameter(name, schema if most is None else {**schema, "maximum": most}, description)


def choice(name: str, description: str, kind: type[StrEnum]) -> Parameter:
    return Parameter(name, {"type": "string", "enum": [str(each) for each in kind]}, description)


def flag(name: str, description: str) -> Parameter:
    return Parameter(name, {"type": "boolean"}, description)


def text(name: str, description: str, pattern: str | None = None) -> Parameter:
    schema = {"type": "string"}
    return Parameter(name, schema if pattern is None else {**schema, "pattern": pattern}, description)


CURSOR = text("cursor", "`next_cursor` of the page before.", r"^[0-9]{1,15}$")
PHONE = text("phone", "One number, as +12025550100.")


@dataclass(frozen=True, slots=True)
class Media:
    """An answer that is no JSON object: a stream of rows, events, a page."""

    type: str
    also: tuple[str, ...] = ()
    """Other types in which it may be asked for."""


Answers: TypeAlias = Mapping[int, type[BaseModel] | Media | None]
"""By status; None: no body."""


@dataclass(frozen=True, slots=True)
class Route:
    """`path` has aiohttp's form, e.g. `/campaigns/{id}`."""

    method: str
    path: str
    handler: Handler
    summary: str
    """One sentence for people."""
    scope: Scope | None
    """None: answers without a key."""
    answers: Answers
    query: tuple[Parameter, ...] = ()
    body: type[BaseModel] | None = None
    body_types: tuple[str, ...] = (JSON,)
    """What the body may be declared as; the first is that of `body`."""
    errors: frozenset[int] = field(default_factory=frozenset)
    """Statuses beyond those that follow from the rest (see `openapi`), e.g. 409 for a wrong move."""
    idempotent: bool = False
    """Whether it heeds an Idempotency-Key; its handler then seals its transaction."""
    counted: bool = True
    """Whether it counts against the key's rate limit."""
    versioned: bool = False
    """Whether it stands under /v1 and /v2, too."""
