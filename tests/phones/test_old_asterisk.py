"""Asterisk 16, which distributions and appliances still carry: messages and SIP agents work."""

from collections.abc import Iterator

import pytest

from dialer.carriers.asterisk.settings import AsteriskSettings
from dialer.carriers.base import AgentConnected, Answered, Ended, Ringing
from dialer.domain.call import AttemptState, Failure
from tests.peers import scenario
from tests.peers.asterisk import PASSWORD, USER, Asterisk, Ports, asterisk
from tests.peers.callee import callee
from tests.peers.packages import Tree, obtain
from tests.phones.calls import call, daemon, request_to

_S, _F = AttemptState, Failure


@pytest.fixture(scope="module")
def old(tree: Tree, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asterisk]:
    ports = Ports.free()
    folder = tmp_path_factory.mktemp("old-callee")
    with (
        asterisk(obtain(("bullseye",)), tmp_path_factory.mktemp("old-asterisk"), ports) as peer,
        callee(tree, folder, ports.trunk, user=USER, password=PASSWORD),
    ):
        yield peer


async def test_a_message_is_heard(old: Asterisk, settings: AsteriskSettings) -> None:
    async with daemon(settings, url=old.url, sounds=old.sounds) as (carrier, ears):
        assert (await carrier.health()).up
        events = await call(carrier, ears, request_to(scenario.ANSWERS))

    ended = events[-1]
    assert isinstance(ended, Ended)
    assert [type(event) for event in events] == [Ringing, Answered, AgentConnected, Ended]
    assert (ended.state, ended.by, ended.detail) == (_S.COMPLETED, "agent", None)


@pytest.mark.parametrize(
    ("code", "state", "failure"),
    [
        ("486", _S.BUSY, None),
        ("603", _S.DECLINED, None),
        ("480", _S.NO_ANSWER, None),
        ("404", _S.FAILED, _F.NUMBER),
        ("403", _S.FAILED, _F.ACCOUNT),
        ("503", _S.FAILED, _F.TEMPORARY),
        (scenario.RINGS_FOR_EVER, _S.NO_ANSWER, None),
        (scenario.SAYS_NO_WORD, _S.NO_ANSWER, None),
    ],
)
async def test_causes_alone_tell_the_outcome(
    old: Asterisk, settings: AsteriskSettings, code: str, state: AttemptState, failure: Failure | None
) -> None:
    async with daemon(settings, url=old.url, sounds=old.sounds) as (carrier, ears):
        events = await call(carrier, ears, request_to(code, ring_timeout=2))

    ended = events[-1]
    assert isinstance(ended, Ended)
    assert (ended.state, ended.failure) == (state, failure)
    assert ended.sip_code is None
