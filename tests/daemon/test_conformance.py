"""What /openapi.json says is true of a daemon that runs: requests made up from it, by the thousand (F15).

Of each operation: requests as they are described, and requests that break the description. An answer must be
one that the description has, its body and headers too; none is a server's error; none is 2xx without a key.
"""

import itertools
import os
from collections import Counter
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeAlias, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    ignored_auth,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.core.failures import FailureGroup

from dialer.api.idempotency import HEADER, REPLAYED
from tests.daemon.cast import AGENT, key, write_config
from tests.daemon.desk import Desk, sitting_at
from tests.daemon.processes import Forge

pytestmark = pytest.mark.slow

WANTED = int(os.environ.get("FUZZ_CASES", "1000"))
"""Requests; `make proof` asks for more."""
_AT_A_TIME = 8
"""Of an operation, as described and otherwise each, before the next one has its turn."""
_MOST_ROUNDS = 100
_CHECKS: Any = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    ignored_auth,
]
_NEEDS_MORE = {"POST /campaigns/{id}/contacts/{phone}/requeue"}
"""Nobody of the props is held, so it does nothing that could be answered again."""
_ENDLESS = "text/event-stream"
_STATUSES = ("draft", "running", "paused", "launched")

Operation: TypeAlias = "APIOperation[Any, Any, Any, Any]"
MadeUp: TypeAlias = "Case[Any]"


class Props:
    """Things that are there, for requests that else would find nothing."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._numbers = itertools.count(1)

    def fill(self, case: MadeUp) -> None:
        if "id" in case.path_parameters:
            single = case.path.startswith("/v2/calls")
            case.path_parameters["id"] = self._call() if single else self._campaign()
        if "phone" in case.path_parameters:
            case.path_parameters["phone"] = "+12025550101"
        if isinstance(case.body, dict):
            known: dict[str, Any] = {
                "agent_id": AGENT,
                "carrier": None,
                "customer": {"number": self._phone()},
                "number": self._phone(),
                "to_number": self._phone(),
            }
            case.body.update({name: value for name, value in known.items() if name in case.body})
        if _heeds_a_key(case.operation):
            case.headers[HEADER] = f"key-{next(self._numbers)}"

    def _phone(self) -> str:
        return f"+1202{next(self._numbers):07d}"

    def _campaign(self) -> object:
        number = next(self._numbers)
        status = _STATUSES[number % len(_STATUSES)]
        body = {"name": f"Prop {number}", "agent_id": AGENT, "type": "voice", "contacts": ["+12025550101"]}
        if status == "launched":
            body["schedule"] = "2999-01-01T00:00:00Z"
        if status != "draft":
            body["status"] = "launched"
        made = self._desk.post("/campaigns", body).body["id"]
        if status == "paused":
            self._desk.post(f"/campaigns/{made}/pause")
        return made

    def _call(self) -> object:
        body = {"agent_id": AGENT, "customer": {"number": self._phone()}}
        return self._desk.post("/v2/calls", body).body["id"]


class Fuzz:
    """Sends what is made up, checks what comes back, and keeps count."""

    def __init__(self, props: Props, token: str) -> None:
        self.sent: Counter[str] = Counter()
        self.replayed: set[str] = set()
        """Operations that answered again what was sent again under its key."""
        self.faults: list[str] = []
        self._props = props
        self._headers = {"Authorization": f"Bearer {token}"}

    def ask(self, operation: Operation, turn: int) -> None:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            try:
                self._ask(operation, mode, turn)
            except Unsatisfiable:  # what takes nothing cannot be asked wrongly
                assert mode is GenerationMode.NEGATIVE
            except (FailureGroup, AssertionError) as failure:
                self.faults.append(f"{operation.label}: {failure}")

    def _ask(self, operation: Operation, mode: GenerationMode, turn: int) -> None:
        @seed(turn)
        @settings(
            max_examples=_AT_A_TIME,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode), real=st.booleans())
        def send(case: MadeUp, real: bool) -> None:  # noqa: FBT001  drawn by hypothesis
            if real:
                self._props.fill(case)
            answer = case.call_and_validate(headers=self._headers, checks=_CHECKS, timeout=10)
            self.sent[operation.label] += 1
            if answer.status_code < HTTPStatus.BAD_REQUEST and HEADER in case.headers:
                again = case.call(headers=self._headers)
                assert (again.status_code, again.content) == (answer.status_code, answer.content)
                assert again.headers.get(REPLAYED.lower()) == ["true"]
                self.replayed.add(operation.label)

        send()


@pytest.mark.timeout(100 + WANTED / 5)
def test_every_answer_is_one_that_the_description_has(
    forge: Forge, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Event streams never end, and are tested elsewhere."""
    config = write_config(tmp_path, None)
    with forge.daemon(config) as daemon:
        url = daemon.url()
        with sitting_at(url, key(config)) as desk:
            schema = schemathesis.openapi.from_dict(desk.get("/openapi.json").body)
            schema.config.update(base_url=url)
            operations = [cast(Any, found).ok() for found in schema.get_all_operations()]
            operations = [each for each in operations if not _is_endless(each)]
            fuzz = Fuzz(Props(desk), key(config))
            for turn in range(_MOST_ROUNDS):
                if fuzz.sent.total() >= WANTED or fuzz.faults:
                    break
                for operation in operations:
                    fuzz.ask(operation, turn)
        assert daemon.alive
    with capsys.disabled():
        print(f"\n{fuzz.sent.total()} requests made up from the description of {len(operations)} operations")

    assert not fuzz.faults, "\n\n".join(fuzz.faults)
    assert fuzz.sent.total() >= WANTED
    assert fuzz.sent.keys() == {operation.label for operation in operations}
    heeding = {operation.label for operation in operations if _heeds_a_key(operation)}
    assert fuzz.replayed >= heeding - _NEEDS_MORE


def _heeds_a_key(operation: Operation) -> bool:
    return any(parameter.name == HEADER for parameter in operation.iter_parameters())


def _is_endless(operation: Operation) -> bool:
    answers = operation.definition.raw["responses"].values()
    return any(_ENDLESS in answer.get("content", {}) for answer in answers)
