"""What an address is called in the description: its operation's id, its tag, its path's parameters."""

import re
from collections.abc import Iterator, Mapping

from dialer.api.route import Route

_VERBS: Mapping[str, str] = {
    "GET": "get",
    "POST": "create",
    "PATCH": "change",
    "PUT": "replace",
    "DELETE": "delete",
}
_NO_NOUNS = frozenset({"v1", "v2", "api"})
_OF_THE_DAEMON = frozenset(
    {"healthz", "readyz", "metrics", "openapi.json", "docs", "debug", "confirm", "housekeeping"}
)
_PARAMETERS: Mapping[str, str] = {
    "id": "`id` or `numeric_id`.",
    "phone": "A telephone number, as +12025550100.",
}


def operation_id(route: Route) -> str:
    """`create_campaign`, `get_campaign`, `launch_campaign`, `get_campaign_contacts`: from method and path."""
    parts = _parts(route.path)
    nouns = [
        _one(part) if _is_parameter(after) else part
        for part, after in zip(parts, [*parts[1:], ""], strict=True)
    ]
    *above, last = [noun for noun in nouns if not _is_parameter(noun)]
    verb = _VERBS[route.method]
    if route.method == "POST" and not _is_parameter(parts[-1]):
        if last == _one(last):  # no collection to add to: the word itself is the verb
            verb, last = last, ""
        else:
            last = _one(last)
    return re.sub(r"\W+", "_", "_".join(word for word in (verb, *above, last) if word))


def tag(route: Route) -> str:
    first = _parts(route.path)[0]
    return "daemon" if first in _OF_THE_DAEMON else first


def path_parameters(route: Route) -> Iterator[tuple[str, str]]:
    """Name and description of each."""
    for part in _parts(route.path):
        if _is_parameter(part):
            name = part.strip("{}")
            yield name, _PARAMETERS.get(name, f"The {name}.")


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part and part not in _NO_NOUNS]


def _is_parameter(part: str) -> bool:
    return part.startswith("{")


def _one(noun: str) -> str:
    return noun.removesuffix("s")
