"""Faults of a configuration, as sentences a person can act on."""

import difflib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, TypeAlias, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from dialer.domain.errors import DialerError

Place: TypeAlias = tuple[str | int, ...]

ANY = "*"
"""Stands in a known path for a position in a list, or a name that the user chooses."""

_NOT_YET: Mapping[Place, str] = {
    ("wallet",): "this version keeps no balance; remove the section",
    ("metrics",): "this version has no metrics; remove the section",
    ("webhooks", "allow_hosts"): "this version sends no webhooks; remove the key",
}


class BadConfiguration(DialerError):
    """`sentences` holds every fault that was found."""

    def __init__(self, sentences: Sequence[str]) -> None:
        self.sentences = tuple(sentences)
        super().__init__("\n".join(self.sentences))


def known_paths(annotation: Any) -> Iterator[tuple[str, ...]]:  # noqa: ANN401  a type form
    """Every path of keys that the model allows, its tables included."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            yield (name,)
            yield from ((name, *rest) for rest in known_paths(field.annotation))
    elif origin is Annotated:
        yield from known_paths(arguments[0])
    elif origin is tuple or origin is dict:
        inner = arguments[1] if origin is dict else arguments[0]
        yield from ((ANY, *rest) for rest in known_paths(inner))
    else:
        for argument in arguments:
            yield from known_paths(argument)


def dotted(place: Place) -> str:
    return ".".join(str(part) for part in place)


def sentences(error: ValidationError, given: Mapping[str, object], model: type[BaseModel]) -> Iterator[str]:
    """One sentence for each fault; `given` is what was checked."""
    known = frozenset(known_paths(model))
    variables = {name.upper() for name in os.environ}
    for detail in error.errors(include_url=False):
        place = _without_kinds(detail["loc"], given)
        variable = f"DIALER_{'__'.join(str(part) for part in place)}".upper()
        origin = f" ({variable})" if variable in variables else ""
        yield f"{dotted(place)}{origin}: {_remark(detail, place, known)}"


def _remark(detail: ErrorDetails, place: Place, known: frozenset[tuple[str, ...]]) -> str:
    if detail["type"] == "extra_forbidden":
        if place in _NOT_YET:
            return _NOT_YET[place]
        guess = closest(place, known)
        return f"unknown key; did you mean {dotted(guess)}?" if guess else "unknown key"
    if detail["type"] == "missing":
        return "is missing"
    if detail["type"] == "union_tag_not_found":
        return "needs kind"
    if detail["type"].startswith("union_tag"):
        return f"kind must be {detail['ctx']['expected_tags']}"
    said = detail["msg"].removeprefix("Value error, ").partition(", unable to parse")[0]
    return said.replace("Input should", "must").replace("String should", "must")


def closest(place: Place, known: Iterable[tuple[str, ...]]) -> Place | None:
    """The known path that was probably meant: a similar key of the same table, or the same key elsewhere."""
    *table, key = place
    siblings = {path[-1] for path in known if _same_table(path[:-1], table)} - {key}
    similar = difflib.get_close_matches(str(key), siblings, n=1)
    if similar:
        return (*table, similar[0])
    return next((path for path in sorted(known) if path[-1] == key and ANY not in path), None)


def _same_table(known: Sequence[str], table: Sequence[str | int]) -> bool:
    return len(known) == len(table) and all(
        part in (ANY, given) for part, given in zip(known, table, strict=True)
    )


def _without_kinds(place: Place, given: object) -> Place:
    """Pydantic names the chosen `kind` in the path of a fault; the file has no such table."""
    found: list[str | int] = []
    for part in place:
        if isinstance(given, Mapping) and part not in given and given.get("kind", "message") == part:
            continue
        found.append(part)
        given = _inside(given, part)
    return tuple(found)


def _inside(given: object, part: str | int) -> object:
    if isinstance(given, Mapping):
        return given.get(part)
    if isinstance(given, Sequence) and isinstance(part, int) and part < len(given):
        return given[part]
    return None
