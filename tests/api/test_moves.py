"""The moves of a campaign over HTTP: launch, pause, resume, cancel."""

from tests.api.conftest import REFERENCE, VOICE, Api


async def test_the_references_example_can_be_launched(api: Api) -> None:
    created = (await api.post("/campaigns", REFERENCE)).body

    answer = await api.post(f"/campaigns/{created['id']}/launch")

    assert answer.status == 200
    assert list(answer.body) == ["id", "status", "started_at", "total_contacts", "message"]
    assert answer.body["status"] == "running"
    assert answer.body["started_at"] == "2027-01-15T08:00:00Z"
    assert answer.body["total_contacts"] == 2
    assert answer.body["message"].startswith("Campaign launched successfully")


async def test_a_launch_without_anything_to_warn_of_says_the_references_sentence_alone(api: Api) -> None:
    created = await api.created()

    answer = await api.post(f"/campaigns/{created['id']}/launch")

    assert answer.body["message"] == "Campaign launched successfully"


async def test_status_running_creates_and_launches(api: Api) -> None:
    created = await api.created(status="running")

    assert created["status"] == "running"
    assert created["message"] == "Campaign launched successfully"


async def test_a_refused_launch_leaves_the_draft_and_says_why(api: Api) -> None:
    created = await api.created(status="launched", type="sms")

    assert created["status"] == "draft"
    assert "not launched: An SMS campaign needs a message_template." in created["message"]


async def test_a_campaign_launched_ahead_of_its_schedule_says_when_it_starts(api: Api) -> None:
    created = await api.created(schedule="2027-06-01T08:00:00Z")

    answer = await api.post(f"/campaigns/{created['id']}/launch")

    assert answer.body["status"] == "launched"
    assert answer.body["started_at"] is None
    assert answer.body["message"] == "Campaign launched; it starts at 2027-06-01T08:00:00Z"
    now = await api.post(f"/campaigns/{created['id']}/launch", now="true")
    assert now.body["status"] == "running"


async def test_what_cannot_be_launched_is_told_with_every_reason(api: Api) -> None:
    created = (await api.post("/campaigns", {"name": "Empty", "agent_id": VOICE, "channel": "sms"})).body

    answer = await api.post(f"/campaigns/{created['id']}/launch")

    assert answer.status == 422
    assert answer.locs == [("contacts",), ("message_template",)]
    assert (
        answer.body["detail"]
        == "The campaign has no contacts; add some. An SMS campaign needs a message_template."
    )


async def test_a_second_launch_is_a_conflict_that_names_the_state(api: Api) -> None:
    created = await api.created(status="running")

    answer = await api.post(f"/campaigns/{created['id']}/launch")

    assert answer.status == 409
    assert "running" in answer.body["detail"]


async def test_pause_resume_and_cancel_answer_the_new_state(api: Api) -> None:
    path = f"/campaigns/{(await api.created(status='running'))['id']}"

    paused = await api.post(f"{path}/pause")
    assert (paused.status, paused.body["status"], paused.body["unsettled"]) == (200, "paused", 0)
    assert (paused.body["in_progress"], paused.body["pending"]) == (0, 2)
    assert (await api.post(f"{path}/pause")).status == 409

    resumed = await api.post(f"{path}/resume")
    assert (resumed.status, resumed.body["status"], resumed.body["pending"]) == (200, "running", 2)
    assert (await api.post(f"{path}/resume")).status == 409

    cancelled = await api.post(f"{path}/cancel")
    assert (cancelled.status, cancelled.body["status"]) == (200, "cancelled")
    assert (cancelled.body["failed"], cancelled.body["skipped"], cancelled.body["pending"]) == (2, 2, 0)
    assert (await api.post(f"{path}/cancel")).status == 409

    again = await api.post(f"{path}/launch", force_rerun="true")
    assert (again.status, again.body["status"]) == (200, "running")


async def test_verbs_without_a_body_accept_any(api: Api) -> None:
    path = f"/campaigns/{(await api.created())['id']}/launch"

    answer = await api.send("POST", path, data=b"\xff not json", headers={"Content-Type": "text/plain"})

    assert answer.status == 200


async def test_a_misspelt_switch_is_refused_and_nothing_is_done(api: Api) -> None:
    path = f"/campaigns/{(await api.created(status='running'))['id']}"

    answer = await api.post(f"{path}/pause", hangupp="true", now="1")

    assert answer.locs == [("query", "hangupp"), ("query", "now")]
    assert 'did you mean "hangup"?' in answer.body["detail"]
    assert (await api.get(path, cache="7")).body["status"] == "running"
