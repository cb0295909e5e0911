"""What a key may do that may not do everything."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

import pytest

from dialer.domain.scope import Scope
from dialer.service import keys
from tests.api.conftest import VOICE, Api

BODY = {"name": "Test", "agent_id": VOICE, "type": "voice", "contacts": ["+12025550101"]}
TOMORROW = "2027-01-16T08:00:00Z"

With: TypeAlias = Callable[..., Awaitable[Api]]


@pytest.fixture
def key_with(api: Api) -> With:
    """The same client with a key of these scopes alone."""

    async def use(*scopes: Scope) -> Api:
        new = await api.parts.store.transact(lambda tx: keys.create(tx, "narrow", scopes))
        api.token = new.token
        return api

    return use


async def test_a_missing_scope_is_named(key_with: With) -> None:
    narrow = await key_with(Scope.CAMPAIGNS_READ)

    refused = await narrow.post("/campaigns", BODY)

    assert refused.status == 403
    assert "campaigns:write" in refused.body["detail"]


async def test_a_body_that_asks_for_its_launch_needs_that_scope_before_anything_is_made(
    key_with: With,
) -> None:
    narrow = await key_with(Scope.CAMPAIGNS_WRITE, Scope.CAMPAIGNS_READ)

    for status in ("running", "launched", "scheduled"):
        refused = await narrow.post("/campaigns", BODY | {"status": status})
        assert refused.status == 403
        assert "campaigns:launch" in refused.body["detail"]

    assert (await narrow.post("/campaigns", BODY | {"status": "running", "name": ""})).status == 422
    assert (await narrow.get("/campaigns")).body["total"] == 0
    await key_with(Scope.CAMPAIGNS_WRITE, Scope.CAMPAIGNS_LAUNCH)
    assert (await narrow.post("/campaigns", BODY | {"status": "running"})).body["status"] == "running"


async def test_the_schedule_of_a_key_that_may_not_launch_starts_nothing_by_itself(key_with: With) -> None:
    narrow = await key_with(Scope.CAMPAIGNS_WRITE)

    made = await narrow.post("/campaigns", BODY | {"schedule": TOMORROW})
    changed = await narrow.patch(f"/campaigns/{made.body['id']}", {"schedule": "2027-01-17T08:00:00Z"})

    for answer in (made, changed):
        assert answer.body["autostart"] is False
        assert "lacks the scope campaigns:launch" in answer.body["message"]


async def test_who_may_not_launch_cannot_move_the_start_of_what_is_launched(api: Api, key_with: With) -> None:
    campaign = await api.created(schedule=TOMORROW, status="launched")
    narrow = await key_with(Scope.CAMPAIGNS_WRITE)

    refused = await narrow.patch(f"/campaigns/{campaign['id']}", {"schedule": "Immediate"})
    renamed = await narrow.patch(f"/campaigns/{campaign['id']}", {"name": "Another"})

    assert (refused.status, renamed.status) == (403, 200)
    assert "campaigns:launch" in refused.body["detail"]
    assert renamed.body["scheduled_at"] == TOMORROW
