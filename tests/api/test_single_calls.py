"""Single calls as they are asked for; nobody dials here."""

import re
from dataclasses import replace
from typing import Any

import pytest

from dialer.domain.phone import NumberCheck
from dialer.domain.policy import Agent, CallerId
from dialer.service.parts import Parts
from tests.api.conftest import SILENT, VOICE, Api

TO = "+12025550101"
CUSTOMER = {"number": TO, "name": "Ann"}
TOMORROW = "2027-01-16T08:00:00Z"


@pytest.fixture
def parts(parts: Parts) -> Parts:
    return replace(parts, policy=replace(parts.policy, max_duration=120, number_check=NumberCheck.POSSIBLE))


async def _call(api: Api, **fields: Any) -> Any:
    answer = await api.post("/v2/calls", {"agent_id": VOICE, "customer": CUSTOMER} | fields)
    assert answer.status == 201, answer.body
    return answer.body


async def test_a_call_is_answered_with_the_references_fields(api: Api) -> None:
    made = await _call(api, type="outbound", phone_number_id="pn_00000002")

    assert re.fullmatch(r"call_[0-9a-f]{24}", made["id"])
    assert made == {
        "id": made["id"],
        "type": "outbound",
        "status": "connecting",
        "agent_id": VOICE,
        "customer": CUSTOMER,
        "from_number": "+12025550199",
        "scheduled_at": None,
        "created_at": "2027-01-15T08:00:00Z",
        "message": None,
    }


async def test_a_dial_is_answered_with_the_references_fields(api: Api) -> None:
    answer = await api.post(
        "/voice/outbound/dial",
        {"agent_id": 1, "to_number": "+1 202-555-0101", "context": {"topic": "tea"}, "recording": False},
    )

    assert answer.status == 201
    assert answer.body == {
        "call_id": answer.body["call_id"],
        "status": "initiating",
        "agent_id": VOICE,
        "to_number": TO,
        "from_number": "+12025550100",
        "created_at": "2027-01-15T08:00:00Z",
        "scheduled_at": None,
        "message": None,
    }


async def test_a_call_is_shown_and_listed_before_it_was_tried_and_no_campaign_is(api: Api) -> None:
    later = await _call(api, scheduled_at=TOMORROW)
    await api.clock.advance(1)
    now = await _call(api, customer={"number": "+12025550102"})

    listed = (await api.get("/v2/calls")).body
    assert [(call["id"], call["status"]) for call in listed["calls"]] == [
        (now["id"], "connecting"),
        (later["id"], "scheduled"),
    ]
    assert listed["total"] == 2
    shown = (await api.get(f"/v2/calls/{later['id']}")).body
    assert shown == listed["calls"][1]
    assert (shown["numeric_id"], shown["campaign_id"], shown["carrier"], shown["n"]) == (None, None, None, 0)
    assert (shown["to"], shown["scheduled_at"], shown["text"]) == (TO, TOMORROW, None)
    assert (await api.get("/v2/calls", status="scheduled")).body["total"] == 1
    assert [call["id"] for call in (await api.get("/v2/calls", limit="1", offset="1")).body["calls"]] == [
        later["id"]
    ]
    assert (await api.get("/campaigns")).body["total"] == 0
    assert (await api.get(f"/campaigns/{later['id']}")).status == 404


async def test_a_call_that_waits_is_hung_up_at_once_and_only_once(api: Api) -> None:
    made = await _call(api, scheduled_at=TOMORROW)
    path = f"/v2/calls/{made['id']}"

    ended = await api.send("DELETE", path)

    assert (ended.status, ended.body["status"], ended.body["outcome"]) == (200, "cancelled", "cancelled")
    assert (await api.get(path)).body == ended.body
    assert (await api.get("/v2/calls", status="cancelled")).body["total"] == 1
    assert (await api.send("DELETE", path)).status == 409
    assert (await api.send("DELETE", "/v2/calls/call_0")).status == 404


@pytest.mark.parametrize(
    ("path", "fields", "locs"),
    [
        ("/v2/calls", {"type": "web"}, [("type",)]),
        ("/v2/calls", {"customer": {"number": "911"}}, [("customer", "number")]),
        ("/v2/calls", {"customer": {"number": "+19995"}}, [("customer", "number")]),
        ("/v2/calls", {"customer": {"number": "+1202555010"}}, [("customer", "number")]),
        ("/v2/calls", {"customer": {"name": "Ann"}}, [("customer", "number")]),
        ("/v2/calls", {"customer": CUSTOMER | {"age": 7}}, [("customer", "age")]),
        ("/v2/calls", {"agent_id": SILENT}, [("agent_id",)]),
        ("/v2/calls", {"from_number": "+12025550198"}, [("from_number",)]),
        ("/v2/calls", {"phone_number_id": "pn_0"}, [("phone_number_id",)]),
        ("/v2/calls", {"phone_number_id": 1, "from_number": "+12025550199"}, [("phone_number_id",)]),
        ("/voice/outbound/dial", {"scheduled_at": "2027-01-15T07:58:00Z"}, [("scheduled_at",)]),
        ("/voice/outbound/dial", {"scheduled_at": 0}, [("scheduled_at",)]),
        ("/voice/outbound/dial", {"max_duration": 0, "context": {"{": 1}}, [("context",), ("max_duration",)]),
        (
            "/voice/outbound/dial",
            {"recording": "yes", "webhook_url": "https://crm.example"},
            [("recording",), ("webhook_url",)],
        ),
    ],
)
async def test_what_cannot_be_done_is_refused_by_name(
    api: Api, path: str, fields: dict[str, object], locs: list[tuple[str]]
) -> None:
    own = {"customer": CUSTOMER} if path == "/v2/calls" else {"to_number": TO}

    answer = await api.post(path, {"agent_id": VOICE} | own | fields)

    assert (answer.status, answer.locs) == (422, locs)
    assert (await api.get("/v2/calls")).body["total"] == 0


async def test_an_unknown_agent_comes_before_a_faulty_number(api: Api) -> None:
    body = {"agent_id": "ag_00000000_0000", "customer": CUSTOMER, "phone_number_id": "pn_0"}

    assert (await api.post("/v2/calls", body)).status == 404


async def test_a_duration_that_is_cut_is_said_where_it_was_asked_for(api: Api, agent: Agent) -> None:
    assert (await _call(api, max_duration=60))["message"] is None
    assert "120 seconds" in (await _call(api, max_duration=600))["message"]
    api.parts.agents.put(replace(agent, max_duration=30))
    assert "30 seconds" in (await _call(api, max_duration=60))["message"]


async def test_a_local_time_is_read_in_the_default_zone_and_said(api: Api) -> None:
    made = await _call(api, scheduled_at="2027-01-16T08:00")

    assert made["scheduled_at"] == "2027-01-16T02:30:00Z"
    assert "Asia/Kolkata" in made["message"]


async def test_a_call_is_made_once_however_often_its_request_is_sent(api: Api) -> None:
    body, headers = {"agent_id": VOICE, "to_number": TO}, {"Idempotency-Key": "one"}
    first = await api.send("POST", "/voice/outbound/dial", json=body, headers=headers)
    again = await api.send("POST", "/voice/outbound/dial", json=body, headers=headers)

    assert again.body == first.body
    assert (await api.get("/v2/calls")).body["total"] == 1


async def test_a_caller_id_that_was_added_may_be_named(api: Api) -> None:
    api.parts.caller_ids.put(CallerId("+12025550150", verified=True, id="pn_00000009", numeric_id=1001))

    assert (await _call(api, phone_number_id=1001))["from_number"] == "+12025550150"
