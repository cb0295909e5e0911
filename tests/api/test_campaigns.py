"""The campaign endpoints over HTTP."""

import json
from typing import Any

import pytest

from dialer.domain.phone import NumberCheck
from dialer.domain.policy import Policy
from tests.api.conftest import REFERENCE, SILENT, VOICE, Api

OWN_TEN = [
    "id",
    "name",
    "status",
    "type",
    "agent_id",
    "total_contacts",
    "completed",
    "failed",
    "scheduled_at",
    "created_at",
]


async def test_the_references_own_example_is_created_with_its_fields_first(api: Api) -> None:
    answer = await api.post("/campaigns", REFERENCE)

    assert answer.status == 201
    assert list(answer.body)[:10] == OWN_TEN
    assert answer.body["id"].startswith("camp_")
    shown = {key: answer.body[key] for key in OWN_TEN[1:]}
    assert shown == {
        "name": "Follow-up Campaign",
        "status": "draft",
        "type": "voice",
        "agent_id": VOICE,
        "total_contacts": 2,
        "completed": 0,
        "failed": 0,
        "scheduled_at": "2026-03-10T09:00:00Z",
        "created_at": "2027-01-15T08:00:00Z",
    }
    assert answer.body["pending"] == 2
    assert answer.body["from_number"] == "+12025550100"
    assert answer.body["autostart"] is False


async def test_a_schedule_long_past_says_that_it_waits_for_a_launch(api: Api) -> None:
    answer = await api.post("/campaigns", REFERENCE)

    assert "has passed, so nothing starts by itself" in answer.body["message"]
    assert f"POST /campaigns/{answer.body['id']}/launch" in answer.body["message"]


async def test_the_second_table_needs_neither_type_nor_contacts(api: Api) -> None:
    body = {
        "name": "Second",
        "agent_id": 1,
        "channel": None,
        "contact_group_ids": [],
        "template_id": None,
        "scheduled_at": None,
        "status": None,
        "config": {},
    }

    answer = await api.post("/campaigns", body)

    assert answer.status == 201
    assert answer.body["type"] == answer.body["channel"] == "voice"
    assert answer.body["agent_id"] == VOICE
    assert answer.body["total_contacts"] == 0


async def test_every_fault_of_a_body_is_named_at_once(api: Api) -> None:
    body = REFERENCE | {
        "name": " ",
        "type": "email",
        "contacts": ["+12025550101", "12", {"phone": "x"}],
        "max_concurrent": "5",
        "shedule": "2026-03-10T09:00:00Z",
        "config": {"retrry": {}},
    }

    answer = await api.post("/campaigns", body)

    assert answer.status == answer.body["status"] == 422
    assert set(answer.locs) == {
        ("name",),
        ("type",),
        ("contacts", 1),
        ("contacts", 2, "phone"),
        ("max_concurrent",),
        ("shedule",),
        ("config", "retrry"),
    }
    said = {tuple(error["loc"]): error["msg"] for error in answer.body["errors"]}
    assert said["shedule",] == 'is not a field that exists here; did you mean "schedule"?'
    assert said["max_concurrent",] == 'must be a whole number, not "5"'
    assert (await api.get("/campaigns")).body["total"] == 0


async def test_an_unknown_agent_is_not_found_once_the_body_is_right(api: Api) -> None:
    assert (await api.post("/campaigns", REFERENCE | {"agent_id": "ag_x", "name": ""})).status == 422

    answer = await api.post("/campaigns", REFERENCE | {"agent_id": "ag_x"})

    assert answer.status == 404
    assert answer.body == {"detail": "There is no agent 'ag_x'.", "status": 404}


async def test_an_agent_without_a_voice_and_a_strange_caller_id_are_refused_together(api: Api) -> None:
    answer = await api.post("/campaigns", REFERENCE | {"agent_id": SILENT, "from_number": "+12025550123"})

    assert answer.status == 422
    assert answer.locs == [("agent_id",), ("from_number",)]


async def test_an_unverified_caller_id_is_refused(api: Api) -> None:
    answer = await api.post("/campaigns", REFERENCE | {"from_number": "+12025550198"})

    assert answer.locs == [("from_number",)]


async def test_a_caller_id_that_is_named_is_shown(api: Api) -> None:
    assert (await api.created(from_number="+1 (202) 555-0199"))["from_number"] == "+12025550199"
    assert (await api.created(from_number="Default"))["from_number"] == "+12025550100"


async def test_a_draft_with_a_coming_schedule_starts_by_itself(api: Api) -> None:
    created = await api.created(schedule="2027-06-01 10:00", timezone="Europe/Berlin")

    assert created["scheduled_at"] == "2027-06-01T08:00:00Z"
    assert created["autostart"] is True
    assert created["message"] == (
        "Draft created; it starts by itself at 2027-06-01T08:00:00Z."
        " 2027-06-01 10:00 was read in Europe/Berlin: 2027-06-01T08:00:00Z."
    )


async def test_a_schedule_of_half_a_minute_ago_counts_as_now(api: Api) -> None:
    assert (await api.created(schedule="2027-01-15T07:59:30Z"))["autostart"] is True
    assert (await api.created(schedule="2027-01-15T07:58:59Z"))["autostart"] is False


