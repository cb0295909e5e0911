"""Caller ids over the API, beside those of the configuration file."""

from typing import Any

import pytest

from dialer.domain.scope import Scope
from dialer.service import campaigns, keys
from tests.api.conftest import Api

NUMBER = "+12025550150"


async def _made(api: Api, **fields: Any) -> Any:
    answer = await api.post("/phone-numbers", {"number": NUMBER, "verified": True, **fields})
    assert answer.status == 201, answer.body
    return answer.body


async def test_a_verified_number_may_be_called_from_at_once(api: Api) -> None:
    made = await _made(api, name="Sales", carrier="sim", calls_per_second=0.5)

    assert made == {
        "id": made["id"],
        "numeric_id": 1001,
        "number": NUMBER,
        "name": "Sales",
        "verified": True,
        "default": False,
        "carrier": "sim",
        "calls_per_second": 0.5,
        "source": "api",
    }
    assert (await api.created(from_number=NUMBER))["from_number"] == NUMBER
    listed = (await api.get("/phone-numbers")).body
    assert [number["source"] for number in listed["phone_numbers"]] == ["configuration"] * 3 + ["api"]
    assert listed["total"] == 4


@pytest.mark.parametrize(
    ("fields", "word"), [({"verified": False}, "not verified"), ({"carrier": "spare"}, "carrier spare")]
)
async def test_a_number_that_calls_may_not_come_from_is_refused(
    api: Api, fields: dict[str, object], word: str
) -> None:
    await _made(api, **fields)

    answer = await api.post("/campaigns", {"name": "Test", "agent_id": 1, "from_number": NUMBER})
    created = await api.post(
        "/campaigns",
        {"name": "Test", "agent_id": 1, "type": "voice", "contacts": ["+12025550101"], "from_number": NUMBER},
    )

    assert (answer.status, created.status) == (422, 422)
    assert created.locs == [("from_number",)]
    assert word in created.body["detail"]


async def test_only_an_admin_says_that_a_number_is_verified(api: Api) -> None:
    admin = api.token
    api.token = (
        await api.parts.store.transact(lambda tx: keys.create(tx, "clerk", [Scope.CAMPAIGNS_WRITE]))
    ).token

    refused = await api.post("/phone-numbers", {"number": NUMBER, "verified": True})
    made = await api.post("/phone-numbers", {"number": NUMBER})
    path = f"/phone-numbers/{made.body['id']}"
    assert (refused.status, made.status, made.body["verified"]) == (403, 201, False)
    assert (await api.patch(path, {"verified": True})).status == 403
    assert (await api.patch(path, {"name": "Sales"})).body["name"] == "Sales"

    api.token = admin
    assert (await api.patch(path, {"verified": True})).body["verified"] is True
    assert api.parts.caller_ids.fault(NUMBER) is None


async def test_a_number_in_use_stays_usable_until_its_campaigns_are_over(api: Api) -> None:
    made = await _made(api)
    path = f"/phone-numbers/{made['id']}"
    campaign = await api.created(from_number=NUMBER, status="running")

    for change in ({"verified": False}, {"carrier": "spare"}):
        assert (await api.patch(path, change)).status == 409
    changed = (await api.patch(path, {"calls_per_second": 2, "carrier": "sim", "name": "Sales"})).body
    assert (changed["calls_per_second"], changed["carrier"], changed["name"]) == (2, "sim", "Sales")
    freed = (await api.patch(path, {"carrier": "", "name": None})).body
    assert (freed["carrier"], freed["name"], freed["calls_per_second"]) == (None, "Sales", 2)
    refused = await api.send("DELETE", path)
    said = f"1 campaign or single call that is not over calls from {NUMBER}; end it first."
    assert (refused.status, refused.body["detail"]) == (409, said)

    await campaigns.cancel(api.parts, campaign["id"])
    assert (await api.send("DELETE", path)).status == 204
    assert (await api.send("DELETE", path)).status == 404
    assert (await api.get("/phone-numbers")).body["total"] == 3


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
async def test_those_of_the_configuration_file_are_changed_there(api: Api, method: str) -> None:
    answer = await api.send(method, "/phone-numbers/1", json={"name": "Other"})

    assert answer.status == 403
    assert "configuration file" in answer.body["detail"]


async def test_a_number_is_there_once(api: Api) -> None:
    await _made(api)

    for number in (NUMBER, "+1 202 555 0150", "+12025550100"):
        assert (await api.post("/phone-numbers", {"number": number})).status == 409


@pytest.mark.parametrize(
    ("fields", "locs"),
    [
        ({"number": "12025550150"}, [("number",)]),
        ({"number": "+02025550150"}, [("number",)]),
        ({"carrier": "spar", "calls_per_second": -1}, [("calls_per_second",), ("carrier",)]),
        ({"daily_cap": 100}, [("daily_cap",)]),
        ({"default": True}, [("default",)]),
    ],
)
async def test_a_fault_says_where_it_is(api: Api, fields: Any, locs: list[tuple[str]]) -> None:
    answer = await api.post("/phone-numbers", {"number": NUMBER} | fields)

    assert (answer.status, answer.locs) == (422, locs)
    if "calls_per_second" in fields:
        assert answer.body["errors"][0]["msg"] == "must be at least 0, not -1"
    if "carrier" in fields:
        assert 'did you mean "spare"?' in answer.body["errors"][-1]["msg"]
