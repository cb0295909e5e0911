"""One attempt, from its slot to its end: claim, send, commit the answer, follow the call."""

import contextlib
import math
from collections.abc import Callable
from dataclasses import dataclass

from structlog.contextvars import bind_contextvars

from dialer.carriers.base import Ended, NotPlaced, Placed, PlaceRequest, PlaceResult, Uncertain
from dialer.domain.call import Attempt, AttemptState, Failure
from dialer.domain.campaign import Campaign, Origin
from dialer.domain.clock import HOUR, SECOND, Instant
from dialer.domain.errors import StoreUnavailable
from dialer.domain.ids import AttemptId, new_attempt_id, new_token
from dialer.domain.policy import Agent, shortest
from dialer.domain.retry import End
from dialer.engine.follow import Follower, OpenCall
from dialer.engine.persist import persist
from dialer.engine.slots import Seat
from dialer.engine.switchboard import Line, Switchboard
from dialer.engine.trunk import CannotPrepare, Trunk
from dialer.service import calls
from dialer.service.claims import Claimed, Stale, claim, longest_open
from dialer.service.fences import Dial
from dialer.service.headers import headers
from dialer.service.messages import render
from dialer.service.parts import Parts
from dialer.service.settlement import Settled
from dialer.store.attempts import Intent
from dialer.store.contacts import Callee

_SEND_TIMEOUT = 10.0
_OLDEST_CLAIM = 10 * SECOND
"""A claim older than this is not sent: the machine slept, and what its gates saw may no longer hold."""
_STORE_RETRY = SECOND
_A_DAY = 24 * HOUR
_WITHDRAWN = "withdrawn before it was sent"
_MESSAGE = "message"
"""The kind of agent that is none: nobody is there to be told anything."""


@dataclass(frozen=True, slots=True)
class Errand:
    """Whom to call, and for what."""

    campaign: Campaign
    agent: Agent
    callee: Callee
    claimed: Callable[[], None]
    """Called once the intent is committed: the contact is no longer due."""


@dataclass(frozen=True, slots=True)
class NotClaimed:
    """The contact was held back; it is worth asking again then, None: on an event."""

    until: Instant | None
    as_it_was: bool = False
    """Whether its row was not written, so that it must be looked for where it stood."""


@dataclass(frozen=True, slots=True)
class _Ready:
    """A call that is prepared."""

    intent: Intent
    request: PlaceRequest
    unfit: NotPlaced | None
    """Why it cannot be placed, while others can."""


