"""Which carrier a configuration means."""

from pathlib import Path

from dialer.carriers.asterisk.carrier import AsteriskCarrier
from dialer.carriers.asterisk.settings import AsteriskSettings
from dialer.carriers.base import Carrier
from dialer.carriers.simulator.opening import open_simulator
from dialer.carriers.simulator.settings import SimulatorSettings
from dialer.domain.clock import Clock


def open_carrier(
    name: str, settings: SimulatorSettings | AsteriskSettings, clock: Clock, database: Path
) -> Carrier:
    """To be entered with `async with`."""
    if isinstance(settings, AsteriskSettings):
        return AsteriskCarrier(name, settings, clock)
    return open_simulator(name, settings, clock, database)
