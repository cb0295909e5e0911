"""GET /v2/calls/{id}/recording: the carrier's own file, passed on."""

from dataclasses import replace
from typing import Any

import pytest

from dialer.carriers.base import Answered, Ended
from dialer.domain.call import AttemptState, Channel
from dialer.domain.ids import AttemptId, ContactId
from dialer.domain.scope import Scope
from dialer.service import calls, keys
from dialer.service.claims import Claimed, claim
from dialer.service.parts import Parts
from dialer.store import calls as stored_calls
from dialer.store.attempts import Intent
from dialer.store.calls import SingleCall
from tests.api.conftest import VOICE, Api
from tests.clock import FakeClock
from tests.engine.network import Network

SOUND = b"RIFF" + bytes(5000)
TO = "+12025550101"


@pytest.fixture
def network(clock: FakeClock) -> Network:
    return Network(clock, name="sim")


@pytest.fixture
def parts(parts: Parts, network: Network) -> Parts:
    return replace(parts, carriers={"sim": network})


async def _called(api: Api, network: Network, *, sound: bytes | None = SOUND) -> str:
    """A single call that was answered and has ended, recorded where there is sound."""
    made = await api.post("/v2/calls", {"agent_id": VOICE, "customer": {"number": TO}, "recording": True})
    call_id = AttemptId(made.body["id"])
    found = await api.parts.store.read(lambda view: stored_calls.find(view, call_id))
    assert isinstance(found, SingleCall)
    campaign = found.campaign
    assert campaign.config.recording
    intent = Intent(
        id=call_id,
        campaign=campaign.id,
        run=1,
        contact=ContactId(1),
        channel=Channel.VOICE,
        phone=TO,
        from_number=None,
        agent_id=VOICE,
        carrier="sim",
        callback_token="token",
        text="Hello.",
        ring_timeout=5,
        max_duration=60,
        recording_kept=1,
    )
    assert isinstance(await claim(api.parts.store, intent), Claimed)
    now = api.clock.now()
    seconds = None if sound is None else 7.26
    words = [
        Answered(call_id, now),
        Ended(call_id, now, AttemptState.COMPLETED, recording_seconds=seconds),
    ]
    await calls.report(api.parts.store, call_id, words)
    if sound is not None:
        network.recordings[call_id] = sound
    return call_id


async def test_a_recording_is_shown_and_fetched(api: Api, network: Network) -> None:
    call_id = await _called(api, network)

    shown: Any = (await api.get(f"/v2/calls/{call_id}")).body["recording"]
    assert shown == {"url": f"/v2/calls/{call_id}/recording", "seconds": 7.3}

    answer = await api.get(shown["url"])
    assert (answer.status, answer.headers["Content-Type"]) == (200, "audio/wav")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{call_id}.wav"'
    assert answer.body == SOUND.decode()


async def test_a_call_without_one_is_404(api: Api, network: Network) -> None:
    call_id = await _called(api, network, sound=None)

    assert (await api.get(f"/v2/calls/{call_id}")).body["recording"] is None
    assert (await api.get(f"/v2/calls/{call_id}/recording")).status == 404
    assert (await api.get("/v2/calls/call_nobody/recording")).status == 404


async def test_a_recording_that_the_carrier_lost_is_404(api: Api, network: Network) -> None:
    call_id = await _called(api, network)
    network.recordings.clear()

    assert (await api.get(f"/v2/calls/{call_id}/recording")).status == 404


async def test_a_carrier_that_does_not_answer_is_502_and_says_so(api: Api, network: Network) -> None:
    call_id = await _called(api, network)
    network.reachable = False

    answer = await api.get(f"/v2/calls/{call_id}/recording")

    assert answer.status == 502
    assert answer.body["detail"] == "Carrier sim does not give the recording: connection refused."


async def test_hearing_it_needs_a_scope_of_its_own(api: Api, network: Network) -> None:
    call_id = await _called(api, network)

    for scope, status in ((Scope.CONTACTS_READ, 403), (Scope.RECORDINGS_READ, 200)):
        made = await api.parts.store.transact(lambda tx, scope=scope: keys.create(tx, "narrow", [scope]))
        api.token = made.token
        assert (await api.get(f"/v2/calls/{call_id}/recording")).status == status
