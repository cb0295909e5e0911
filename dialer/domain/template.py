"""The `{{name}}` filler: one pass over the text, nothing is executed."""

import re
from collections.abc import Callable, Mapping
from typing import Protocol

LONGEST_VALUE = 512

_PLACEHOLDER = re.compile(r"\{\{([^{}]{0,512})\}\}")
_SPACES = re.compile(r"[ \t]+")
_SPACE_BEFORE_MARK = re.compile(r" +([,.;:!?])")
_NOT_SPOKEN = dict.fromkeys([*range(32), *range(0x7F, 0xA0), ord("{"), ord("}"), 0x2028, 0x2029])


class _Lookup(Protocol):
    def __call__(self, name: str, /) -> object: ...


def placeholders(template: str) -> dict[str, bool]:
    """Names in the order of their first use, each with whether every use of it has a default."""
    found: dict[str, bool] = {}
    for match in _PLACEHOLDER.finditer(template):
        name, default = _split(match[1])
        if name:
            found[name] = found.get(name, True) and default is not None
    return found


def fill(template: str, lookup: _Lookup) -> str:
    """The text with every placeholder replaced by its value, its default, or nothing.

    Values are cut at 512 characters and lose braces and control characters; a brace is never spoken.
    """
    used_empty = False

    def value(match: re.Match[str]) -> str:
        nonlocal used_empty
        name, default = _split(match[1])
        text = clean(lookup(name)) or clean(default)
        used_empty = used_empty or not text
        return text

    filled = _PLACEHOLDER.sub(value, template).replace("{", "").replace("}", "")
    if not used_empty:
        return filled
    return _SPACE_BEFORE_MARK.sub(r"\1", _SPACES.sub(" ", filled)).strip()


def clean(value: object) -> str:
    """A value as it may be spoken; None is nothing."""
    if value is None:
        return ""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if text.isprintable() and "{" not in text and "}" not in text:
        return text.strip()[:LONGEST_VALUE]
    return text.translate(_NOT_SPOKEN).strip()[:LONGEST_VALUE]


def layered(*layers: Mapping[str, object]) -> Callable[[str], object]:
    """A look-up through several mappings; a blank in an earlier one does not hide a later one."""

    def lookup(name: str) -> object:
        for layer in layers:
            if clean(layer.get(name)):
                return layer[name]
        return None

    return lookup


def _split(inside: str) -> tuple[str, str | None]:
    name, bar, default = inside.partition("|")
    return name.strip(), default.strip() if bar else None
