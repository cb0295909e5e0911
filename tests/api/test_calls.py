"""Attempts as the API shows them."""

from typing import Any

import pytest

from dialer.domain.call import AttemptState, Channel, Outcome
from dialer.domain.ids import AttemptId, CampaignId, ContactId
from dialer.service.claims import Claimed, claim
from dialer.store import attempts
from dialer.store.attempts import Intent
from tests.api.conftest import VOICE, Api


async def _dialled(api: Api, campaign: Any, contact: int, phone: str) -> str:
    """Claims a contact and lets the call be answered and end; the engine would do so."""
    attempt_id = AttemptId(f"call_{campaign['numeric_id']:012x}{contact:012x}")
    intent = Intent(
        attempt_id,
        CampaignId(campaign["numeric_id"]),
        1,
        ContactId(contact),
        Channel.VOICE,
        phone,
        "+12025550100",
        VOICE,
        "sim",
        "token",
        "Hello.",
        5,
        60,
    )
    assert isinstance(await claim(api.parts.store, intent), Claimed)

    def end_call(tx: Any) -> None:
        columns = {"outcome": Outcome.ANSWERED, "ended_at": tx.now, "billable_seconds": 7, "message_left": 0}
        attempts.move(tx, attempt_id, AttemptState.COMPLETED, columns)

    await api.parts.store.transact(end_call)
    return attempt_id


async def test_a_call_is_shown_whole(api: Api) -> None:
    campaign = await api.created(status="running")
    attempt_id = await _dialled(api, campaign, 1, "+12025550101")

    answer = await api.get(f"/v2/calls/{attempt_id}")

    assert answer.body == {
        "id": attempt_id,
        "numeric_id": 1,
        "type": "outbound",
        "channel": "voice",
        "campaign_id": campaign["id"],
        "contact_id": "cont_00000001",
        "n": 1,
        "run": 1,
        "status": "completed",
        "outcome": "answered",
        "to": "+12025550101",
        "phone": "+12025550101",
        "from_number": "+12025550100",
        "agent_id": VOICE,
        "carrier": "sim",
        "scheduled_at": None,
        "created_at": "2027-01-15T08:00:00Z",
        "sent_at": None,
        "answered_at": None,
        "ended_at": "2027-01-15T08:00:00Z",
        "duration_seconds": 7,
        "amd": None,
        "dtmf": None,
        "agent_connected": None,
        "delivery": None,
        "message_left": False,
        "recording": None,
        "detail": None,
        "text": "Hello.",
    }
    assert (await api.get("/v2/calls/1")).body == answer.body


async def test_calls_of_a_campaign_come_in_pages_and_by_number(api: Api) -> None:
    campaign = await api.created(status="running")
    first = await _dialled(api, campaign, 1, "+12025550101")
    second = await _dialled(api, campaign, 2, "+12025550102")
    path = f"/campaigns/{campaign['id']}/calls"

    page = (await api.get(path, limit="1")).body
    assert [call["id"] for call in page["calls"]] == [first]
    rest = (await api.get(path, limit="1", cursor=page["next_cursor"])).body
    assert [call["id"] for call in rest["calls"]] == [second]
    assert rest["next_cursor"] is None
    assert [call["id"] for call in (await api.get(path, phone="+12025550102")).body["calls"]] == [second]
    assert (await api.get(path, status="busy")).body["calls"] == []


async def test_calls_of_all_campaigns_are_newest_first(api: Api) -> None:
    campaign = await api.created(status="running")
    first = await _dialled(api, campaign, 1, "+12025550101")
    second = await _dialled(api, campaign, 2, "+12025550102")

    everything = (await api.get("/v2/calls", type="outbound", channel="voice", status="completed")).body

    assert [call["id"] for call in everything["calls"]] == [second, first]
    assert everything["total"] == 2
    assert (await api.get("/v2/calls", channel="sms")).body == {"calls": [], "total": 0}


@pytest.mark.parametrize("reference", ["call_x", "9" * 40, "0"])
async def test_an_unknown_call_is_not_found(api: Api, reference: str) -> None:
    assert (await api.get(f"/v2/calls/{reference}")).status == 404


@pytest.mark.parametrize(
    ("name", "value"), [("type", "web"), ("status", "lost"), ("channel", "fax"), ("limit", "101")]
)
async def test_a_bad_filter_is_a_422(api: Api, name: str, value: str) -> None:
    answer = await api.get("/v2/calls", **{name: value})

    assert answer.status == 422
    assert answer.locs == [("query", name)]
