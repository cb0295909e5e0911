"""The voice agents there are. They come from the configuration file."""

from collections.abc import Iterable

from dialer.domain.call import Channel
from dialer.domain.errors import NotFound
from dialer.domain.policy import Agent


class Agents:
    def __init__(self, agents: Iterable[Agent]) -> None:
        self._by_reference: dict[str, Agent] = {}
        for agent in agents:
            self._by_reference[agent.id] = agent
            self._by_reference[str(agent.numeric_id)] = agent

    def has(self, reference: str) -> bool:
        return reference in self._by_reference

    def get(self, reference: str) -> Agent:
        """By public id or numeric id. Raises NotFound."""
        try:
            return self._by_reference[reference]
        except KeyError:
            raise NotFound("agent", reference) from None


def lacks(agent: Agent, channel: Channel) -> str | None:
    """Why this agent cannot serve the channel, in one sentence; None when it can."""
    if channel is Channel.VOICE and not agent.voice:
        return f"Agent {agent.id} is not voice-enabled; choose another or set voice = true."
    if channel is Channel.SMS and not agent.sms:
        return f"Agent {agent.id} is not enabled for SMS; choose another or set sms = true."
    return None
