"""Bodies of a create as the tests write them."""

import json
from typing import Any

import pytest

from dialer.api.wire.create import CreateRequest, read_create
from dialer.api.wire.rules import Rules
from dialer.domain.errors import Fault, InvalidInput
from dialer.domain.policy import Policy

NOW = 1_800_000_000_000
RULES = Rules.of(Policy(carrier="sim"), NOW, may_launch=True)
LEAST = {"name": "x", "agent_id": 1}
FIRST = LEAST | {"type": "voice", "contacts": ["+12025550101"]}


def create(**fields: Any) -> CreateRequest:
    return read_create(json.dumps(LEAST | fields).encode(), RULES)


def faults(base: dict[str, Any] = LEAST, **fields: Any) -> dict[tuple[str | int, ...], Fault]:
    with pytest.raises(InvalidInput) as refused:
        read_create(json.dumps(base | fields).encode(), RULES)
    return {fault.loc: fault for fault in refused.value.faults}
