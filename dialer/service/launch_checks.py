"""What a campaign must have before it may dial."""

from dataclasses import dataclass

from dialer.domain.call import Channel
from dialer.domain.campaign import Campaign, CampaignStatus
from dialer.domain.clock import Instant
from dialer.domain.errors import Fault, InvalidInput, NotFound
from dialer.domain.policy import Agent
from dialer.domain.template import placeholders
from dialer.service.agents import lacks
from dialer.service.parts import Parts
from dialer.service.reach import beyond_carrier

OF_THE_CAMPAIGN: frozenset[str] = frozenset({"agent_name", "campaign_name"})


@dataclass(frozen=True, slots=True)
class Chosen:
    """The agent and caller id that a request names, resolved."""

    agent: Agent
    from_number: str | None


def choose(parts: Parts, agent_reference: str, channel: Channel, from_number: str | None) -> Chosen:
    """Raises NotFound for an unknown agent, then InvalidInput with every other fault."""
    agent = parts.agents.get(agent_reference)
    faults = []
    if sentence := lacks(agent, channel):
        faults.append(Fault(("agent_id",), sentence, "agent_lacks_channel"))
    if sentence := beyond_carrier(parts, agent, channel):
        faults.append(Fault(("agent_id",), sentence, "beyond_carrier"))
    if from_number is not None and (sentence := parts.caller_ids.fault(from_number)):
        faults.append(Fault(("from_number",), sentence, "caller_id"))
    if faults:
        raise InvalidInput(faults)
    return Chosen(agent, from_number or parts.caller_ids.default)


def reasons_against(parts: Parts, campaign: Campaign, now: Instant) -> list[Fault]:
    """Every reason why this campaign cannot be launched now; empty when it can."""
    faults = []
    if campaign.counters.total == 0:
        faults.append(Fault(("contacts",), "The campaign has no contacts; add some.", "no_contacts"))
    try:
        choose(parts, campaign.agent_id, campaign.channel, campaign.from_number)
    except NotFound as error:
        drafted = campaign.status is CampaignStatus.DRAFT
        mend = "Choose another agent." if drafted else "Make a new campaign with another."
        faults.append(Fault(("agent_id",), f"{error} {mend}", "agent_missing"))
    except InvalidInput as error:
        faults.extend(error.faults)
    if campaign.channel is Channel.SMS and not campaign.message_template:
        faults.append(
            Fault(("message_template",), "An SMS campaign needs a message_template.", "no_template")
        )
    expires_at = campaign.config.expires_at
    if expires_at is not None and expires_at <= now:
        faults.append(
            Fault(("config", "expires_at"), "The campaign has expired; change config.expires_at.", "expired")
        )
    if parts.policy.refuse_unfilled and (unfilled := unfilled_placeholders(campaign)):
        names = ", ".join(f"{{{{{name}}}}} for {count}" for name, count in unfilled.items())
        faults.append(
            Fault(
                ("message_template",),
                f"Placeholders stay empty: {names}. Give them a value or a default such as "
                "{{name | there}}.",
                "unfilled_placeholders",
            )
        )
    return faults


def unfilled_placeholders(campaign: Campaign) -> dict[str, int]:
    """For each placeholder without a default, how many contacts have nothing to fill it with."""
    total = campaign.counters.total
    missing: dict[str, int] = {}
    for name, has_default in placeholders(campaign.message_template or "").items():
        filled = total if name == "phone" or name in OF_THE_CAMPAIGN else campaign.filled.get(name, 0)
        if not has_default and filled < total:
            missing[name] = total - filled
    return missing
