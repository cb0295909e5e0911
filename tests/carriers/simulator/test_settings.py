from typing import Any

import pytest
from pydantic import ValidationError

from dialer.carriers.simulator.settings import SimulatorSettings


def test_the_defaults_are_the_documented_ones() -> None:
    settings = SimulatorSettings()

    assert settings.model_dump() == {
        "kind": "simulator",
        "seed": 1,
        "ring_seconds": (0.2, 0.8),
        "talk_seconds": (0.5, 2.0),
        "latency_seconds": (0.01, 0.05),
        "time_scale": 1.0,
        "mix": {
            "answered": 0.6,
            "no_answer": 0.2,
            "busy": 0.08,
            "voicemail": 0.08,
            "declined": 0.02,
            "temporary": 0.02,
        },
        "max_channels": 0,
        "calls_per_second": 0.0,
        "url": None,
    }


@pytest.mark.parametrize(
    "given",
    [
        {"mix": {"busy": 0.6, "declined": 0.6}},
        {"mix": {"busy": -0.1}},
        {"mix": {"engaged": 0.1}},
        {"ring_seconds": [2, 1]},
        {"talk_seconds": [-1, 1]},
        {"latency_seconds": [0, float("inf")]},
        {"time_scale": 0},
        {"max_channels": -1},
        {"url": "127.0.0.1:9"},
        {"colour": "blue"},
    ],
)
def test_what_makes_no_network_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SimulatorSettings(**given)


def test_shares_that_miss_one_by_rounding_are_taken() -> None:
    tenths = {"no_answer": 0.1, "busy": 0.2, "declined": 0.7}

    assert SimulatorSettings.model_validate({"mix": tenths}).mix.declined == 0.7
