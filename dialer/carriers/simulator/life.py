"""The life of a simulated call, from its plan: which event at which moment."""

import math

from dialer.carriers.base import (
    AgentConnected,
    Answered,
    CarrierEvent,
    Dtmf,
    Ended,
    NotPlaced,
    Ringing,
    SmsReceived,
    SmsStatus,
)
from dialer.carriers.simulator.behaviour import Script
from dialer.carriers.simulator.call import Call, HungUp, Placing
from dialer.domain.call import AttemptState, Channel, Failure, OnMachine
from dialer.domain.clock import SECOND, Instant

OPT_OUT_DIGIT = "9"
_GONE_AFTER = 0.1
"""Seconds until one who answers and hangs up at once is gone."""
_THROTTLED_FOR = 1.0


def life(placing: Placing) -> list[CarrierEvent]:
    """All events of a call that nobody hangs up, in order; none for one that falls silent."""
    if placing.channel is Channel.SMS:
        return _of_a_message(placing)
    return _of_a_call(placing)


def refusal(placing: Placing) -> NotPlaced | None:
    """Set where the network does not take the request."""
    script = placing.plan.script
    if script is Script.THROTTLED:
        wait = _THROTTLED_FOR / placing.scale
        return NotPlaced(Failure.TEMPORARY, "Too many messages at once.", retry_after=wait)
    if script is Script.REJECTED:
        return NotPlaced(Failure.NUMBER, "The number does not exist.")
    return None


def ended_by_dialer(call: Call, hung_up: HungUp) -> Ended:
    """How a hung-up call ends: completed where it was answered, else cancelled."""
    placing = call.placing
    if call.answered_at is None:
        return Ended(
            placing.attempt_id, hung_up.at, AttemptState.CANCELLED, q850=16, sip_code=487, by="dialer"
        )
    talked = (hung_up.at - call.answered_at) / SECOND * placing.scale
    return Ended(
        placing.attempt_id,
        hung_up.at,
        AttemptState.COMPLETED,
        q850=16,
        by="dialer",
        billable_seconds=math.ceil(talked),
        recording_seconds=talked if placing.record else None,
    )


def _of_a_message(placing: Placing) -> list[CarrierEvent]:
    attempt, plan = placing.attempt_id, placing.plan
    refused = refusal(placing)
    if refused is not None:
        return [
            Ended(attempt, placing.at, AttemptState.FAILED, refused.failure, refused.detail, by="network"),
        ]
    delivery = "undelivered" if plan.script is Script.UNDELIVERED else "delivered"
    events: list[CarrierEvent] = [SmsStatus(attempt, _after(placing, 2 * plan.latency), delivery)]
    if plan.script is Script.OPTED_OUT:
        at = _after(placing, 3 * plan.latency)
        events.append(SmsReceived(at, from_number=placing.to, to=placing.from_number or "", text="STOP"))
    return events


def _of_a_call(placing: Placing) -> list[CarrierEvent]:
    attempt, plan = placing.attempt_id, placing.plan
    heard = _after(placing, plan.latency)
    match plan.script:
        case Script.SILENCE:
            return []
        case Script.BUSY:
            return [Ended(attempt, heard, AttemptState.BUSY, q850=17, sip_code=486, by="callee")]
        case Script.TEMPORARY:
            return [_failed(placing, heard, Failure.TEMPORARY, "No circuit is free.", q850=34, sip_code=503)]
        case Script.NO_SUCH_NUMBER:
            return [
                _failed(placing, heard, Failure.NUMBER, "The number does not exist.", q850=1, sip_code=404)
            ]
        case _:
            return [Ringing(attempt, heard), *_once_ringing(placing)]


def _once_ringing(placing: Placing) -> list[CarrierEvent]:
    attempt, plan = placing.attempt_id, placing.plan
    if plan.script is Script.NO_ANSWER or plan.ring > placing.ring_timeout:
        over = _after(placing, plan.latency + placing.ring_timeout)
        return [Ended(attempt, over, AttemptState.NO_ANSWER, q850=19, sip_code=487, by="network")]
    picked_up = _after(placing, plan.latency + plan.ring)
    if plan.script is Script.DECLINED:
        return [Ended(attempt, picked_up, AttemptState.DECLINED, q850=21, sip_code=603, by="callee")]
    return _once_answered(placing, picked_up)


def _once_answered(placing: Placing, at: Instant) -> list[CarrierEvent]:
    attempt, plan = placing.attempt_id, placing.plan
    talk = min(plan.talk, _GONE_AFTER) if plan.script is Script.GONE_AT_ONCE else plan.talk
    cut = talk > placing.max_duration
    talk = min(talk, placing.max_duration)
    machine = plan.script is Script.VOICEMAIL
    talked_on = machine and placing.on_machine is OnMachine.CONTINUE
    hears_agent = talked_on or plan.script in {Script.ANSWERED, Script.OPTED_OUT}
    events: list[CarrierEvent] = [Answered(attempt, at, amd="machine" if machine else None)]
    if hears_agent:
        events.append(AgentConnected(attempt, at))
    if plan.script is Script.OPTED_OUT:
        events.append(Dtmf(attempt, _after(placing, plan.latency + plan.ring + talk / 2), OPT_OUT_DIGIT))
    events.append(
        Ended(
            attempt,
            _after(placing, plan.latency + plan.ring + talk),
            AttemptState.VOICEMAIL if machine and not talked_on else AttemptState.COMPLETED,
            q850=16,
            by="network" if cut else "dialer" if machine else "callee",
            billable_seconds=math.ceil(talk),
            message_left=machine and not cut and placing.on_machine is OnMachine.LEAVE_MESSAGE,
            recording_seconds=talk if placing.record else None,
        )
    )
    return events


def _failed(
    placing: Placing, at: Instant, failure: Failure, detail: str, *, q850: int, sip_code: int
) -> Ended:
    return Ended(
        placing.attempt_id,
        at,
        AttemptState.FAILED,
        failure,
        detail,
        q850=q850,
        sip_code=sip_code,
        by="network",
    )


def _after(placing: Placing, seconds: float) -> Instant:
    return placing.at + round(seconds * SECOND / placing.scale)
