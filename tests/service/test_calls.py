"""What a carrier says, in every order it may come in, and what the dialer concludes from silence."""

import itertools
from dataclasses import replace

import pytest

from dialer.carriers.base import AgentConnected, Answered, Dtmf, Ended, Placed, Ringing
from dialer.domain.call import AttemptState, Channel, Failure, Outcome
from dialer.domain.clock import SECOND
from dialer.domain.retry import ContactStatus, End
from dialer.service import calls
from dialer.service.calls import Word
from dialer.service.settlement import Settled
from tests.clock import NOON
from tests.service.desk import ALICE, BOB, NEW, NOBODY, RETRY, Call, Desk

S = AttemptState
SMS = replace(NEW, channel=Channel.SMS)


async def test_a_call_that_is_answered_and_ends_completes_its_contact(desk: Desk) -> None:
    campaign = await desk.running(ALICE, BOB)
    call = await desk.call(campaign, ALICE)
    await desk.hear(call, Placed("carrier-1"))
    await desk.hear(call, Ringing(call.id, NOON + 1))
    await desk.hear(call, Answered(call.id, NOON + 2, amd="human"), AgentConnected(call.id, NOON + 3))
    await desk.hear(call, Dtmf(call.id, NOON + 4, "1"), Dtmf(call.id, NOON + 5, "#"))

    report = await desk.hear(
        call, Ended(call.id, NOON + 9000, S.COMPLETED, detail="hung up", billable_seconds=7)
    )

    assert report is not None
    assert (report.state, report.settled) == (S.COMPLETED, Settled())
    attempt = await desk.attempt(call)
    assert (attempt.carrier_id, attempt.sent_at, attempt.answered_at) == ("carrier-1", NOON, NOON + 2)
    assert (attempt.ended_at, attempt.outcome, attempt.detail) == (NOON + 9000, Outcome.ANSWERED, "hung up")
    assert (attempt.amd, attempt.dtmf, attempt.agent_connected) == ("human", "1#", True)
    assert attempt.billable_seconds == 7
    contact = await desk.contact(campaign, ALICE)
    assert (contact.status, contact.outcome) == (ContactStatus.COMPLETED, Outcome.ANSWERED)
    assert (await desk.get(campaign)).counters.completed == 1


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
async def test_words_may_come_in_any_order(desk: Desk, order: tuple[int, ...]) -> None:
    campaign = await desk.running(ALICE, BOB)
    call = await desk.call(campaign, ALICE)
    words: list[Word] = [
        Placed("c"),
        Ringing(call.id, NOON + 1),
        Answered(call.id, NOON + 2),
        Ended(call.id, NOON + 3, S.COMPLETED),
    ]

    settled = []
    for index in order:
        report = await desk.hear(call, words[index])
        assert report is not None
        settled.append(report.settled)
        await desk.audit()

    assert (await desk.attempt(call)).state is S.COMPLETED
    assert [index for index, each in zip(order, settled, strict=True) if each is not None] == [3]
    assert (await desk.attempt(call)).carrier_id == "c"


async def test_a_word_that_comes_twice_counts_once(desk: Desk) -> None:
    campaign = await desk.running(ALICE, BOB)
    call = await desk.call(campaign, ALICE)
    life: list[Word] = [Placed("c"), Answered(call.id, NOON + 2), Ended(call.id, NOON + 3, S.COMPLETED)]

    first = await desk.hear(call, *life)
    again = await desk.hear(call, *life)

    assert first is not None
    assert again is not None
    assert (first.settled is not None, again.settled) == (True, None)
    assert again.state is S.COMPLETED
    assert (await desk.get(campaign)).counters.completed == 1
    assert (await desk.kinds(campaign)).count("call.ended") == 1
    assert (await desk.kinds(campaign)).count("call.placed") == 1


async def test_the_first_final_word_stands(desk: Desk) -> None:
    campaign = await desk.running(ALICE, BOB)
    call = await desk.call(campaign, ALICE)
    await desk.end(call, S.NO_ANSWER)

    report = await desk.end(call, S.COMPLETED)

    assert (report.state, report.settled) == (S.NO_ANSWER, None)
    assert (await desk.contact(campaign, ALICE)).outcome is Outcome.NO_ANSWER


async def test_a_word_about_nobodys_attempt_is_no_fault(desk: Desk) -> None:
    stranger = Call(NOBODY, 1)

    assert await desk.hear(stranger, Ringing(NOBODY, NOON)) is None
    assert await desk.give_up(stranger, S.NOT_PLACED) is None


async def test_no_words_change_nothing(desk: Desk) -> None:
    campaign = await desk.running(ALICE)
    call = await desk.call(campaign, ALICE)

    report = await desk.hear(call)

    assert report is not None
    assert (report.state, report.settled) == (S.INTENT, None)


async def test_a_doubt_does_not_undo_a_word(desk: Desk) -> None:
    campaign = await desk.running(ALICE)
    call = await desk.call(campaign, ALICE)
    await desk.hear(call, Ringing(call.id, NOON))

    await desk.doubt(call)

    assert (await desk.attempt(call)).state is S.RINGING


