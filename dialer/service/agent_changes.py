"""Agents that are made over the API: each change one transaction, then the registry follows."""

from collections.abc import Callable

from dialer.domain.call import Channel
from dialer.domain.errors import InTheWay, NotFound, ReadOnly
from dialer.domain.events import CampaignChanged
from dialer.domain.policy import Agent, Source
from dialer.service.parts import Parts
from dialer.service.receipts import Seal, unsealed
from dialer.store import agents, campaigns
from dialer.store.unit import Transaction


async def create(parts: Parts, agent: Agent, *, seal: Seal[Agent] = unsealed) -> Agent:
    """The agent with its numeric id; campaigns may name it from now on."""

    def create_agent(tx: Transaction) -> Agent:
        made = agents.insert(tx, agent)
        seal(tx, made)
        return made

    made = await parts.store.transact(create_agent)
    parts.agents.put(made)
    return made


async def change(parts: Parts, reference: str, edit: Callable[[Agent], Agent]) -> Agent:
    """Applies a pure edit; running campaigns go by it from their next call on.

    Raises NotFound, ReadOnly, InTheWay where it takes away a channel that a campaign needs.
    """
    agent_id = _made_here(parts, reference)

    def change_agent(tx: Transaction) -> Agent:
        after = edit(_stored(tx, agent_id))
        for channel in _not_served(after):
            if count := campaigns.unfinished_with_agent(tx, agent_id, channel):
                raise InTheWay(f"{_needing(count)} this agent for {channel}; {_end(count)} first.")
        agents.save(tx, after)
        for campaign_id in campaigns.running_with_agent(tx, agent_id):
            tx.record(CampaignChanged(campaign_id))
        return after

    changed = await parts.store.transact(change_agent)
    parts.agents.put(changed)
    return changed


async def delete(parts: Parts, reference: str) -> None:
    """Raises NotFound, ReadOnly, InTheWay while campaigns that are not over need it."""
    agent_id = _made_here(parts, reference)

    def delete_agent(tx: Transaction) -> None:
        _stored(tx, agent_id)
        if count := campaigns.unfinished_with_agent(tx, agent_id):
            raise InTheWay(f"{_needing(count)} this agent; {_end(count)} first.")
        agents.delete(tx, agent_id)

    await parts.store.transact(delete_agent)
    parts.agents.drop(agent_id)


def _made_here(parts: Parts, reference: str) -> str:
    """Its id. Raises NotFound, ReadOnly."""
    agent = parts.agents.get(reference)
    if agent.source is Source.CONFIGURATION:
        raise ReadOnly(f"Agent {agent.id} stands in the configuration file; change it there ([[agents]]).")
    return agent.id


def _stored(tx: Transaction, agent_id: str) -> Agent:
    """Raises NotFound: somebody deleted it meanwhile."""
    agent = agents.get(tx, agent_id)
    if agent is None:
        raise NotFound("agent", agent_id)
    return agent


def _not_served(agent: Agent) -> list[Channel]:
    return [channel for channel, on in ((Channel.VOICE, agent.voice), (Channel.SMS, agent.sms)) if not on]


def _needing(count: int) -> str:
    if count == 1:
        return "1 campaign or single call that is not over needs"
    return f"{count} campaigns or single calls that are not over need"


def _end(count: int) -> str:
    return "end it" if count == 1 else "end them"
