from pathlib import Path

from dialer.carriers.base import Carrier
from dialer.carriers.simulator.carrier import SimulatedCarrier
from dialer.carriers.simulator.opening import open_simulator, record_path
from dialer.carriers.simulator.remote import RemoteSimulator
from dialer.carriers.simulator.settings import SimulatorSettings
from tests.clock import FakeClock

DATABASE = Path("/var/lib/dialer/dialer.db")


def test_a_url_means_the_network_there_and_none_the_one_inside() -> None:
    there: Carrier = open_simulator("sim", SimulatorSettings(url="http://127.0.0.1:9"), FakeClock(), DATABASE)
    inside: Carrier = open_simulator("sim", SimulatorSettings(), FakeClock(), DATABASE)

    assert isinstance(there, RemoteSimulator)
    assert isinstance(inside, SimulatedCarrier)


def test_each_carriers_record_stands_beside_the_database() -> None:
    assert record_path(DATABASE, "sim") == DATABASE.with_name("dialer.db.sim.jsonl")
