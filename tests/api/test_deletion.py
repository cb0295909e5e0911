"""DELETE /campaigns/{id}."""

import pytest

from tests.api.conftest import Api


async def test_a_draft_is_deleted_without_a_word(api: Api) -> None:
    path = f"/campaigns/{(await api.created())['id']}"

    answer = await api.send("DELETE", path)

    assert (answer.status, answer.body) == (204, None)
    assert (await api.get(path)).status == 404
    assert (await api.get("/campaigns")).body["total"] == 0
    assert (await api.send("DELETE", path)).status == 404
    assert (await api.post(f"{path}/launch", force_rerun="true")).status == 404


async def test_one_that_was_cancelled_is_deleted(api: Api) -> None:
    path = f"/campaigns/{(await api.created())['id']}"
    await api.post(f"{path}/launch")
    await api.post(f"{path}/cancel")

    assert (await api.send("DELETE", path)).status == 204


@pytest.mark.parametrize(
    ("fields", "move", "status"),
    [
        ({}, None, "running"),
        ({}, "pause", "paused"),
        ({"schedule": "2027-03-10T09:00:00Z"}, None, "launched"),
    ],
)
async def test_one_that_may_call_says_what_to_do_first(
    api: Api, fields: dict[str, str], move: str | None, status: str
) -> None:
    path = f"/campaigns/{(await api.created(**fields))['id']}"
    await api.post(f"{path}/launch")
    if move:
        await api.post(f"{path}/{move}")

    answer = await api.send("DELETE", path)

    assert answer.status == 409
    assert answer.body["detail"] == f"The campaign is {status}; cancel it first, then delete it."
