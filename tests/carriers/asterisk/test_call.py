import pytest

from dialer.carriers.asterisk.call import Call
from dialer.carriers.asterisk.wire import AriChannel, AriEvent, Plan
from dialer.carriers.base import AgentConnected, Answered, CallEvent, Dtmf, Ended, Ringing
from dialer.domain.call import AttemptState, OnMachine
from dialer.domain.ids import AttemptId
from tests.clock import FakeClock

_ID = AttemptId("call_01a20b0c9bba84a4562b314f")


@pytest.fixture
def told() -> list[CallEvent]:
    return []


@pytest.fixture
def call(told: list[CallEvent], clock: FakeClock) -> Call:
    plan = Plan(ring_timeout=5, max_duration=60, sound="/sounds/hello")
    return Call(_ID, clock, told.append, plan, placed_at=clock.monotonic())


def state(name: str) -> AriEvent:
    return AriEvent(type="ChannelStateChange", channel=AriChannel(id=_ID, state=name))


def destroyed(cause: int = 0, tech_cause: int | None = None) -> AriEvent:
    return AriEvent(type="ChannelDestroyed", cause=cause, tech_cause=tech_cause)


def ended(told: list[CallEvent]) -> Ended:
    assert isinstance(told[-1], Ended)
    return told[-1]


async def test_what_asterisk_says_twice_is_told_once(
    call: Call, told: list[CallEvent], clock: FakeClock
) -> None:
    ringing = AriEvent(type="Dial", dialstatus="RINGING")
    for event in (ringing, state("Ringing"), state("Up"), AriEvent(type="StasisStart", args=["contact"])):
        call.hear(event)
    call.connected()
    call.connected()
    await clock.advance(2.5)
    call.hear(AriEvent(type="ChannelHangupRequest"))
    call.hear(AriEvent(type="ChannelHangupRequest", cause=16, soft=True))
    call.hear(destroyed())
    call.hear(destroyed())

    assert [type(word) for word in told] == [Ringing, Answered, AgentConnected, Ended]
    assert (ended(told).state, ended(told).by, ended(told).q850) == (AttemptState.COMPLETED, "callee", 16)
    assert ended(told).billable_seconds == 3


async def test_early_media_counts_as_ringing_but_not_as_a_persons_refusal(
    call: Call, told: list[CallEvent]
) -> None:
    call.hear(AriEvent(type="Dial", dialstatus="PROGRESS"))
    call.hear(AriEvent(type="ChannelHangupRequest", cause=21))
    call.hear(destroyed(21))

    assert [type(word) for word in told] == [Ringing, Ended]
    assert ended(told).state is AttemptState.FAILED


async def test_a_hang_up_of_ours_before_the_answer_cancels(call: Call, told: list[CallEvent]) -> None:
    call.hear(state("Ringing"))
    call.ended_by = "dialer"
    call.hear(destroyed(19, 480))

    assert (ended(told).state, ended(told).by) == (AttemptState.CANCELLED, "dialer")


async def test_a_call_at_its_longest_was_ended_by_the_network(
    call: Call, told: list[CallEvent], clock: FakeClock
) -> None:
    call.hear(state("Up"))
    await clock.advance(60)
    call.ended_by = "agent"
    call.hear(destroyed())

    assert (ended(told).by, ended(told).billable_seconds) == ("network", 60)


@pytest.mark.parametrize(
    ("verdict", "amd", "action", "outcome"),
    [
        ("HUMAN", "human", OnMachine.HANG_UP, AttemptState.COMPLETED),
        ("MACHINE", "machine", OnMachine.HANG_UP, AttemptState.VOICEMAIL),
        ("MACHINE", "machine", OnMachine.LEAVE_MESSAGE, AttemptState.VOICEMAIL),
        ("MACHINE", "machine", OnMachine.CONTINUE, AttemptState.COMPLETED),
        ("NOTSURE", "unsure", OnMachine.HANG_UP, AttemptState.COMPLETED),
        ("HANGUP", "unsure", OnMachine.HANG_UP, AttemptState.COMPLETED),
    ],
)
async def test_the_answer_is_told_with_the_verdict(
    call: Call,
    told: list[CallEvent],
    *,
    verdict: str,
    amd: str,
    action: OnMachine,
    outcome: AttemptState,
) -> None:
    assert call.plan is not None
    call.plan = call.plan.model_copy(update={"on_machine": action})
    call.hear(state("Up"))
    assert told == []

    call.hear(AriEvent(type="StasisStart", args=["contact", verdict, "why"]))
    call.hear(destroyed())

    assert [word.amd for word in told if isinstance(word, Answered)] == [amd]
    assert ended(told).state is outcome


async def test_who_hangs_up_before_the_verdict_was_answered(call: Call, told: list[CallEvent]) -> None:
    assert call.plan is not None
    call.plan = call.plan.model_copy(update={"on_machine": OnMachine.HANG_UP})
    call.hear(state("Up"))
    call.hear(destroyed())

    assert [type(word) for word in told] == [Answered, Ended]
    assert ended(told).state is AttemptState.COMPLETED


async def test_a_call_that_vanished_while_it_rang_is_left_to_the_engine(
    call: Call, told: list[CallEvent]
) -> None:
    call.hear(state("Ringing"))
    call.lost()

    assert [type(word) for word in told] == [Ringing]
    assert call.over.is_set()


async def test_a_call_that_vanished_after_the_answer_is_over(call: Call, told: list[CallEvent]) -> None:
    call.hear(state("Up"))
    call.lost()
    call.hear(AriEvent(type="ChannelDtmfReceived", digit="1"))

    assert [type(word) for word in told] == [Answered, Ended]
    assert ended(told).detail


async def test_a_pressed_key_is_told(call: Call, told: list[CallEvent], clock: FakeClock) -> None:
    call.hear(AriEvent(type="ChannelDtmfReceived", digit="9"))

    assert told == [Dtmf(_ID, clock.now(), "9")]