@pytest.mark.parametrize(
    ("words", "gave_up"),
    [
        (0, S.UNKNOWN),
        (0, S.ENDED_UNKNOWN),
        (1, S.NOT_PLACED),
        (1, S.UNKNOWN),
        (2, S.NOT_PLACED),
        (3, S.ENDED_UNKNOWN),
        (3, S.NOT_PLACED),
    ],
)
async def test_the_dialer_gives_up_only_what_no_word_has_settled(
    desk: Desk, words: int, gave_up: AttemptState
) -> None:
    campaign = await desk.running(ALICE)
    call = await desk.call(campaign, ALICE)
    life: list[Word] = [Placed("c"), Answered(call.id, NOON), Ended(call.id, NOON, S.COMPLETED)]
    await desk.hear(call, *life[:words])
    before = await desk.attempt(call)

    assert await desk.give_up(call, gave_up, Failure.TEMPORARY) is None

    assert await desk.attempt(call) == before


async def test_a_number_that_the_carrier_refuses_for_good_is_invalid(desk: Desk) -> None:
    campaign = await desk.running(ALICE, new=replace(NEW, config=RETRY))

    await desk.give_up(await desk.call(campaign, ALICE), S.NOT_PLACED, Failure.NUMBER)

    assert (await desk.contact(campaign, ALICE)).outcome is Outcome.INVALID_NUMBER


async def test_a_conclusion_uses_the_carriers_own_wait(desk: Desk) -> None:
    campaign = await desk.running(ALICE)
    call = await desk.call(campaign, ALICE)
    end = End(S.NOT_PLACED, NOON, Failure.TEMPORARY, retry_after=90)

    settled = await calls.conclude(desk.parts.store, call.id, end, "slow down")

    assert settled is not None
    assert settled.due == NOON + 90 * SECOND
    assert (await desk.attempt(call)).detail == "slow down"


@pytest.mark.parametrize("doubted", [False, True])
async def test_whoever_hears_an_agent_or_presses_a_key_has_answered(desk: Desk, *, doubted: bool) -> None:
    """The word of the answer may be late; it then tells the moment and what answered."""
    campaign = await desk.running(ALICE, BOB)
    connected, pressing = await desk.call(campaign, ALICE), await desk.call(campaign, BOB)
    if doubted:
        await desk.doubt(connected)
        await desk.doubt(pressing)

    first = await desk.hear(connected, AgentConnected(connected.id, NOON + 3))
    second = await desk.hear(pressing, Dtmf(pressing.id, NOON + 5, "1"))
    await desk.hear(pressing, Answered(pressing.id, NOON + 2, amd="human"))

    assert first is not None
    assert second is not None
    assert (first.state, second.state) == (S.ANSWERED, S.ANSWERED)
    assert (await desk.attempt(connected)).answered_at == NOON + 3
    attempt = await desk.attempt(pressing)
    assert (attempt.answered_at, attempt.amd, attempt.dtmf) == (NOON + 2, "human", "1")
    assert (await desk.kinds(campaign)).count("call.placed") == 2


async def test_a_carrier_whose_clock_is_ahead_prolongs_no_wait(desk: Desk) -> None:
    campaign = await desk.running(ALICE, new=replace(NEW, config=RETRY))
    call = await desk.call(campaign, ALICE)

    report = await desk.hear(call, Ended(call.id, NOON + 3600 * SECOND, S.NO_ANSWER))

    assert report is not None
    assert report.settled is not None
    assert report.settled.due == NOON + 5 * 60 * SECOND


async def test_a_nine_pressed_at_a_message_is_told_once_and_nobody_is_called_again(desk: Desk) -> None:
    """Not even where the call then failed in a way that would cost no retry."""
    campaign = await desk.running(ALICE, new=replace(NEW, config=RETRY))
    call = await desk.call(campaign, ALICE)
    await desk.hear(call, Answered(call.id, NOON), Dtmf(call.id, NOON, "1"))
    await desk.hear(call, Dtmf(call.id, NOON, "9"))
    await desk.hear(call, Dtmf(call.id, NOON, "9"))
    await desk.end(call, S.FAILED, Failure.TEMPORARY)

    contact = await desk.contact(campaign, ALICE)
    assert (contact.status, contact.outcome) == (ContactStatus.FAILED, Outcome.ERROR)
    assert (await desk.kinds(campaign)).count("contact.opted_out") == 1


async def test_a_nine_pressed_for_an_agent_is_the_agents(desk: Desk) -> None:
    campaign = await desk.running(ALICE)
    call = await desk.call(campaign, ALICE, agent_kind="sip")
    await desk.hear(call, Answered(call.id, NOON), Dtmf(call.id, NOON, "9"))
    await desk.end(call, S.FAILED, Failure.TEMPORARY)

    assert (await desk.contact(campaign, ALICE)).status is ContactStatus.PENDING
    assert "contact.opted_out" not in await desk.kinds(campaign)


@pytest.mark.parametrize(
    ("left", "status"), [(True, ContactStatus.COMPLETED), (False, ContactStatus.PENDING)]
)
async def test_a_machine_is_tried_again_only_where_no_message_was_left(
    desk: Desk, *, left: bool, status: ContactStatus
) -> None:
    campaign = await desk.running(ALICE, new=replace(NEW, config=RETRY))
    call = await desk.call(campaign, ALICE)
    await desk.hear(call, replace(desk.ended(call, S.VOICEMAIL), message_left=left))

    assert (await desk.contact(campaign, ALICE)).status is status
    assert (await desk.attempt(call)).message_left is left
