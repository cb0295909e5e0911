"""What the daemon says about itself."""

from aiohttp.test_utils import TestClient, TestServer

from dialer.api.app import build_app
from dialer.service.parts import Parts
from tests.api.conftest import Api


async def test_alive_is_alive_whatever_is_at_fault(api: Api) -> None:
    api.parts.readiness.fault("carrier:sim", "The carrier sim does not answer.")

    answer = await api.get("/healthz")

    assert (answer.status, answer.body) == (200, {"status": "ok"})


async def test_ready_while_nothing_is_at_fault(api: Api) -> None:
    answer = await api.get("/readyz")

    assert (answer.status, answer.body) == (200, {"status": 200, "detail": "Ready.", "reasons": {}})


async def test_not_ready_says_each_reason(api: Api) -> None:
    api.parts.readiness.fault("carrier:sim", "The carrier sim does not answer.")
    api.parts.readiness.fault("store", "The disk is full.")

    answer = await api.get("/readyz")

    assert answer.status == 503
    assert answer.body == {
        "status": 503,
        "detail": "The carrier sim does not answer. The disk is full.",
        "reasons": {"carrier:sim": "The carrier sim does not answer.", "store": "The disk is full."},
    }


async def test_the_simulated_network_can_be_read_back(api: Api) -> None:
    answer = await api.get("/debug/simulator/calls")

    assert (answer.status, answer.body) == (200, {"calls": [], "total": 0})


async def test_without_a_simulated_carrier_there_is_nothing_to_read_back(api: Api, parts: Parts) -> None:
    async with TestClient(TestServer(build_app(parts))) as client:
        bearer = {"Authorization": f"Bearer {api.token}"}
        answer = await client.get("/debug/simulator/calls", headers=bearer)

        assert answer.status == 404


async def test_a_simulated_network_that_is_down_is_a_503(api: Api, parts: Parts) -> None:
    async def silence() -> None:
        return None

    async with TestClient(TestServer(build_app(parts, simulator_calls=silence))) as client:
        bearer = {"Authorization": f"Bearer {api.token}"}
        answer = await client.get("/debug/simulator/calls", headers=bearer)

        assert answer.status == 503
