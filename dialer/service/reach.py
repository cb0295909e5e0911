"""Whether the carrier can do what a campaign asks of it, and connect its agent."""

from dialer.domain.call import Channel
from dialer.domain.campaign import Campaign
from dialer.domain.policy import Agent
from dialer.service.parts import Parts


def beyond_carrier(parts: Parts, agent: Agent, channel: Channel) -> str | None:
    """Why the carrier that dials cannot serve it, in one sentence; None when it can, or there is none."""
    carrier = parts.carriers.get(parts.policy.carrier or "")
    if carrier is None:
        return None
    abilities, connect = carrier.abilities, agent.connect
    if channel not in abilities.channels:
        kinds = " and ".join(sorted(abilities.channels))
        return f"Carrier {carrier.name} carries {kinds} alone; choose another channel, or dialing.carrier."
    if channel is not Channel.VOICE:
        return None
    if connect.kind not in abilities.agent_kinds:
        kinds = ", ".join(sorted(abilities.agent_kinds))
        return (
            f"Carrier {carrier.name} cannot connect agent {agent.id} by {connect.kind}; set its connect to"
            f" one of {kinds}."
        )
    if connect.kind == "websocket" and "client" in abilities.agent_needs and connect.client is None:
        return (
            f"Carrier {carrier.name} finds agent {agent.id} only by connect.client, which it lacks: the name"
            " of an entry that the carrier has for it."
        )
    return None


def hindrance(parts: Parts, campaign: Campaign) -> str | None:
    """What keeps everybody of a campaign from being called until the configuration changes."""
    if not parts.agents.has(campaign.agent_id):
        return f"The campaign's agent {campaign.agent_id} is there no more; add it, or cancel the campaign."
    return beyond_carrier(parts, parts.agents.get(campaign.agent_id), campaign.channel)
