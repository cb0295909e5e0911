"""Agents over the API, beside those of the configuration file."""

import re
from typing import Any

import pytest

from dialer.service import campaigns
from dialer.store.eventlog import read_page
from tests.api.conftest import SILENT, VOICE, Api

SIP = {"kind": "sip", "uri": "sip:sales@pbx:5080"}


async def _made(api: Api, **fields: Any) -> Any:
    answer = await api.post("/v2/agents", {"name": "Sales", **fields})
    assert answer.status == 201, answer.body
    return answer.body


async def test_an_agent_that_was_made_is_shown_and_may_call_at_once(api: Api) -> None:
    made = await _made(api, smsEnabled=True, firstMessage="Hello.", maxDurationSeconds=90, connect=SIP)

    assert re.fullmatch(r"ag_[0-9a-f]{8}_[0-9a-f]{4}", made["id"])
    assert made == {
        "id": made["id"],
        "numeric_id": 1001,
        "name": "Sales",
        "voiceEnabled": True,
        "smsEnabled": True,
        "firstMessage": "Hello.",
        "maxDurationSeconds": 90,
        "connect": {"kind": "sip", "uri": "sip:sales@pbx:5080", "url": None, "client": None},
        "source": "api",
    }
    for path in (f"/agents/{made['id']}", "/v2/agents/1001"):
        assert (await api.get(path)).body == made
    assert (await api.created(agent_id=1001))["agent_id"] == made["id"]


async def test_those_of_the_configuration_file_are_listed_first(api: Api) -> None:
    made = await _made(api)

    listed = (await api.get("/agents")).body

    assert [(agent["id"], agent["source"]) for agent in listed["agents"]] == [
        (VOICE, "configuration"),
        (SILENT, "configuration"),
        (made["id"], "api"),
    ]
    assert listed["total"] == 3


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
async def test_those_of_the_configuration_file_are_changed_there(api: Api, method: str) -> None:
    answer = await api.send(method, f"/agents/{VOICE}", json={"name": "Other"})

    assert answer.status == 403
    assert "configuration file" in answer.body["detail"]


async def test_a_change_touches_what_is_sent_alone_and_reaches_running_campaigns(api: Api) -> None:
    made = await _made(api, firstMessage="Hello.", connect=SIP)
    campaign = await api.created(agent_id=made["id"], status="running")

    changed = await api.patch(f"/agents/{made['id']}", {"firstMessage": "", "connect": {"kind": "message"}})

    assert changed.status == 200
    assert changed.body["connect"]["kind"] == "message"
    assert (changed.body["firstMessage"], changed.body["name"]) == (None, "Sales")
    assert api.parts.agents.get(made["id"]).first_message is None
    events = await api.parts.store.read(lambda view: read_page(view, 0))
    assert (events[-1].kind, events[-1].campaign) == ("campaign.changed", campaign["numeric_id"])


async def test_an_agent_that_campaigns_need_stays_until_they_are_over(api: Api) -> None:
    made = await _made(api)
    path = f"/agents/{made['id']}"
    running = [await api.created(agent_id=made["id"], status="running") for _ in range(2)]
    await api.created(agent_id=made["id"])  # a draft can still be given another

    refused = await api.send("DELETE", path)
    said = "2 campaigns or single calls that are not over need this agent; end them first."
    assert (refused.status, refused.body["detail"]) == (409, said)
    assert (await api.patch(path, {"voiceEnabled": False})).status == 409

    for campaign in running:
        await campaigns.cancel(api.parts, campaign["id"])
    assert (await api.send("DELETE", path)).status == 204
    for method in ("GET", "PATCH", "DELETE"):
        assert (await api.send(method, path, json={})).status == 404
    assert (await api.post("/campaigns", {"name": "Test", "agent_id": made["id"]})).status == 404


@pytest.mark.parametrize(
    ("fields", "loc"),
    [
        ({"name": ""}, ["name"]),
        ({"voiceEnabled": "yes"}, ["voiceEnabled"]),
        ({"maxDurationSeconds": 14_401}, ["maxDurationSeconds"]),
        ({"connect": {"kind": "fax"}}, ["connect", "kind"]),
        ({"connect": {"kind": "sip"}}, ["connect"]),
        ({"connect": {"kind": "sip", "uri": "sales@pbx"}}, ["connect"]),
        ({"connect": {"kind": "message", "uri": "sip:a@b"}}, ["connect"]),
        ({"connect": {"kind": "websocket"}}, ["connect"]),
        ({"connect": {"kind": "websocket", "url": "https://host"}}, ["connect"]),
        ({"voice": True}, ["voice"]),
    ],
)
async def test_a_fault_says_where_it_is(api: Api, fields: Any, loc: list[str]) -> None:
    answer = await api.post("/agents", {"name": "Sales"} | fields)

    assert answer.status == 422
    assert [error["loc"] for error in answer.body["errors"]] == [loc]


async def test_a_connection_that_lacks_its_address_is_told_which(api: Api) -> None:
    answer = await api.post("/agents", {"name": "Sales", "connect": {"kind": "sip"}})

    assert answer.body["detail"] == "connect: of this kind needs uri"


async def test_an_agent_is_made_once_however_often_its_request_is_sent(api: Api) -> None:
    headers = {"Idempotency-Key": "one"}
    first = await api.send("POST", "/agents", json={"name": "Sales"}, headers=headers)
    again = await api.send("POST", "/agents", json={"name": "Sales"}, headers=headers)

    assert again.body == first.body
    assert (await api.get("/agents")).body["total"] == 3
