"""PATCH /campaigns/{id}, and what its answer says of the start."""

import pytest

from dialer.domain.phone import NumberCheck
from dialer.domain.policy import Policy
from dialer.service import starts
from tests.api.conftest import VOICE, Api

TWICE = ["+12025550101", "+1 202 555 0101"]


@pytest.mark.parametrize(
    "start", [{"schedule": "Immediate"}, {"scheduled_at": "Immediate"}, {"schedule": "2027-01-14T08:00:00Z"}]
)
async def test_a_launched_campaign_that_is_told_to_start_now_starts(api: Api, start: dict[str, str]) -> None:
    created = await api.created(schedule="2027-06-01T08:00:00Z", status="launched")
    path = f"/campaigns/{created['id']}"

    answer = await api.patch(path, start)
    await starts.start_due(api.parts)

    assert (answer.status, answer.body["message"]) == (200, "It starts at once.")
    shown = (await api.get(path)).body
    assert (shown["status"], shown["started_at"]) == ("running", "2027-01-15T08:00:00Z")


async def test_a_draft_whose_schedule_is_moved_says_what_create_says(api: Api) -> None:
    path = f"/campaigns/{(await api.created())['id']}"

    later = (await api.patch(path, {"schedule": "2027-06-01T08:00:00Z"})).body
    just = (await api.patch(path, {"schedule": "2027-01-15T07:59:30Z"})).body
    past = (await api.patch(path, {"schedule": "2027-01-15T07:00:00Z"})).body

    assert later["message"] == "It starts by itself at 2027-06-01T08:00:00Z."
    assert just["message"] == "It starts at once."
    assert "has passed, so nothing starts by itself. Launch it with POST" in past["message"]
    assert [later["autostart"], just["autostart"], past["autostart"]] == [True, True, False]


async def test_a_schedule_of_half_a_minute_ago_starts_at_once_and_says_so(api: Api) -> None:
    created = await api.created(schedule="2027-01-15T07:59:30Z")

    assert created["message"] == "Draft created; it starts at once."


async def test_autostart_is_true_while_the_clock_starts_it_alone(api: Api) -> None:
    path = f"/campaigns/{(await api.created(schedule='2027-06-01T08:00:00Z'))['id']}"

    assert (await api.get(path)).body["autostart"] is True
    await api.post(f"{path}/launch")
    assert (await api.get(path)).body["autostart"] is True
    await api.post(f"{path}/launch", now="true")
    assert (await api.get(path)).body["autostart"] is False
    asked_for = await api.created(schedule="2027-06-01T08:00:00Z", status="draft")
    assert asked_for["autostart"] is False
    await api.post(f"/campaigns/{asked_for['id']}/launch")
    assert (await api.get(f"/campaigns/{asked_for['id']}")).body["autostart"] is True


async def test_an_expiry_is_shown_in_utc_and_the_message_says_how_it_was_read(api: Api) -> None:
    created = await api.created(timezone="Europe/Berlin", config={"expires_at": "2027-06-01 10:00"})

    assert created["config"] == {"expires_at": "2027-06-01T08:00:00Z"}
    assert "2027-06-01 10:00 was read in Europe/Berlin: 2027-06-01T08:00:00Z." in created["message"]
    moved = await api.patch(f"/campaigns/{created['id']}", {"timezone": "Asia/Tokyo"})
    assert moved.body["config"] == created["config"]


async def test_what_create_refuses_change_refuses(api: Api) -> None:
    path = f"/campaigns/{(await api.created(config={'expires_at': '2027-06-01T08:00:00Z'}))['id']}"

    late = await api.patch(path, {"schedule": "2027-06-02T08:00:00Z"})
    unknown = await api.patch(path, {"config": {"retrry": None}})

    assert (late.status, late.locs) == (422, [("schedule",)])
    assert (unknown.status, unknown.locs) == (422, [("config", "retrry")])
    assert unknown.body["errors"][0]["type"] == "unknown_field"


async def test_an_expired_campaign_is_run_again_with_a_later_expiry(api: Api) -> None:
    created = await api.created(config={"expires_at": "2027-01-15T09:00:00Z"}, status="running")
    path = f"/campaigns/{created['id']}"
    await api.clock.advance(seconds=3600)
    await starts.expire_due(api.parts)

    refused = await api.post(f"{path}/launch", force_rerun="true")
    changed = await api.patch(path, {"config": {"expires_at": "2027-01-15T12:00:00Z"}})
    again = await api.post(f"{path}/launch", force_rerun="true")

    assert refused.body["detail"] == "The campaign has expired; change config.expires_at."
    assert changed.status == 200
    assert (again.status, again.body["status"]) == (200, "running")