async def test_a_draft_that_is_asked_for_outright_waits_for_its_launch(api: Api) -> None:
    created = await api.created(schedule="2027-06-01T08:00:00Z", status="draft")

    assert created["autostart"] is False
    assert "asked for as a draft" in created["message"]


@pytest.mark.parametrize("prefix", ["", "/v1", "/v2"])
@pytest.mark.parametrize("ending", ["", "/"])
async def test_every_prefix_and_a_trailing_slash_reach_the_same_campaigns(
    api: Api, prefix: str, ending: str
) -> None:
    created = await api.created()

    for reference in (created["id"], str(created["numeric_id"])):
        answer = await api.get(f"{prefix}/campaigns/{reference}{ending}")
        assert answer.status == 200
        assert answer.body == created | {"message": None}


async def test_the_list_is_newest_first_and_filtered(api: Api) -> None:
    first = await api.created(name="one")
    second = await api.created(name="two", type="sms", status="launched", message_template="Hi")

    everything = await api.get("/campaigns")
    assert [campaign["id"] for campaign in everything.body["campaigns"]] == [second["id"], first["id"]]
    assert everything.body["total"] == 2
    assert (await api.get("/campaigns", status="draft")).body["campaigns"][0]["id"] == first["id"]
    assert (await api.get("/campaigns", type="sms")).body["total"] == 1
    page = (await api.get("/campaigns", limit="1", offset="1")).body
    assert [campaign["id"] for campaign in page["campaigns"]] == [first["id"]]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"limit": "ten"}, "limit"),
        ({"limit": "\u0661\u0660"}, "limit"),
        ({"offset": "-1"}, "offset"),
        ({"offset": "9" * 30}, "offset"),
        ({"status": "done"}, "status"),
        ({"channel": "fax"}, "channel"),
        ({"channel": "sms", "type": "voice"}, "channel"),
    ],
)
async def test_a_bad_query_is_told_which_parameter_is_wrong(
    api: Api, query: dict[str, str], name: str
) -> None:
    answer = await api.get("/campaigns", **query)

    assert answer.status == 422
    assert answer.locs == [("query", name)]


@pytest.mark.parametrize("reference", ["camp_ffffffff", "0", "9" * 40, "-1", "%00", "%ff", "\u0661"])
async def test_an_unknown_campaign_is_not_found_by_any_verb(api: Api, reference: str) -> None:
    path = f"/campaigns/{reference}"

    assert (await api.get(path)).status == 404
    assert (await api.patch(path, {"name": "x"})).status == 404
    assert (await api.get(f"{path}/contacts")).status == 404
    assert (await api.get(f"{path}/calls")).status == 404
    for verb in ("launch", "pause", "resume", "cancel"):
        assert (await api.post(f"{path}/{verb}")).status == 404


class TestStrictNumbers:
    @pytest.fixture
    def policy(self) -> Policy:
        return Policy(carrier="sim", number_check=NumberCheck.VALID, reject_unusable=True)

    async def test_a_number_that_does_not_exist_is_refused_where_the_configuration_says_so(
        self, api: Api
    ) -> None:
        answer = await api.post("/campaigns", REFERENCE | {"contacts": ["+1234567890", "+12025550101"]})

        assert answer.status == 422
        assert answer.locs == [("contacts", 0)]


class TestCountedNumbers:
    @pytest.fixture
    def policy(self) -> Policy:
        return Policy(carrier="sim", number_check=NumberCheck.VALID)

    async def test_an_unusable_number_is_kept_and_fails_at_launch(self, api: Api) -> None:
        created = await api.created(contacts=["+1234567890", "+12025550101"])

        assert (created["total_contacts"], created["failed"]) == (2, 0)
        assert "1 of 2 numbers; they will not be dialled" in created["message"]
        await api.post(f"/campaigns/{created['id']}/launch")
        shown = (await api.get(f"/campaigns/{created['id']}")).body
        assert (shown["failed"], shown["pending"]) == (1, 1)


async def test_duplicates_are_dropped_and_counted_in_the_message(api: Api) -> None:
    created = await api.created(contacts=["+1 202 555 0101", {"phone": "+12025550101", "name": "Ada"}])

    assert created["total_contacts"] == 1
    assert "1 duplicate contact was dropped" in created["message"]


async def test_a_large_body_is_read_in_a_worker_and_stored_whole(api: Api) -> None:
    contacts = [{"phone": f"+1202{number:07d}", "first_name": "Ada"} for number in range(3_000)]
    assert len(json.dumps(contacts)) > 128 * 1024

    created = await api.created(contacts=contacts)

    assert created["total_contacts"] == 3_000
    page = (await api.get(f"/campaigns/{created['id']}/contacts", limit="1000")).body
    assert [contact["phone"] for contact in page["contacts"]] == [c["phone"] for c in contacts[:1000]]
    assert page["contacts"][0]["name"] == "Ada"


async def test_faults_of_a_large_body_come_back_from_the_worker(api: Api) -> None:
    contacts: list[Any] = [f"+1202{number:07d}" for number in range(9_000)]

    answer = await api.post("/campaigns", REFERENCE | {"contacts": [*contacts, 5]})

    assert answer.status == 422
    assert answer.locs == [("contacts", 9_000)]
