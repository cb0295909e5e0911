"""GET /campaigns/{id}/preflight and GET /campaigns/{id}/stats."""

from tests.api.conftest import Api

CONTACTS = ["+12025550101", "+12025550102", "+12025550101"]


async def test_a_preflight_tells_what_a_launch_would_do(api: Api) -> None:
    created = await api.created(
        contacts=CONTACTS, message_template="Hi {{name}}.", schedule="2027-01-15T09:00:00Z"
    )

    answer = await api.get(f"/campaigns/{created['id']}/preflight")

    assert (answer.status, answer.body) == (
        200,
        {
            "total": 2,
            "valid": 2,
            "invalid": 0,
            "duplicates": 1,
            "unfilled_placeholders": {"name": 2},
            "estimated_duration_seconds": 65,
            "estimated_end": "2027-01-15T09:01:05Z",
            "estimate_basis": "configuration",
            "reasons": [],
        },
    )


async def test_its_reasons_have_the_form_of_faults(api: Api) -> None:
    created = await api.created(type="sms")

    body = (await api.get(f"/campaigns/{created['id']}/preflight")).body
    refused = await api.post(f"/campaigns/{created['id']}/launch")

    assert [reason["type"] for reason in body["reasons"]] == ["no_template"]
    assert body["reasons"] == refused.body["errors"]


async def test_the_stats_of_a_campaign_that_has_just_been_launched(api: Api) -> None:
    path = f"/campaigns/{(await api.created())['id']}"
    await api.post(f"{path}/launch")

    answer = await api.get(f"{path}/stats")

    assert answer.status == 200
    assert answer.body == {
        "id": path.removeprefix("/campaigns/"),
        "status": "running",
        "run": 1,
        "total_contacts": 2,
        "completed": 0,
        "failed": 0,
        "in_progress": 0,
        "pending": 2,
        "skipped": 0,
        "outcomes": {},
        "attempts_histogram": {"0": 2},
        "calls": 0,
        "states": {},
        "answer_rate": None,
        "talk_seconds": 0,
        "average_talk_seconds": None,
        "average_ring_seconds": None,
        "calls_per_minute": 0.0,
        "calls_per_minute_overall": 0.0,
        "eta_seconds": 65,
        "eta": "2027-01-15T08:01:05Z",
        "estimate_basis": "configuration",
    }


async def test_outcomes_stand_under_their_words(api: Api) -> None:
    path = f"/campaigns/{(await api.created())['id']}"
    await api.post(f"{path}/cancel")

    body = (await api.get(f"{path}/stats")).body

    assert (body["outcomes"], body["eta"]) == ({"cancelled": 2}, None)