async def test_sentences_of_a_create_that_launches_are_joined(api: Api) -> None:
    created = await api.created(status="running", contacts=TWICE)

    assert created["message"] == (
        "Campaign launched successfully. 1 duplicate contact was dropped, their number came before."
    )


async def test_a_null_under_way_that_takes_nothing_away_is_fine(api: Api) -> None:
    path = f"/campaigns/{(await api.created(status='running'))['id']}"

    answer = await api.patch(path, {"config": {"calling_window": None}, "schedule": None})

    assert answer.status == 200


async def test_a_launch_of_what_is_launched_or_paused_says_what_to_do(api: Api) -> None:
    path = f"/campaigns/{(await api.created(schedule='2027-06-01T08:00:00Z', status='launched'))['id']}"

    launched = await api.post(f"{path}/launch")
    await api.post(f"{path}/pause")
    paused = await api.post(f"{path}/launch")

    assert launched.status == paused.status == 409
    assert launched.body["detail"] == (
        "The campaign is launched; launch it with ?now=true to start it at once."
    )
    assert paused.body["detail"] == "The campaign is paused; resume it to go on."


class TestNobodyToDial:
    @pytest.fixture
    def policy(self) -> Policy:
        return Policy(carrier="sim", number_check=NumberCheck.VALID)

    async def test_a_launch_that_completes_at_once_says_so(self, api: Api) -> None:
        body = {"name": "x", "agent_id": VOICE, "type": "voice", "contacts": ["+1234567890"]}
        created = (await api.post("/campaigns", body)).body

        launched = (await api.post(f"/campaigns/{created['id']}/launch")).body

        assert launched["status"] == "completed"
        assert launched["message"] == (
            "Campaign launched successfully. Nobody could be dialled; the campaign is completed."
        )


async def test_a_draft_takes_every_change_and_keeps_the_rest(api: Api) -> None:
    created = await api.created(config={"retry": {"enabled": True, "intervalsMinutes": [60]}})

    answer = await api.patch(
        f"/campaigns/{created['id']}",
        {
            "name": " Renamed ",
            "contacts": [{"phone": "+12025550111", "name": "Ada"}],
            "schedule": "2027-06-01T08:00:00Z",
            "config": {"pacing": {"calls_per_second": 2}},
        },
    )

    assert answer.status == 200
    assert answer.body["name"] == "Renamed"
    assert answer.body["total_contacts"] == 1
    assert answer.body["autostart"] is True
    assert answer.body["config"] == {
        "retry": {"enabled": True, "intervalsMinutes": [60]},
        "pacing": {"calls_per_second": 2},
    }
    untouched = ("agent_id", "timezone", "max_concurrent", "from_number", "type")
    assert {key: answer.body[key] for key in untouched} == {key: created[key] for key in untouched}
    contacts = (await api.get(f"/campaigns/{created['id']}/contacts")).body["contacts"]
    assert [contact["name"] for contact in contacts] == ["Ada"]


async def test_a_running_campaign_takes_its_limits_alone(api: Api) -> None:
    path = f"/campaigns/{(await api.created(status='running'))['id']}"

    allowed = await api.patch(path, {"max_concurrent": 9, "config": {"pacing": {"calls_per_second": 1.5}}})
    assert allowed.status == 200
    assert allowed.body["max_concurrent"] == 9

    mixed = await api.patch(path, {"name": "x", "timezone": "UTC", "config": {"on_unknown": "hold"}})
    assert mixed.status == 403
    assert "config.on_unknown, timezone" in mixed.body["detail"]
    assert (await api.get(path)).body["name"] == "Test"


async def test_a_launched_campaign_takes_a_new_schedule(api: Api) -> None:
    created = await api.created(schedule="2027-06-01T08:00:00Z", status="launched")
    assert created["status"] == "launched"

    answer = await api.patch(f"/campaigns/{created['id']}", {"scheduled_at": "2027-07-01T08:00:00Z"})

    assert answer.status == 200
    assert answer.body["scheduled_at"] == "2027-07-01T08:00:00Z"


async def test_what_a_change_may_not_hold_is_a_422_before_the_status_counts(api: Api) -> None:
    path = f"/campaigns/{(await api.created(status='running'))['id']}"

    assert (await api.patch(path, {"max_concurrent": 0, "timezone": "Mars/Olympus"})).status == 422
    assert (await api.patch(path, {"status": "running"})).status == 422
