"""Why a contact is not being called now: the one reason that binds, and when it ends."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from dialer.domain.call import Outcome
from dialer.domain.campaign import UNFINISHED, Campaign, CampaignStatus
from dialer.domain.clock import Instant
from dialer.domain.contact import Contact
from dialer.domain.retry import ContactStatus, Waiting
from dialer.domain.schedule import format_instant
from dialer.service.gates import Gate


class Bar(StrEnum):
    """What keeps a contact from being called; a gate of the claim has the gate's own word."""

    CAMPAIGN_RUNNING = Gate.CAMPAIGN_RUNNING.value
    NOT_EXPIRED = Gate.NOT_EXPIRED.value
    NUMBER_USABLE = Gate.NUMBER_USABLE.value
    NUMBER_BUSY = Gate.NUMBER_BUSY.value
    AGENT = "agent"
    """Its campaign's agent is there no more."""
    DAEMON = "daemon"
    """Nobody is dialled at present: `/readyz` says why."""
    CARRIER = "carrier"
    RETRY = "retry"
    BACKOFF = "backoff"
    """The carrier could not place its last call."""
    SLOTS = "slots"
    PACING = "pacing"
    TURN = "turn"
    """Others come first, and nothing else holds it."""
    HELD = "held"
    """The operator decides."""
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Why:
    bar: Bar
    sentence: str
    until: Instant | None = None
    """None: it ends by an event, or never."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What holds for every contact of a campaign alike."""

    now: Instant
    campaign: Campaign
    hindrance: str | None
    """Why nobody of this campaign can be called as the daemon is configured."""
    faults: Mapping[str, str]
    """What `/readyz` says, by the part at fault."""
    carrier: str | None
    """The carrier that new calls leave by."""
    open_calls: int
    """Of the whole daemon."""
    max_open_calls: int
    paces: Mapping[str, float]
    """Calls per second, by the setting that limits them."""


_OVER: Mapping[Outcome | None, str] = {
    Outcome.ANSWERED: "It was reached: answered.",
    Outcome.VOICEMAIL: "An answering machine took the call.",
    Outcome.NO_ANSWER: "Nobody answered, and no retry is left.",
    Outcome.BUSY: "The line was busy, and no retry is left.",
    Outcome.DECLINED: "The call was declined.",
    Outcome.INVALID_NUMBER: "The number is not valid.",
    Outcome.ERROR: "The call failed.",
    Outcome.SENT: "The message was sent.",
    Outcome.DELIVERED: "The message was delivered.",
    Outcome.UNDELIVERED: "The message could not be delivered.",
    Outcome.CANCELLED: "It was cancelled.",
    Outcome.EXPIRED: "The campaign expired before its turn came.",
    Outcome.UNKNOWN: "Its call was placed, and how it ended was never learned; it is not called again.",
}


def why_not(situation: Situation, contact: Contact, busy_until: Instant | None = None) -> Why | None:
    """None while it is being called. `busy_until`: by when another call to its number must be over."""
    if contact.status is ContactStatus.IN_PROGRESS:
        return None
    if contact.held:
        return Why(
            Bar.HELD,
            "It is not known whether its last call was placed; it is held until an operator requeues it.",
        )
    if contact.status is not ContactStatus.PENDING:
        return _over(contact)
    return (
        _campaign_holds(situation)
        or _daemon_holds(situation)
        or _row_holds(situation, contact)
        or _carrier_holds(situation)
        or _number_holds(busy_until)
        or _limit_holds(situation)
    )


def _over(contact: Contact) -> Why:
    sentence = _OVER.get(contact.outcome, "It is done.")
    if contact.outcome is Outcome.EXPIRED:
        return Why(Bar.NOT_EXPIRED, sentence)
    return Why(Bar.FINISHED if contact.person.usable else Bar.NUMBER_USABLE, sentence)


def _campaign_holds(situation: Situation) -> Why | None:
    campaign = situation.campaign
    expires_at = campaign.config.expires_at
    if campaign.status in UNFINISHED and expires_at is not None and expires_at <= situation.now:
        return Why(Bar.NOT_EXPIRED, f"The campaign expired at {format_instant(expires_at)}.")
    start = campaign.scheduled_at
    match campaign.status:
        case CampaignStatus.DRAFT if campaign.autostart and start is not None:
            sentence = f"The campaign is a draft; the clock launches it at {format_instant(start)}."
            return Why(Bar.CAMPAIGN_RUNNING, sentence, start)
        case CampaignStatus.DRAFT:
            return Why(Bar.CAMPAIGN_RUNNING, "The campaign is a draft; launch it.")
        case CampaignStatus.LAUNCHED:
            start = start or campaign.created_at
            return Why(Bar.CAMPAIGN_RUNNING, f"The campaign starts at {format_instant(start)}.", start)
        case CampaignStatus.PAUSED:
            sentence = campaign.status_detail or "The campaign is paused; resume it."
            return Why(Bar.CAMPAIGN_RUNNING, sentence)
        case _:
            return None


def _daemon_holds(situation: Situation) -> Why | None:
    if situation.hindrance is not None:
        return Why(Bar.AGENT, situation.hindrance)
    others = [sentence for part, sentence in situation.faults.items() if not part.startswith("carrier")]
    return Why(Bar.DAEMON, others[0]) if others else None


def _carrier_holds(situation: Situation) -> Why | None:
    for part in ("carrier", f"carrier:{situation.carrier}"):
        if part in situation.faults:
            return Why(Bar.CARRIER, situation.faults[part])
    return None


def _row_holds(situation: Situation, contact: Contact) -> Why | None:
    due = contact.due
    if contact.waiting is None or due is None or due <= situation.now:
        return None
    at = format_instant(due)
    match contact.waiting:
        case Waiting.RETRY:
            return Why(Bar.RETRY, f"It waits for its next try at {at}.", due)
        case Waiting.BACKOFF:
            return Why(Bar.BACKOFF, f"The carrier could not place its call; the next try is at {at}.", due)
        case Waiting.NUMBER_BUSY:
            return _number_holds(due)


def _number_holds(busy_until: Instant | None) -> Why | None:
    if busy_until is None:
        return None
    at = format_instant(busy_until)
    return Why(
        Bar.NUMBER_BUSY,
        f"Another call to this number is open; it is tried when that ends, by {at} at the latest.",
        busy_until,
    )


def _limit_holds(situation: Situation) -> Why:
    campaign = situation.campaign
    for used, limit, whose in (
        (campaign.counters.in_progress, campaign.max_concurrent, "campaign (max_concurrent)"),
        (situation.open_calls, situation.max_open_calls, "daemon (dialing.max_concurrent)"),
    ):
        if used >= limit:
            slots = "The one call slot" if limit == 1 else f"Each of the {limit} call slots"
            sentence = f"{slots} of the {whose} is in use; it is called when its turn comes."
            return Why(Bar.SLOTS, sentence)
    if situation.paces:
        pace, setting = min((pace, setting) for setting, pace in situation.paces.items())
        sentence = f"Calls leave at {pace:g} a second at most ({setting}); it is called when its turn comes."
        return Why(Bar.PACING, sentence)
    return Why(Bar.TURN, "It is called when its turn comes; nothing else holds it.")
