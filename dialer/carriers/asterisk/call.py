"""A call on an Asterisk: what its channels tell, in the words of the seam."""

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass, field

from dialer.carriers.asterisk.outcome import Ending, in_words, unanswered
from dialer.carriers.asterisk.wire import AriEvent, Plan
from dialer.carriers.base import AgentConnected, Answered, CallEvent, Dtmf, Ended, Ringing
from dialer.domain.call import AttemptState, Failure, OnMachine
from dialer.domain.clock import SECOND, Clock, Instant
from dialer.domain.ids import AttemptId

_NORMAL = 16
_EARLY = 0.5
"""Seconds by which Asterisk's clock may be ahead of ours when it says that a time-out has passed."""
_CUT = 0.05
_UP, _RINGING = "Up", "Ringing"
_VERDICTS = {"HUMAN": "human", "MACHINE": "machine", "NOTSURE": "unsure"}


@dataclass(slots=True, eq=False)
class Call:
    """`tell` is called with each word once; `placed_at` is monotonic."""

    attempt_id: AttemptId
    clock: Clock
    tell: Callable[[CallEvent], None]
    plan: Plan | None = None
    """None: the call was found on the Asterisk, and what it carries was not read yet."""
    placed_at: float | None = None
    taken: bool = False
    """Asterisk has said that it has the call: if it does not list it any more, it is over."""
    told: list[CallEvent] = field(default_factory=list)
    rang: bool = False
    answered_at: Instant | None = None
    amd: str | None = None
    ended_by: str | None = None
    """Whoever hung up first: callee, agent or dialer."""
    refused_afar: bool = False
    """The other end ended it, rather than Asterisk."""
    message_left: bool = False
    over: asyncio.Event = field(default_factory=asyncio.Event)
    tended: bool = False
    """Somebody takes care of it since it was answered."""
    played: "asyncio.Future[bool] | None" = None
    """The sound that is being played; True: to its end."""
    fault: str | None = None
    """What went wrong after the answer, in a sentence."""
    greeted: asyncio.Event = field(default_factory=asyncio.Event)
    agent_up: asyncio.Event = field(default_factory=asyncio.Event)
    agent_over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def agent_channel(self) -> str:
        return f"{self.attempt_id}.agent"

    @property
    def bridge(self) -> str:
        return f"{self.attempt_id}.bridge"

    def hear(self, event: AriEvent) -> None:
        """An event of its own channel."""
        match event.type:
            case "Dial" if event.dialstatus in {"RINGING", "PROGRESS"}:
                self.ringing(rang=event.dialstatus == "RINGING")
            case "ChannelStateChange" if event.channel and event.channel.state == _RINGING:
                self.ringing(rang=True)
            case "ChannelStateChange" if event.channel and event.channel.state == _UP:
                self.up()
            case "StasisStart":
                self.arrived(event.args)
            case "ChannelDtmfReceived" if event.digit and not self.over.is_set():
                self._tell(Dtmf(self.attempt_id, self.clock.now(), event.digit))
            case "ChannelHangupRequest" if not event.soft:
                self.refused_afar = True
                self.ended_by = self.ended_by or "callee"
            case "ChannelDestroyed":
                self.destroyed(event.cause, event.tech_cause)
            case _:
                pass

    def hear_of_agent(self, event: AriEvent) -> None:
        """An event of the agent's channel."""
        if event.type == "StasisStart":
            self.agent_up.set()
        elif event.type == "ChannelDestroyed":
            self.agent_over.set()

    def ringing(self, *, rang: bool) -> None:
        """Early media is told as ringing, too: somebody's network has the call."""
        self.rang = self.rang or rang
        if not self._has_told(Ringing) and self.answered_at is None and not self.over.is_set():
            self._tell(Ringing(self.attempt_id, self.clock.now()))

    def up(self) -> None:
        if self.answered_at is None:
            self.answered_at = self.clock.now()
        if self.plan is None or self.plan.on_machine is None:
            self._answered()

    def arrived(self, args: list[str]) -> None:
        """The dialplan hands it over: `contact`, and the verdict on machines where it was asked for; or
        `greeted`, when a machine has said its greeting.
        """
        if args[:1] == ["greeted"]:
            self.greeted.set()
            return
        if self.answered_at is None:
            self.answered_at = self.clock.now()
        if len(args) > 1:
            self.amd = _VERDICTS.get(args[1], "unsure")
        self._answered()

    def sound_over(self, *, heard: bool) -> None:
        if self.played is not None and not self.played.done():
            self.played.set_result(heard)

    def connected(self) -> None:
        if not self._has_told(AgentConnected) and not self.over.is_set():
            self._tell(AgentConnected(self.attempt_id, self.clock.now()))

    def destroyed(self, cause: int | None, sip_code: int | None) -> None:
        if self.over.is_set():
            return
        if self.answered_at is None:
            self._end(*self._how_unanswered(cause, sip_code), q850=cause, sip_code=sip_code)
        else:
            self._answered()
            if self._at_its_longest():
                # The sound that was cut off with it is told first, as if it had been over.
                self.ended_by = "network"
            # Asterisk gives 0 where its own dialplan hung up, which is how each of our calls ends.
            self._end(self._how_answered(), None, self.fault, q850=cause or _NORMAL, sip_code=sip_code)

    def lost(self) -> None:
        """It ended while nobody listened; how, is only known of one that was answered."""
        if self.over.is_set():
            return
        if self.answered_at is not None:
            self._answered()
            detail = "It ended while the events of Asterisk were cut off."
            self._end(self._how_answered(), None, detail, q850=None, sip_code=None)
        self._close()

    def _how_answered(self) -> AttemptState:
        to_machine = self.amd == "machine" and (
            self.plan is None or self.plan.on_machine is not OnMachine.CONTINUE
        )
        return AttemptState.VOICEMAIL if to_machine else AttemptState.COMPLETED

    def _how_unanswered(
        self, cause: int | None, sip_code: int | None
    ) -> tuple[AttemptState, Failure | None, str | None]:
        if self.ended_by == "dialer":
            return AttemptState.CANCELLED, None, None
        ending = Ending(cause, sip_code, self.rang, self.refused_afar, self._timed_out())
        state, failure = unanswered(ending)
        if state in {AttemptState.NO_ANSWER, AttemptState.FAILED}:
            self.ended_by = "network"
        return state, failure, in_words(ending) if failure else None

    def _timed_out(self) -> bool:
        if self.plan is None or self.placed_at is None:
            return True  # of a call that an earlier process placed, Asterisk's own word must do
        return self.clock.monotonic() - self.placed_at >= self.plan.ring_timeout - _EARLY

    def _at_its_longest(self) -> bool:
        if self.plan is None or self.answered_at is None:
            return False
        return (self.clock.now() - self.answered_at) / SECOND >= self.plan.max_duration - _CUT

    def _answered(self) -> None:
        if not self._has_told(Answered) and self.answered_at is not None:
            self._tell(Answered(self.attempt_id, self.answered_at, self.amd))

    def _end(
        self,
        state: AttemptState,
        failure: Failure | None,
        detail: str | None,
        *,
        q850: int | None,
        sip_code: int | None,
    ) -> None:
        now = self.clock.now()
        talked = 0 if self.answered_at is None else math.ceil((now - self.answered_at) / SECOND)
        self._tell(
            Ended(
                self.attempt_id,
                now,
                state,
                failure,
                detail,
                q850,
                sip_code,
                self.ended_by or "network",
                billable_seconds=talked,
                message_left=self.message_left and state is AttemptState.VOICEMAIL,
                recording_seconds=self._recorded(now),
            )
        )
        self._close()

    def _recorded(self, now: Instant) -> float | None:
        """From the answer on, by the dialplan."""
        if self.plan is None or not self.plan.record or self.answered_at is None:
            return None
        return (now - self.answered_at) / SECOND

    def _close(self) -> None:
        self.over.set()
        self.sound_over(heard=False)

    def _has_told(self, kind: type[CallEvent]) -> bool:
        return any(isinstance(word, kind) for word in self.told)

    def _tell(self, word: CallEvent) -> None:
        self.told.append(word)
        self.tell(word)
