"""Nobody without a key, and nobody beyond what its key may."""

import asyncio
from collections.abc import Iterator

import pytest

from dialer.api.app import ROUTES
from dialer.api.route import Route
from dialer.domain.clock import HOUR
from dialer.domain.scope import Scope
from dialer.service import keys
from dialer.store.unit import Transaction
from tests.api.conftest import Answer, Api

HEADERS = ["", "Bearer", "Bearer ", "Bearer wrong", "Basic dXNlcjpw", "Bearer a b", "Bearer " + "x" * 5000]
WRONG = "dk_" + "x" * 43


def addresses() -> Iterator[tuple[str, str, Route | None]]:
    """Every address of the API that needs a key, and two that are none."""
    for route in ROUTES:
        path = route.path.replace("{", "").replace("}", "")
        if route.scope is None:
            continue
        yield route.method, path, route
        if route.method == "GET":
            yield "HEAD", path, route
        if route.versioned:
            yield route.method, f"/v2{path}/", route
    yield "GET", "/nothing", None
    yield "DELETE", "/campaigns", None


async def keyed(api: Api, method: str, path: str, token: str) -> Answer:
    return await api.send(method, path, headers={"Authorization": f"Bearer {token}"})


async def made(api: Api, *scopes: Scope, expires_at: int | None = None) -> keys.NewKey:
    return await api.parts.store.transact(lambda tx: keys.create(tx, "made", scopes, expires_at))


async def test_no_address_answers_without_a_key_that_counts(api: Api) -> None:
    """No key, a wrong one, an expired one, a revoked one."""
    past, revoked = await made(api, Scope.ADMIN, expires_at=api.clock.now()), await made(api, Scope.ADMIN)
    await api.parts.store.transact(lambda tx: keys.revoke(tx, revoked.key.id))
    found = list(addresses())
    for method, path, _ in found:
        without = await api.send(method, path, headers={"Authorization": ""})
        others = [await keyed(api, method, path, token) for token in (WRONG, past.token, revoked.token)]

        assert [each.status for each in (without, *others)] == [401] * 4, path
        assert {each.headers["WWW-Authenticate"] for each in (without, *others)} == {"Bearer"}
        await api.clock.advance(len(others))  # so that wrong keys are not slowed
    assert len(found) > len(ROUTES)


async def test_a_key_is_refused_wherever_it_lacks_the_scope_which_is_named(api: Api) -> None:
    narrow = {
        scope: await made(api, *(each for each in Scope if each not in (scope, Scope.ADMIN)))
        for scope in Scope
    }
    for method, path, route in addresses():
        if route is None or route.scope is None:
            continue
        refused = await keyed(api, method, path, narrow[route.scope].token)

        assert refused.status == 403, path
        assert method == "HEAD" or f"the scope {route.scope}," in refused.body["detail"]


async def test_what_is_no_address_is_not_found_with_any_key(api: Api) -> None:
    narrow = await made(api, Scope.DNC_WRITE)

    assert (await keyed(api, "GET", "/nothing", narrow.token)).status == 404
    assert (await keyed(api, "DELETE", "/campaigns", narrow.token)).status == 405


async def test_what_is_no_key_at_all_is_refused(api: Api) -> None:
    for header in HEADERS:
        answer = await api.send("GET", "/campaigns", headers={"Authorization": header})

        assert answer.status == answer.body["status"] == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_the_scheme_is_read_in_any_case(api: Api) -> None:
    answer = await api.send("GET", "/campaigns", headers={"Authorization": f"bearer  {api.token} "})

    assert answer.status == 200


async def test_a_revoked_and_an_expired_key_are_told_so(api: Api) -> None:
    brief = await made(api, Scope.ADMIN, expires_at=api.clock.now() + HOUR)
    assert (await keyed(api, "GET", "/campaigns", brief.token)).status == 200
    await api.clock.advance(hours=1)
    await api.parts.store.transact(lambda tx: keys.revoke(tx, 1))

    revoked = await api.get("/campaigns")
    expired = await keyed(api, "GET", "/campaigns", brief.token)

    assert revoked.body["detail"] == "This API key was revoked at 2027-01-15T09:00:00Z."
    assert expired.body["detail"] == "This API key expired at 2027-01-15T09:00:00Z."


async def test_health_and_readiness_need_no_key(api: Api) -> None:
    for path in ("/healthz", "/readyz", "/healthz/"):
        assert (await api.send("GET", path, headers={"Authorization": ""})).status == 200


async def test_wrong_keys_wait_then_are_sent_away_and_a_right_one_never_does(api: Api) -> None:
    first = [(await keyed(api, "GET", "/campaigns", WRONG)).status for _ in range(10)]
    slowed = [asyncio.create_task(keyed(api, "GET", "/campaigns", WRONG)) for _ in range(6)]
    done, waiting = await asyncio.wait(slowed, return_when=asyncio.FIRST_COMPLETED)
    refused = done.pop().result()

    assert first == [401] * 10
    assert (refused.status, refused.headers["Retry-After"], len(waiting)) == (429, "6", 5)
    assert (await api.get("/campaigns")).status == 200

    await api.clock.advance(seconds=5)
    assert {each.status for each in await asyncio.gather(*waiting)} == {401}


async def test_the_last_use_of_a_key_is_kept_to_the_minute(api: Api) -> None:
    async def last_used() -> int | None:
        await api.clock.settle()
        return (await api.parts.store.read(keys.every))[0].last_used_at

    begun = api.clock.now()
    await api.get("/campaigns")
    at_once = await last_used()
    await api.clock.advance(seconds=59)
    await api.get("/campaigns")
    within = await last_used()
    await api.clock.advance(seconds=1)
    await api.get("/campaigns")

    assert (at_once, within, await last_used()) == (begun, begun, begun + 60_000)


async def test_a_database_that_cannot_be_written_fails_no_request_that_reads(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    def freeze(tx: Transaction) -> None:
        tx.execute("PRAGMA query_only = ON")

    await api.parts.store.transact(freeze)

    assert (await api.get("/campaigns")).status == 200
    await api.clock.settle()
    assert (await api.parts.store.read(keys.every))[0].last_used_at is None
    assert not caplog.records  # a task that died would say so
