"""What Asterisk is asked for, and what the channel carries with it."""

from dialer.carriers.asterisk.settings import AsteriskSettings
from dialer.carriers.asterisk.wire import Plan
from dialer.carriers.base import PlaceRequest

PLAN = "CALL_PLAN"
"""The variable of the channel that holds its plan, as JSON."""


def plan_of(request: PlaceRequest, sound: str) -> Plan:
    agent = request.agent
    return Plan(
        ring_timeout=request.ring_timeout,
        max_duration=request.max_duration,
        sound=sound,
        agent=agent.kind,
        uri=agent.uri,
        client=agent.client,
        message="" if agent.kind == "message" else request.message,
        headers=dict(request.headers),
        on_machine=request.on_machine,
        record=request.record,
    )


def new_channel(request: PlaceRequest, plan: Plan, settings: AsteriskSettings) -> dict[str, object]:
    """The body of `POST /channels`. The variables are those of `contrib/asterisk/extensions.conf`."""
    body: dict[str, object] = {
        "endpoint": settings.channel_to(request.to),
        "context": settings.context,
        "extension": "s" if plan.on_machine is None else "amd",
        "priority": 1,
        "channelId": request.attempt_id,
        "timeout": request.ring_timeout,
        "variables": {
            "CALL_APP": settings.app,
            "CALL_LONGEST": str(request.max_duration),
            "CALL_FALLBACK": plan.sound,
            "CALL_RECORD": "1" if plan.record else "",
            PLAN: plan.model_dump_json(exclude_defaults=True),
        },
    }
    if request.from_number is not None:
        body["callerId"] = request.from_number
    return body
