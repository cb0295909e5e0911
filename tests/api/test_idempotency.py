"""A request that is sent again is answered again, and done once."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from dialer.api.app import build_app
from dialer.api.idempotency import HEADER, IN_FLIGHT, REPLAYED
from dialer.service import keys
from dialer.service.erasure import erase_deleted
from tests.api.conftest import REFERENCE, VOICE, Answer, Api

KEYED = {HEADER: "order-17"}


async def create(api: Api, path: str = "/campaigns", headers: Any = None, **fields: Any) -> Answer:
    return await api.send(
        "POST", path, json=REFERENCE | fields, headers=KEYED if headers is None else headers
    )


async def total(api: Api) -> int:
    count: int = (await api.get("/campaigns")).body["total"]
    return count


async def test_the_same_request_gives_the_first_answer_again_and_does_nothing(api: Api) -> None:
    first = await create(api)
    again = await create(api)

    assert (first.status, again.status) == (201, 201)
    assert again.body == first.body
    assert REPLAYED not in first.headers
    assert again.headers[REPLAYED] == "true"
    assert await total(api) == 1


async def test_a_launch_is_answered_again_whatever_became_of_the_campaign(api: Api) -> None:
    path = f"/campaigns/{(await api.created())['id']}/launch"
    first = await api.send("POST", path, headers=KEYED)
    await api.post(path.replace("launch", "pause"))

    again = await api.send("POST", path, headers=KEYED)

    assert (again.status, again.body) == (first.status, first.body)
    assert again.body["status"] == "running"


async def test_an_answer_goes_with_its_campaign_and_the_request_is_still_done_once(api: Api) -> None:
    made = (await create(api)).body
    await api.send("DELETE", f"/campaigns/{made['id']}")
    await erase_deleted(api.parts)

    again = await create(api)

    assert (again.status, await total(api)) == (409, 0)
    assert "has been deleted since" in again.body["detail"]
    kept = await api.parts.store.read(lambda view: view.execute("SELECT answer FROM receipt").fetchall())
    assert [tuple(row) for row in kept] == [(None,)]


async def test_another_body_under_the_same_key_is_refused(api: Api) -> None:
    await create(api)

    answer = await create(api, name="Another")

    assert (answer.status, answer.locs) == (422, [("header", HEADER)])
    assert await total(api) == 1


async def test_while_the_first_is_in_flight_the_second_is_told_to_come_back(api: Api) -> None:
    go_on = asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield json.dumps(REFERENCE).encode()
        await go_on.wait()

    headers = KEYED | {"Content-Type": "application/json"}
    first = asyncio.create_task(api.send("POST", "/campaigns", data=slowly(), headers=headers))
    app = api._client.app
    while not (app and app[IN_FLIGHT]):
        await api.get("/healthz")
    answer = await create(api)
    go_on.set()

    assert (answer.status, answer.headers["Retry-After"]) == (409, "1")
    assert (await first).status == 201
    assert (await create(api)).headers[REPLAYED] == "true"


async def test_of_two_that_come_at_once_one_is_done_and_both_get_its_answer(api: Api) -> None:
    """Through two applications, neither of which knows what is in flight in the other: the row decides."""
    other = TestServer(build_app(api.parts))
    async with TestClient(other) as client:
        headers = KEYED | {"Authorization": f"Bearer {api.token}"}

        async def there() -> Any:
            async with client.post("/campaigns", json=REFERENCE, headers=headers) as response:
                return await response.json()

        here, there_too = await asyncio.gather(create(api), there())

    assert here.body == there_too
    assert await total(api) == 1


async def test_aliases_and_slashes_are_the_same_address(api: Api) -> None:
    first = await create(api)

    for path in ("/campaigns/", "/v1/campaigns", "/v2/campaigns/"):
        assert (await create(api, path)).body == first.body


async def test_another_key_campaign_query_or_owner_is_another_request(api: Api) -> None:
    def make_key(tx: Any) -> str:
        return keys.create(tx, "second").token

    await create(api)
    token = await api.parts.store.transact(make_key)
    one, two = (await api.created())["id"], (await api.created())["id"]

    assert REPLAYED not in (await create(api, headers={HEADER: "order-18"})).headers
    assert REPLAYED not in (await create(api, headers=KEYED | {"Authorization": f"Bearer {token}"})).headers
    for path in (f"/campaigns/{one}/launch", f"/campaigns/{two}/launch"):
        assert (await api.send("POST", path, headers=KEYED)).headers.get(REPLAYED) is None
    rerun = await api.send("POST", f"/campaigns/{one}/launch?force_rerun=true", headers=KEYED)
    assert rerun.status == 409


async def test_only_what_was_done_is_remembered(api: Api) -> None:
    path = f"/campaigns/{(await api.created())['id']}"
    await api.post(f"{path}/cancel")
    assert (await api.send("POST", f"{path}/launch", headers=KEYED)).status == 409
    assert (await create(api, agent_id="ag_00000000_9999")).status == 404

    assert (await create(api, agent_id=VOICE)).status == 201
    assert (await api.send("POST", f"{path}/launch", headers=KEYED)).headers.get(REPLAYED) is None


async def test_after_24_hours_it_is_a_new_request(api: Api) -> None:
    first = await create(api)
    await api.clock.advance(hours=24, seconds=1)

    again = await create(api)

    assert again.body["id"] != first.body["id"]
    assert await total(api) == 2


@pytest.mark.parametrize("key", ["", "x" * 256, "two words", "schlüssel"])
async def test_what_is_no_key_is_refused(api: Api, key: str) -> None:
    answer = await create(api, headers={HEADER: key})

    assert (answer.status, answer.locs) == (422, [("header", HEADER)])


async def test_the_longest_key_is_taken(api: Api) -> None:
    assert (await create(api, headers={HEADER: "~" * 255})).status == 201


async def test_where_no_key_is_heeded_it_is_left_alone(api: Api) -> None:
    campaign = (await create(api, status="running")).body
    headers = {HEADER: "no key"}

    assert (await api.send("POST", f"/campaigns/{campaign['id']}/pause", headers=headers)).status == 200
    assert (await api.send("POST", f"/campaigns/{campaign['id']}/pause", headers=headers)).status == 409


async def test_a_body_that_is_too_large_is_refused_before_it_is_hashed(api: Api) -> None:
    answer = await api.send("POST", "/campaigns", data=io.BytesIO(b"x" * (16 * 1024**2 + 1)), headers=KEYED)

    assert answer.status == 413
