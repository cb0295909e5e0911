"""The voice agents there are: those of the configuration file, and those made over the API."""

from collections.abc import Iterable

from dialer.domain.call import Channel
from dialer.domain.errors import NotFound
from dialer.domain.policy import Agent, Source


class Agents:
    """What the engine and the checks of a launch read; the rows of those made over the API, in memory."""

    def __init__(self, configured: Iterable[Agent], stored: Iterable[Agent] = ()) -> None:
        self._all: dict[str, Agent] = {}
        self._by_reference: dict[str, Agent] = {}
        # Where both name one, the file counts.
        for agent in (*stored, *configured):
            self.put(agent)

    def put(self, agent: Agent) -> None:
        """Adds it, or takes the place of the one with its id."""
        self._set({**self._all, agent.id: agent})

    def drop(self, agent_id: str) -> None:
        self._set({known: agent for known, agent in self._all.items() if known != agent_id})

    def _set(self, agents: dict[str, Agent]) -> None:
        # New ones each time: the store's thread reads them, too.
        self._all = agents
        self._by_reference = agents | {str(agent.numeric_id): agent for agent in agents.values()}

    def has(self, reference: str) -> bool:
        return reference in self._by_reference

    def get(self, reference: str) -> Agent:
        """By public id or numeric id. Raises NotFound."""
        try:
            return self._by_reference[reference]
        except KeyError:
            raise NotFound("agent", reference) from None

    def every(self) -> list[Agent]:
        """Those of the file in its order, then the others, the oldest first."""
        return sorted(self._all.values(), key=lambda agent: agent.numeric_id)


def lacks(agent: Agent, channel: Channel) -> str | None:
    """Why this agent cannot serve the channel, in one sentence; None when it can."""
    in_file = agent.source is Source.CONFIGURATION
    if channel is Channel.VOICE and not agent.voice:
        mend = "voice = true" if in_file else '"voiceEnabled": true'
        return f"Agent {agent.id} is not voice-enabled; choose another or set {mend}."
    if channel is Channel.SMS and not agent.sms:
        mend = "sms = true" if in_file else '"smsEnabled": true'
        return f"Agent {agent.id} is not enabled for SMS; choose another or set {mend}."
    return None