class Caller:
    """Each coroutine of it owns one seat from its start to its return."""

    def __init__(self, parts: Parts, switchboard: Switchboard) -> None:
        self._parts = parts
        self._clock = parts.clock
        self._switchboard = switchboard
        self._follower = Follower(parts)

    async def dial(self, errand: Errand, trunk: Trunk, seat: Seat) -> Settled | NotClaimed:
        """Places one call and returns when it has ended, or nothing more will be learned of it."""
        intent = self._intent(errand, trunk, self._clock.now())
        bind_contextvars(campaign=errand.campaign.public_id, contact=errand.callee.id, attempt=intent.id)
        request = _request(errand, intent)
        try:
            unfit = await trunk.prepare(errand, request)
        except CannotPrepare as trouble:
            until = self._clock.now() + math.ceil(trouble.seconds * SECOND)
            return NotClaimed(until, as_it_was=True)
        try:
            return await self._place(errand, _Ready(intent, request, unfit), trunk, seat)
        finally:
            trunk.carrier.discard(request)

    async def _place(self, errand: Errand, ready: "_Ready", trunk: Trunk, seat: Seat) -> Settled | NotClaimed:
        intent, now = ready.intent, self._clock.now()
        with self._switchboard.line(intent.id, intent.campaign) as line:
            with self._parts.fences.dial(intent.campaign, intent.phone) as dial:
                # While it was prepared, the daemon may have begun to stop.
                held = NotClaimed(None) if self._parts.fences.closed else await self._claim(intent)
                if held is not None:
                    trunk.spared(errand)
                    return held
                errand.claimed()
                result = ready.unfit or await self._send(ready.request, trunk, dial, now)
                if result is None:
                    trunk.spared(errand)
                    return await self._withdraw(intent, dial, trunk)
                if ready.unfit is None:
                    trunk.answered(errand, result)
                else:
                    trunk.spared(errand)
                settled = await self._commit(intent, result, line, trunk)
            if settled is not None:
                return settled
            call = self._follower.open(
                intent.id,
                carrier_id=result.carrier_id if isinstance(result, Placed) else None,
                ring_timeout=intent.ring_timeout,
                max_duration=intent.max_duration,
                created_at=now,
                blocked_until=now + longest_open(intent),
            )
            if isinstance(result, Uncertain):
                settled = await self._follower.reconcile(
                    call, trunk, line, known=False, looked=seat.give_back
                )
            return settled or await self._follower.follow(call, trunk, line)

    async def adopt(self, attempt: Attempt, trunk: Trunk, seat: Seat) -> Settled:
        """Takes over an attempt of an earlier process: asks the carrier at once, then follows it."""
        call: OpenCall = self._follower.open(
            attempt.id,
            carrier_id=attempt.carrier_id,
            ring_timeout=attempt.ring_timeout,
            max_duration=attempt.max_duration,
            created_at=attempt.created_at,
            blocked_until=attempt.blocked_until or attempt.created_at,
            answered_at=attempt.answered_at,
            keys=len(attempt.dtmf or ""),
            seen=trunk.looking(),
        )
        bind_contextvars(contact=attempt.contact, attempt=attempt.id)
        with self._switchboard.line(attempt.id, attempt.campaign) as line:
            line.unwanted = attempt.hangup_requested_at is not None
            known = attempt.state is not AttemptState.UNCERTAIN
            settled = await self._follower.reconcile(call, trunk, line, known=known, looked=seat.give_back)
            settled = settled or await self._follower.follow(call, trunk, line)
            call.seen()
            return settled

    def _intent(self, errand: Errand, trunk: Trunk, now: Instant) -> Intent:
        policy, campaign, agent = self._parts.policy, errand.campaign, errand.agent
        person = errand.callee.person
        # The first attempt of a single call has the id that its caller was given.
        is_answered_for = campaign.origin == Origin.CALL and errand.callee.tries == 0
        return Intent(
            id=AttemptId(campaign.public_id) if is_answered_for else new_attempt_id(now),
            campaign=campaign.id,
            run=campaign.run,
            contact=errand.callee.id,
            channel=campaign.channel,
            phone=person.phone,
            from_number=campaign.from_number,
            agent_id=agent.id,
            carrier=trunk.name,
            callback_token=new_token(),
            text=render(campaign, agent, person, policy.default_message),
            ring_timeout=policy.ring_timeout,
            max_duration=shortest(policy.max_duration, agent.max_duration, campaign.config.max_duration),
            agent_kind=agent.connect.kind,
            recording_kept=policy.recordings_kept * _A_DAY if campaign.config.recording else None,
        )

    async def _claim(self, intent: Intent) -> NotClaimed | None:
        try:
            claimed = await claim(self._parts.store, intent)
        except StoreUnavailable as error:
            self._parts.readiness.fault("store", str(error))
            return NotClaimed(self._clock.now() + _STORE_RETRY, as_it_was=True)
        except BaseException:
            # Cancelled while the claim was on its way. Transactions keep their order, so this one finds
            # the intent if it was committed; nobody else owns it. Where it cannot be written, the next
            # start doubts the intent.
            with contextlib.suppress(StoreUnavailable):
                await calls.conclude(self._parts.store, intent.id, self._withdrawn(), _WITHDRAWN)
            raise
        if isinstance(claimed, Claimed):
            return None
        if isinstance(claimed, Stale):
            return NotClaimed(claimed.due or self._clock.now(), as_it_was=True)
        return NotClaimed(claimed.until)

    async def _send(
        self, request: PlaceRequest, trunk: Trunk, dial: Dial, claimed_at: Instant
    ) -> PlaceResult | None:
        """The carrier's answer; None when it must not be sent any more."""
        try:
            async with self._clock.timeout(_SEND_TIMEOUT) as deadline:
                fresh = abs(self._clock.now() - claimed_at) < _OLDEST_CLAIM
                if not (dial.may_send(deadline) and fresh):
                    return None
                return await trunk.place(request)
        except TimeoutError:
            return Uncertain("the carrier did not answer in time")

    async def _withdraw(self, intent: Intent, dial: Dial, trunk: Trunk) -> Settled:
        """Nothing was sent: the contact is pending again, and it was nobody's fault.

        Unless somebody hung up on it: then it has had its call.
        """
        if dial.hung_up:
            word = Ended(intent.id, self._clock.now(), AttemptState.CANCELLED, by="dialer")
            report = await self._follower.report(intent.id, [word], trunk)
            return (report.settled if report else None) or Settled()
        return await self._follower.conclude(intent.id, self._withdrawn(), _WITHDRAWN) or Settled()

    def _withdrawn(self) -> End:
        now = self._clock.now()
        return End(AttemptState.NOT_PLACED, now, failure=Failure.TEMPORARY, carrier_healthy=False)

    async def _commit(self, intent: Intent, result: PlaceResult, line: Line, trunk: Trunk) -> Settled | None:
        """Writes the carrier's answer, and what it told meanwhile; what follows if that ended the attempt."""
        match result:
            case Placed():
                report = await self._follower.report(intent.id, [result, *line.take()], trunk)
                return report.settled if report else Settled()
            case NotPlaced() if words := line.take():
                # The call has spoken, whatever became of the request for it.
                report = await self._follower.report(intent.id, words, trunk)
                return report.settled if report else Settled()
            case NotPlaced(failure=failure, detail=detail, retry_after=retry_after):
                end = End(
                    AttemptState.NOT_PLACED,
                    self._clock.now(),
                    failure=failure,
                    retry_after=retry_after,
                    carrier_healthy=trunk.healthy,
                )
                return await self._follower.conclude(intent.id, end, detail)
            case Uncertain(detail=detail):
                await persist(self._parts, lambda: calls.doubt(self._parts.store, intent.id, detail))
                return None


def _request(errand: Errand, intent: Intent) -> PlaceRequest:
    campaign, connect = errand.campaign, errand.agent.connect
    told = connect.kind != _MESSAGE
    return PlaceRequest(
        attempt_id=intent.id,
        callback_token=intent.callback_token,
        channel=intent.channel,
        to=intent.phone,
        from_number=intent.from_number,
        ring_timeout=intent.ring_timeout,
        max_duration=intent.max_duration,
        message=intent.text,
        agent=connect,
        headers=headers(campaign, errand.callee.id, intent.id, errand.callee.person) if told else {},
        on_machine=campaign.config.on_machine,
        record=campaign.config.recording,
    )
