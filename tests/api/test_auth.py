"""Nobody without a key."""

from typing import Any

import pytest

from dialer.service import keys
from tests.api.conftest import Api

ROUTES = [
    ("POST", "/campaigns"),
    ("GET", "/campaigns"),
    ("GET", "/v1/campaigns/1"),
    ("PATCH", "/campaigns/1"),
    ("POST", "/campaigns/1/launch"),
    ("POST", "/v2/campaigns/1/pause"),
    ("POST", "/campaigns/1/resume"),
    ("POST", "/campaigns/1/cancel"),
    ("GET", "/campaigns/1/contacts"),
    ("GET", "/campaigns/1/calls"),
    ("GET", "/v2/calls"),
    ("GET", "/v2/calls/1"),
    ("GET", "/debug/simulator/calls"),
    ("GET", "/nothing"),
    ("DELETE", "/campaigns"),
]
HEADERS = ["", "Bearer", "Bearer ", "Bearer wrong", "Basic dXNlcjpw", "Bearer a b", "Bearer " + "x" * 5000]


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_without_a_known_key_every_route_answers_401(api: Api, method: str, path: str) -> None:
    for header in HEADERS:
        answer = await api.send(method, path, headers={"Authorization": header})

        assert answer.status == answer.body["status"] == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_the_scheme_is_read_in_any_case(api: Api) -> None:
    answer = await api.send("GET", "/campaigns", headers={"Authorization": f"bearer  {api.token} "})

    assert answer.status == 200


async def test_a_revoked_key_is_refused_at_its_next_request(api: Api) -> None:
    def revoke_key(tx: Any) -> None:
        keys.revoke(tx, 1)

    await api.parts.store.transact(revoke_key)

    assert (await api.get("/campaigns")).status == 401


async def test_health_and_readiness_need_no_key(api: Api) -> None:
    for path in ("/healthz", "/readyz", "/healthz/"):
        assert (await api.send("GET", path, headers={"Authorization": ""})).status == 200
