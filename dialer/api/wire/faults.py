"""Faults in people's words: what pydantic found, said as a sentence with its mend."""

import difflib
import json
from collections.abc import Iterable, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from dialer.domain.errors import Fault

MOST_FAULTS = 1000
"""A body of a million faults is answered with so many, and their number."""

_LONGEST_EXCERPT = 60

_SENTENCES: Mapping[str, tuple[str, str]] = {
    "missing": ("missing", "is required"),
    "string_type": ("wrong_type", "must be a string"),
    "int_type": ("wrong_type", "must be a whole number"),
    "int_from_float": ("wrong_type", "must be a whole number"),
    "float_type": ("wrong_type", "must be a number"),
    "bool_type": ("wrong_type", "must be true or false"),
    "list_type": ("wrong_type", "must be an array"),
    "dict_type": ("wrong_type", "must be an object"),
    "model_type": ("wrong_type", "must be an object"),
    "string_too_long": ("out_of_range", "must have at most {max_length:,} characters"),
    "greater_than_equal": ("out_of_range", "must be at least {ge:,}"),
    "less_than_equal": ("out_of_range", "must be at most {le:,}"),
    "too_long": ("out_of_range", "must have at most {max_length:,} entries"),
    "literal_error": ("invalid", "must be {expected}"),
}
"""Pydantic's types, each with our word for programs and the sentence."""


def invalid(sentence: str, word: str = "invalid") -> PydanticCustomError:
    """An error that a validator of ours raises; the sentence is taken as it is."""
    return PydanticCustomError(word, "{sentence}", {"sentence": sentence})


def faults_of(
    error: ValidationError, model: type[BaseModel], *, at: tuple[str | int, ...] = ()
) -> list[Fault]:
    """Every fault that pydantic found in the model's input, which stands at `at` in the body."""
    return [_fault(detail, model, at) for detail in error.errors(include_url=False)]


def excerpt(value: object) -> str:
    """A value as JSON, short enough to stand in a sentence."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_EXCERPT else f"{text[: _LONGEST_EXCERPT - 1]}…"


def guess(name: str, known: Iterable[str]) -> str:
    """`; did you mean "x"?`, or nothing."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f'; did you mean "{close[0]}"?' if close else ""


def _fault(detail: ErrorDetails, model: type[BaseModel], at: tuple[str | int, ...]) -> Fault:
    loc = tuple(part for part in detail["loc"] if part != "[key]")
    kind = detail["type"]
    if kind == "extra_forbidden":
        hint = guess(str(loc[-1]), _field_names(model, loc[:-1]))
        return Fault((*at, *loc), f"is not a field that exists here{hint}", "unknown_field")
    context = detail.get("ctx", {})
    if kind not in _SENTENCES or "sentence" in context:  # ours, though its word may be one of pydantic's
        return Fault((*at, *loc), detail["msg"], kind)
    word, sentence = _SENTENCES[kind]
    said = sentence.format(**{name: _plain(value) for name, value in context.items()}).replace("'", '"')
    value = detail["input"]
    if word != "missing" and isinstance(value, str | int | float):
        said = f"{said}, not {excerpt(value)}"
    return Fault((*at, *loc), said, word)


def _plain(value: object) -> object:
    """A bound as people write it: 0, not 0.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _field_names(model: type[BaseModel], path: Iterable[str | int]) -> list[str]:
    """The fields of the model that stands at the path, as they are called on the wire."""
    for part in path:
        inner = next((f for name, f in model.model_fields.items() if part in (name, f.alias)), None)
        nested = _model_in(inner.annotation) if inner else None
        if nested is None:
            return []
        model = nested
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401  any annotation may stand on a field
    options = (annotation, *get_args(annotation))
    return next((o for o in options if isinstance(o, type) and issubclass(o, BaseModel)), None)
