"""Query parameters, read as strictly as bodies, every fault at once."""

import re
from collections.abc import Collection, Iterable
from enum import StrEnum
from typing import TypeVar

from multidict import MultiMapping

from dialer.api.wire.faults import excerpt
from dialer.domain.errors import Fault, InvalidInput
from dialer.domain.phone import normalise

E = TypeVar("E", bound=StrEnum)

_WHOLE = re.compile(r"[0-9]{1,15}\Z", re.ASCII)
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


class Query:
    """Reads the parameters one by one; `check` raises InvalidInput if any of them had a fault."""

    def __init__(self, given: MultiMapping[str]) -> None:
        self._given = given
        self._faults: list[Fault] = []

    def check(self) -> None:
        if self._faults:
            raise InvalidInput(self._faults)

    def whole(self, name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
        text = self._one(name)
        if text is None:
            return default
        if _WHOLE.match(text) and int(text) >= least and (most is None or int(text) <= most):
            return int(text)
        span = f"from {least} to {most:,}" if most is not None else f"of at least {least}"
        self._fault(name, f"must be a whole number {span}, not {excerpt(text)}")
        return default

    def cursor(self) -> int:
        """The `next_cursor` of the page before; 0 at the start."""
        text = self._one("cursor")
        if text is None or _WHOLE.match(text):
            return int(text or 0)
        self._fault("cursor", "must be the next_cursor of the page before")
        return 0

    def choice(self, name: str, kind: type[E]) -> E | None:
        text = self._one(name)
        if text is None:
            return None
        try:
            return kind(text)
        except ValueError:
            self._not_among(name, text, kind)
            return None

    def word(self, name: str, allowed: Collection[str]) -> str | None:
        """As `choice`, where what is allowed is no single kind."""
        text = self._one(name)
        if text is None or text in allowed:
            return text
        self._not_among(name, text, allowed)
        return None

    def either(self, name: str, other: str, kind: type[E]) -> E | None:
        """Two names of one parameter."""
        first, second = self.choice(name, kind), self.choice(other, kind)
        if first and second and first is not second:
            self._fault(name, f"and {other} are two names of one thing and differ; give one of them")
        return first or second

    def only(self, name: str, allowed: str) -> None:
        """A parameter that has one value in this version."""
        text = self._one(name)
        if text not in (None, allowed):
            self._not_among(name, str(text), [allowed])

    def flag(self, name: str) -> bool | None:
        text = self._one(name)
        if text is None:
            return None
        if text.lower() not in _BOOLEANS:
            self._not_among(name, text, ["true", "false"])
        return _BOOLEANS.get(text.lower())

    def phone(self) -> str | None:
        """A number; a `+` that the query's encoding made a space is one again."""
        text = self._one("phone")
        if text is None:
            return None
        bare = text.strip()
        number = normalise(bare if bare.startswith("+") else f"+{bare}")
        if number is None:
            self._fault("phone", f"must be a number such as %2B12025550100, not {excerpt(text)}")
        return number

    def _one(self, name: str) -> str | None:
        values = self._given.getall(name, [])
        if len(values) > 1:
            self._fault(name, "is given more than once; say it once")
        return values[0] if values and values[0] != "" else None

    def _not_among(self, name: str, text: str, allowed: Iterable[str]) -> None:
        self._fault(name, f"must be one of {', '.join(allowed)}, not {excerpt(text)}")

    def _fault(self, name: str, sentence: str) -> None:
        self._faults.append(Fault(("query", name), sentence, "invalid"))
