"""The other ends of the line, started once for all tests: an Asterisk, and everybody who is called."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from dialer.carriers.asterisk.carrier import AsteriskCarrier
from dialer.carriers.asterisk.settings import AsteriskSettings
from dialer.domain.clock import SystemClock
from tests.carriers.ears import Ears, listening
from tests.peers import agent
from tests.peers.agent import SipAgent
from tests.peers.asterisk import PASSWORD, USER, Asterisk, Ports, asterisk
from tests.peers.callee import Callee, callee
from tests.peers.packages import Tree, obtain

_FOLDER = Path(__file__).parent
_TO_SET_UP = 300
"""Seconds for a test, since the first one may download the peers."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(_FOLDER):
            item.add_marker(pytest.mark.phones)
            item.add_marker(pytest.mark.timeout(_TO_SET_UP))


@pytest.fixture(scope="session")
def tree() -> Tree:
    return obtain()


@pytest.fixture(scope="session")
def ports() -> Ports:
    return Ports.free()


@pytest.fixture(scope="session")
def pbx(tree: Tree, ports: Ports, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asterisk]:
    with asterisk(tree, tmp_path_factory.mktemp("asterisk"), ports) as peer:
        yield peer


@pytest.fixture(scope="session")
def people(tree: Tree, ports: Ports, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callee]:
    folder = tmp_path_factory.mktemp("callee")
    with callee(tree, folder, ports.trunk, user=USER, password=PASSWORD) as peer:
        yield peer


@pytest.fixture(scope="session")
def sip_agent(tree: Tree, ports: Ports, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SipAgent]:
    with agent.sip_agent(tree, tmp_path_factory.mktemp("agent"), ports.agents_rtp) as peer:
        yield peer


@pytest.fixture
def settings(pbx: Asterisk) -> AsteriskSettings:
    programs = pbx.tree.programs
    return AsteriskSettings(
        kind="asterisk",
        url=pbx.url,
        username=USER,
        password=SecretStr(PASSWORD),
        sounds=pbx.sounds,
        speech_command=f"PATH={programs}:$PATH; {AsteriskSettings.model_fields['speech_command'].default}",
    )


@pytest.fixture
async def carrier(settings: AsteriskSettings, people: Callee) -> AsyncIterator[AsteriskCarrier]:
    async with AsteriskCarrier("trunk", settings, SystemClock()) as carrier:
        yield carrier


@pytest.fixture
async def ears(carrier: AsteriskCarrier) -> AsyncIterator[Ears]:
    async with listening(carrier) as ears:
        yield ears
