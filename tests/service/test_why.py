"""Why somebody is not being called: the reason that binds, as a word, a sentence and an end."""

from dataclasses import replace

import pytest

from dialer.domain.call import AttemptState, Channel, Outcome
from dialer.domain.campaign import Campaign, CampaignConfig, CampaignStatus, Counters
from dialer.domain.clock import HOUR, MINUTE
from dialer.domain.contact import Contact, Person
from dialer.domain.ids import CampaignId, ContactId, ListId
from dialer.domain.retry import ContactStatus, Progress, Waiting
from dialer.service.gates import Gate
from dialer.service.why import Bar, Situation, Why, why_not
from tests.clock import NOON
from tests.service.desk import ALICE, BOB, NEW, Desk

CAMPAIGN = Campaign(
    id=CampaignId(1),
    public_id="camp_00000001",
    list=ListId(1),
    run=1,
    name="Test",
    description=None,
    channel=Channel.VOICE,
    agent_id="ag_c47e7c97_b2f2",
    message_template=None,
    scheduled_at=None,
    timezone="UTC",
    max_concurrent=5,
    from_number=None,
    config=CampaignConfig(),
    autostart=False,
    origin=NEW.origin,
    status=CampaignStatus.RUNNING,
    status_reason=None,
    status_detail=None,
    swept=None,
    counters=Counters(total=9, pending=9),
    filled={},
    duplicates=0,
    created_at=NOON,
    started_at=NOON,
    completed_at=None,
    deleted_at=None,
)
FREE = Situation(
    now=NOON,
    campaign=CAMPAIGN,
    hindrance=None,
    faults={},
    carrier="sim",
    open_calls=0,
    max_open_calls=1000,
    paces={},
)
PENDING = Contact(
    id=ContactId(1),
    list=ListId(1),
    person=Person(ALICE),
    status=ContactStatus.PENDING,
    outcome=None,
    attempts=0,
    progress=Progress(),
    due=NOON,
    waiting=None,
    held=False,
)
NINE = NOON + HOUR


def of(**fields: object) -> Situation:
    """The campaign with these fields, all else free."""
    return replace(FREE, campaign=replace(CAMPAIGN, **fields))  # type: ignore[arg-type]


def waits(waiting: Waiting, due: int = NINE) -> Contact:
    return replace(PENDING, waiting=waiting, due=due)


def busy(limit: int, used: int) -> Situation:
    return of(max_concurrent=limit, counters=Counters(total=9, pending=9 - used, in_progress=used))


@pytest.mark.parametrize(
    ("situation", "contact", "expected"),
    [
        (
            of(status=CampaignStatus.DRAFT),
            PENDING,
            Why(Bar.CAMPAIGN_RUNNING, "The campaign is a draft; launch it."),
        ),
        (
            of(status=CampaignStatus.DRAFT, autostart=True, scheduled_at=NINE),
            PENDING,
            Why(
                Bar.CAMPAIGN_RUNNING,
                "The campaign is a draft; the clock launches it at 2027-01-15T09:00:00Z.",
                NINE,
            ),
        ),
        (
            of(status=CampaignStatus.LAUNCHED, scheduled_at=NINE),
            PENDING,
            Why(Bar.CAMPAIGN_RUNNING, "The campaign starts at 2027-01-15T09:00:00Z.", NINE),
        ),
        (
            of(status=CampaignStatus.PAUSED),
            waits(Waiting.RETRY),
            Why(Bar.CAMPAIGN_RUNNING, "The campaign is paused; resume it."),
        ),
        (
            of(config=CampaignConfig(expires_at=NOON)),
            PENDING,
            Why(Bar.NOT_EXPIRED, "The campaign expired at 2027-01-15T08:00:00Z."),
        ),
        (
            replace(FREE, hindrance="The agent is there no more."),
            PENDING,
            Why(Bar.AGENT, "The agent is there no more."),
        ),
        (
            replace(FREE, faults={"carrier:sim": "Refused.", "store": "The disk is full."}),
            waits(Waiting.RETRY),
            Why(Bar.DAEMON, "The disk is full."),
        ),
        (
            replace(FREE, faults={"carrier:sim": "Refused."}),
            waits(Waiting.RETRY),
            Why(Bar.RETRY, "It waits for its next try at 2027-01-15T09:00:00Z.", NINE),
        ),
        (replace(FREE, faults={"carrier:sim": "Refused."}), PENDING, Why(Bar.CARRIER, "Refused.")),
        (
            FREE,
            waits(Waiting.BACKOFF),
            Why(
                Bar.BACKOFF,
                "The carrier could not place its call; the next try is at 2027-01-15T09:00:00Z.",
                NINE,
            ),
        ),
        (
            FREE,
            waits(Waiting.NUMBER_BUSY),
            Why(
                Bar.NUMBER_BUSY,
                "Another call to this number is open; it is tried when that ends,"
                " by 2027-01-15T09:00:00Z at the latest.",
                NINE,
            ),
        ),
        (
            busy(5, 5),
            PENDING,
            Why(
                Bar.SLOTS,
                "Each of the 5 call slots of the campaign (max_concurrent) is in use;"
                " it is called when its turn comes.",
            ),
        ),
        (
            busy(1, 1),
            PENDING,
            Why(
                Bar.SLOTS,
                "The one call slot of the campaign (max_concurrent) is in use;"
                " it is called when its turn comes.",
            ),
        ),
        (
            replace(busy(5, 4), open_calls=7, max_open_calls=7),
            PENDING,
            Why(
                Bar.SLOTS,
                "Each of the 7 call slots of the daemon (dialing.max_concurrent) is in use;"
                " it is called when its turn comes.",
            ),
        ),
        (
            replace(FREE, paces={"config.pacing.calls_per_second": 2.5, "dialing.calls_per_second": 10}),
            waits(Waiting.RETRY, due=NOON),
            Why(
                Bar.PACING,
                "Calls leave at 2.5 a second at most (config.pacing.calls_per_second);"
                " it is called when its turn comes.",
            ),
        ),
        (FREE, PENDING, Why(Bar.TURN, "It is called when its turn comes; nothing else holds it.")),
        (FREE, replace(PENDING, status=ContactStatus.IN_PROGRESS), None),
        (
            of(status=CampaignStatus.COMPLETED),
            replace(PENDING, status=ContactStatus.FAILED, outcome=Outcome.UNKNOWN, held=True),
            Why(
                Bar.HELD,
                "It is not known whether its last call was placed; it is held until an operator requeues it.",
            ),
        ),
        (
            of(status=CampaignStatus.COMPLETED),
            replace(PENDING, status=ContactStatus.FAILED, outcome=Outcome.BUSY),
            Why(Bar.FINISHED, "The line was busy, and no retry is left."),
        ),
        (
            of(status=CampaignStatus.COMPLETED),
            replace(PENDING, status=ContactStatus.FAILED, outcome=Outcome.EXPIRED),
            Why(Bar.NOT_EXPIRED, "The campaign expired before its turn came."),
        ),
        (
            FREE,
            replace(
                PENDING,
                status=ContactStatus.FAILED,
                outcome=Outcome.INVALID_NUMBER,
                person=Person(ALICE, usable=False),
            ),
            Why(Bar.NUMBER_USABLE, "The number is not valid."),
        ),
    ],
)
def test_the_reason_that_binds(situation: Situation, contact: Contact, expected: Why | None) -> None:
    assert why_not(situation, contact) == expected


