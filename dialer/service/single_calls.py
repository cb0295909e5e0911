"""Single calls: each a campaign of one contact, so that it passes whatever a campaign's call passes."""

import json
from dataclasses import dataclass

from dialer.domain.call import Channel, Outcome
from dialer.domain.campaign import (
    OVER,
    CampaignConfig,
    CampaignStatus,
    Counters,
    NewCampaign,
    Origin,
    read_config,
)
from dialer.domain.clock import Instant
from dialer.domain.contact import Person
from dialer.domain.errors import Fault, InvalidInput, NotFound, WrongState
from dialer.domain.events import CampaignCancelled, CampaignCreated, HangupRequested
from dialer.domain.ids import CampaignId, new_attempt_id
from dialer.domain.policy import shortest
from dialer.service.attempts import get
from dialer.service.campaigns import launch_now, sweep
from dialer.service.launch_checks import choose
from dialer.service.parts import Parts
from dialer.service.receipts import Seal, unsealed
from dialer.store import attempts, calls, campaigns, contacts
from dialer.store.calls import Call, SingleCall
from dialer.store.unit import Transaction


@dataclass(frozen=True, slots=True)
class NewCall:
    """What a request for one call asks for, checked."""

    person: Person
    agent_id: str
    from_number: str | None = None
    phone_number_id: str | None = None
    """Of a caller id, its id or numeric id; another way to say `from_number`."""
    scheduled_at: Instant | None = None
    max_duration: int = 0
    """Seconds; 0: no limit of its own."""
    recording: bool = False


@dataclass(frozen=True, slots=True)
class Dialled:
    """The call that was made, and how long it may last."""

    call: SingleCall
    max_duration: int
    """Seconds; the smallest of what the request, the agent and the configuration allow."""


async def dial(parts: Parts, new: NewCall, *, seal: Seal[Dialled] = unsealed) -> Dialled:
    """Committed, the engine places it. Its id is the one that the carrier will be given.

    Raises NotFound (agent), InvalidInput (its capability, the caller id), Incomplete.
    """
    parts.agents.get(new.agent_id)  # one that is not there is the first fault
    chosen = choose(parts, new.agent_id, Channel.VOICE, _number(parts, new))
    call_id = new_attempt_id(parts.clock.now())
    campaign = NewCampaign(
        name=f"Call {call_id}",
        agent_id=chosen.agent.id,
        channel=Channel.VOICE,
        timezone=parts.policy.default_timezone,
        scheduled_at=new.scheduled_at,
        from_number=chosen.from_number,
        config=_config(new),
        origin=Origin.CALL,
    )
    longest = shortest(parts.policy.max_duration, chosen.agent.max_duration, new.max_duration)

    def dial_single(tx: Transaction) -> Dialled:
        list_id = contacts.new_list(tx)
        contacts.insert(tx, list_id, [new.person])
        campaign_id = campaigns.insert(
            tx,
            campaign,
            public_id=call_id,
            list_id=list_id,
            counters=Counters(total=1).fresh(),
            filled={},
        )
        tx.record(CampaignCreated(campaign_id))
        launch_now(parts, tx, campaigns.get(tx, campaign_id))
        dialled = Dialled(calls.single(tx, campaign_id), longest)
        seal(tx, dialled, campaign_id)
        return dialled

    return await parts.store.transact(dial_single)


async def hang_up(parts: Parts, reference: str) -> Call:
    """Ends the call, or keeps it from being placed; a single call is not tried again either.

    Returns once a dial in flight is settled, 2 s at most. Raises NotFound, WrongState when it has ended.
    """

    def hang_up_call(tx: Transaction) -> tuple[CampaignId, str]:
        found = calls.find(tx, reference)
        if isinstance(found, SingleCall):
            campaign, phone, latest = found.campaign.id, found.contact.person.phone, found.latest
        else:
            campaign, phone, latest = found.attempt.campaign, found.attempt.phone, found.attempt
        waits = isinstance(found, SingleCall) and found.campaign.status not in OVER
        talks = latest is not None and attempts.request_hangup_of(tx, latest.id)
        if not (waits or talks):
            raise WrongState("The call has ended.")
        if talks:
            tx.record(HangupRequested(campaign))
        if isinstance(found, SingleCall) and waits:
            campaigns.save(tx, sweep(found.campaign, CampaignStatus.CANCELLED, Outcome.CANCELLED, tx.now))
            tx.record(CampaignCancelled(campaign))
        return campaign, phone

    campaign, phone = await parts.store.transact(hang_up_call)
    await parts.fences.hang_up(campaign, phone)
    return await get(parts, reference)


def _number(parts: Parts, new: NewCall) -> str | None:
    """Raises InvalidInput."""
    if new.phone_number_id is None:
        return new.from_number
    loc = ("phone_number_id",)
    try:
        number = parts.caller_ids.get(new.phone_number_id).number
    except NotFound as error:
        raise InvalidInput([Fault(loc, str(error), "caller_id")]) from None
    if new.from_number not in (None, number):
        sentence = "and from_number name two numbers; give one of them"
        raise InvalidInput([Fault(loc, sentence, "conflict")])
    return number


def _config(new: NewCall) -> CampaignConfig:
    asked = {"max_duration": new.max_duration, "recording": new.recording}
    return read_config(json.dumps({key: value for key, value in asked.items() if value}))
