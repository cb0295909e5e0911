"""A request body: bytes to one JSON object, or a sentence why not."""

import json
import math
import re
from collections.abc import Iterable

from dialer.domain.errors import DialerError, Fault, InvalidInput

_LONGEST_INTEGER = 100
"""Digits. Python refuses some thousands, SQLite 20; a name or an amount never has so many."""

_DEEPEST = 64
"""Levels. Nothing here needs more than five; what the parser takes may be too deep for who reads it next."""
_HOLDERS = frozenset({dict, list})

_HALF_A_CHARACTER = re.compile(rb"\\u[dD][89a-fA-F]")


class NotJson(DialerError):
    """The body is no JSON text in UTF-8."""


def read_object(raw: bytes) -> dict[str, object]:
    """The body as an object. Raises NotJson; InvalidInput when it is JSON of another kind."""
    if not raw.strip():
        raise NotJson("The body is empty; it must be a JSON object.")
    value = read_value(raw)
    if not isinstance(value, dict):
        raise InvalidInput([Fault((), "The body must be a JSON object such as {}.", "wrong_type")])
    return value


def read_value(raw: bytes, what: str = "body") -> object:
    """One JSON value of any kind; `what` holds it, for the sentence. Raises NotJson."""
    try:
        return _parse(raw)
    except UnicodeDecodeError:
        raise NotJson(f"The {what} must be JSON in UTF-8; it is not UTF-8.") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise NotJson(f"The {what} is not JSON: {error.msg} ({place}).") from None
    except RecursionError:
        raise NotJson(f"The {what} is nested too deeply.") from None


def _parse(raw: bytes) -> object:
    value: object = json.loads(
        raw.decode("utf-8-sig"),
        object_pairs_hook=_object,
        parse_int=_integer,
        parse_float=_number,
        parse_constant=_constant,
    )
    if _is_deeper(value, _DEEPEST):
        raise RecursionError  # as the parser does, much further down
    if _HALF_A_CHARACTER.search(raw):
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise NotJson(r"The body holds half of a \ud83d\ude00 pair; send both halves.") from None
    return value


def _is_deeper(value: object, levels: int) -> bool:
    level = [value]
    for _ in range(levels):
        level = [inner for outer in level for inner in _held(outer) if type(inner) in _HOLDERS]
        if not level:
            return False
    return True


def _held(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise NotJson(f"{json.dumps(twice)[:80]} stands twice in one object; say it once.")
    return made


def _integer(digits: str) -> int:
    if len(digits) > _LONGEST_INTEGER:
        raise NotJson(f"A number of {len(digits)} digits is too long; send it as a string.")
    return int(digits)


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise NotJson(f"The number {text[:40]} is too large.")
    return number


def _constant(name: str) -> object:
    raise NotJson(f"{name} is not JSON; leave the field out.")
