import subprocess
import sys
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.carriers.simulator.behaviour import Behaviour, Plan, Script
from dialer.carriers.simulator.settings import Mix, SimulatorSettings
from dialer.domain.call import Channel

numbers = st.from_regex(r"\A\+[1-9][0-9]{6,14}\Z")


@given(seed=st.integers(), number=numbers, nth=st.integers(1, 20), channel=st.sampled_from(Channel))
def test_the_same_attempt_meets_the_same_in_every_network_of_a_seed(
    seed: int, number: str, nth: int, channel: Channel
) -> None:
    one, other = (Behaviour(SimulatorSettings(seed=seed)) for _ in range(2))

    assert one.plan(channel, number, nth) == other.plan(channel, number, nth)


@given(number=numbers, nth=st.integers(1, 20))
def test_times_stay_within_their_bounds(number: str, nth: int) -> None:
    settings = SimulatorSettings()
    plan = Behaviour(settings).plan(Channel.VOICE, number, nth)

    for time, (low, high) in (
        (plan.ring, settings.ring_seconds),
        (plan.talk, settings.talk_seconds),
        (plan.latency, settings.latency_seconds),
    ):
        assert low <= time <= high


def test_an_outcome_is_the_same_in_another_process() -> None:
    plan = Behaviour(SimulatorSettings()).plan(Channel.VOICE, "+12025550123", 1)
    program = (
        "from dialer.carriers.simulator.behaviour import Behaviour\n"
        "from dialer.carriers.simulator.settings import SimulatorSettings\n"
        "from dialer.domain.call import Channel\n"
        "print(Behaviour(SimulatorSettings()).plan(Channel.VOICE, '+12025550123', 1))"
    )

    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert said.stdout.strip() == str(plan)


def test_outcomes_come_in_the_shares_of_the_mix() -> None:
    mix = Mix(no_answer=0.3, busy=0.1, voicemail=0.1, declined=0.05, temporary=0.05)
    behaviour = Behaviour(SimulatorSettings(mix=mix))
    drawn = Counter(behaviour.plan(Channel.VOICE, f"+1202{line:06d}1", 1).script for line in range(10_000))

    shares = {script: count / drawn.total() for script, count in drawn.items()}
    assert shares == {
        Script.ANSWERED: pytest.approx(0.4, abs=0.02),
        Script.NO_ANSWER: pytest.approx(0.3, abs=0.02),
        Script.BUSY: pytest.approx(0.1, abs=0.02),
        Script.VOICEMAIL: pytest.approx(0.1, abs=0.02),
        Script.DECLINED: pytest.approx(0.05, abs=0.02),
        Script.TEMPORARY: pytest.approx(0.05, abs=0.02),
    }


def test_another_seed_is_another_town() -> None:
    town, other = (Behaviour(SimulatorSettings(seed=seed)) for seed in (1, 2))
    lines = [f"+1202555{line:04d}" for line in range(100)]

    assert [town.plan(Channel.VOICE, n, 1) for n in lines] != [other.plan(Channel.VOICE, n, 1) for n in lines]


@pytest.mark.parametrize(
    ("ending", "first", "later"),
    [
        ("9900", Script.ANSWERED, Script.ANSWERED),
        ("9901", Script.BUSY, Script.BUSY),
        ("9902", Script.NO_ANSWER, Script.NO_ANSWER),
        ("9903", Script.DECLINED, Script.DECLINED),
        ("9904", Script.VOICEMAIL, Script.VOICEMAIL),
        ("9905", Script.NO_SUCH_NUMBER, Script.NO_SUCH_NUMBER),
        ("9906", Script.TEMPORARY, Script.ANSWERED),
        ("9907", Script.SILENCE, Script.SILENCE),
        ("9908", Script.GONE_AT_ONCE, Script.GONE_AT_ONCE),
        ("9909", Script.NO_ANSWER, Script.ANSWERED),
        ("9910", Script.OPTED_OUT, Script.OPTED_OUT),
    ],
)
@pytest.mark.parametrize("country", ["+1202555", "+9198765"])
def test_a_demo_ending_decides_in_every_country_and_mix(
    country: str, ending: str, first: Script, later: Script
) -> None:
    behaviour = Behaviour(SimulatorSettings(mix=Mix(busy=1)))

    def script(nth: int) -> Script:
        return behaviour.plan(Channel.VOICE, country + ending, nth).script

    assert [script(1), script(2), script(3)] == [first, later, later]


def test_a_message_without_a_demo_ending_is_delivered_whatever_the_mix_of_calls() -> None:
    plan: Plan = Behaviour(SimulatorSettings(mix=Mix(busy=1))).plan(Channel.SMS, "+12025551234", 1)

    assert plan.script is Script.DELIVERED