def test_a_number_in_another_call_is_told_before_the_limits() -> None:
    found = why_not(busy(5, 5), PENDING, busy_until=NOON + MINUTE)

    assert found is not None
    assert (found.bar, found.until) == (Bar.NUMBER_BUSY, NOON + MINUTE)


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_is_a_sentence(outcome: Outcome) -> None:
    done = replace(PENDING, status=ContactStatus.FAILED, outcome=outcome)

    found = why_not(FREE, done)

    assert found is not None
    assert found.sentence[0].isupper()
    assert found.sentence.endswith(".")
    assert (found.sentence == "It is done.") is (outcome is Outcome.BLOCKED)  # no gate blocks anybody yet


def test_the_claims_gates_keep_their_words() -> None:
    assert {str(gate) for gate in Gate} <= {str(bar) for bar in Bar}


async def test_the_facts_are_read_from_the_rows(desk: Desk) -> None:
    mine, other = await desk.running(ALICE, BOB), await desk.running(BOB)
    assert (await desk.view(mine, BOB)).why == Why(Bar.TURN, TURN)

    await desk.call(mine, ALICE)
    assert (await desk.view(mine, ALICE)).why is None
    full = (await desk.view(mine, BOB)).why
    assert full is not None
    assert full.bar is Bar.SLOTS

    lost = await desk.call(other, BOB)
    blocked = (await desk.view(mine, BOB)).why
    await desk.doubt(lost)
    await desk.give_up(lost, AttemptState.UNKNOWN)
    assert blocked is not None
    assert (blocked.bar, blocked.until) == (Bar.NUMBER_BUSY, (await desk.attempt(lost)).blocked_until)
    assert (await desk.view(mine, BOB)).why == blocked
    await desk.clock.advance(minutes=3)
    assert (await desk.view(mine, BOB)).why == full


async def test_a_call_to_it_does_not_keep_a_message_from_it(desk: Desk) -> None:
    await desk.call(await desk.running(ALICE), ALICE)
    texts = await desk.running(ALICE, new=replace(NEW, channel=Channel.SMS))

    assert (await desk.view(texts, ALICE)).why == Why(Bar.TURN, TURN)


async def test_a_full_daemon_is_seen(desk: Desk) -> None:
    policy = replace(desk.parts.policy, max_concurrent=1)
    desk = Desk(replace(desk.parts, policy=policy), desk.clock)
    await desk.call(await desk.running(ALICE), ALICE)
    waiting = await desk.running(BOB)

    assert "of the daemon" in str((await desk.view(waiting, BOB)).reason)


TURN = "It is called when its turn comes; nothing else holds it."
