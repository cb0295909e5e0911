import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dialer.domain.clock import SECOND, SystemClock
from tests.daemon.clock import ScaledClock
from tests.daemon.processes import Forge, Process, forging

_SPEED = 25.0


@pytest.fixture(scope="session")
def forge() -> Iterator[Forge]:
    """Its processes live 25 times as fast."""
    # Not in tmp_path: the path of a Unix socket has to be short.
    with (
        tempfile.TemporaryDirectory(prefix="forge") as directory,
        forging(Path(directory), ScaledClock(_SPEED, SystemClock().now() / SECOND)) as forge,
    ):
        yield forge


@pytest.fixture
def network(forge: Forge) -> Iterator[Process]:
    with forge.network() as network:
        yield network
