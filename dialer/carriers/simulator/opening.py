"""Which of the two simulated carriers a configuration means."""

from pathlib import Path

from dialer.carriers.simulator.carrier import SimulatedCarrier
from dialer.carriers.simulator.remote import RemoteSimulator
from dialer.carriers.simulator.settings import SimulatorSettings
from dialer.domain.clock import Clock


def open_simulator(
    name: str, settings: SimulatorSettings, clock: Clock, database: Path
) -> SimulatedCarrier | RemoteSimulator:
    """With a `url`, the network there; else one inside the daemon, its record beside the database.

    To be entered with `async with`.
    """
    if settings.url is not None:
        return RemoteSimulator(name, settings, clock, settings.url)
    return SimulatedCarrier(name, settings, clock, record_path(database, name))


def record_path(database: Path, name: str) -> Path:
    """`dialer.db` and `sim` give `dialer.db.sim.jsonl`."""
    return database.with_name(f"{database.name}.{name}.jsonl")
