"""POST /campaigns: from the body's bytes to a campaign that can be stored; pure, so that it runs anywhere."""

from dataclasses import dataclass

from dialer.api.wire import config, timing
from dialer.api.wire.campaign import CreateBody, lacking, read_body
from dialer.api.wire.contacts import read_contacts
from dialer.api.wire.document import read_object
from dialer.api.wire.fields import DEFAULT_NUMBER
from dialer.api.wire.rules import Rules
from dialer.domain.call import Channel
from dialer.domain.campaign import NewCampaign
from dialer.domain.contact import Audience
from dialer.domain.errors import Fault, InvalidInput


@dataclass(frozen=True, slots=True)
class CreateRequest:
    new: NewCampaign
    audience: Audience
    launch: bool
    """Create, then launch."""
    waits: str | None
    """Why the clock does not start it, where that needs a sentence."""
    notes: tuple[str, ...]
    """Sentences for `message`."""


def read_create(raw: bytes, rules: Rules) -> CreateRequest:
    """Raises NotJson, and InvalidInput with every fault of the body."""
    given = read_object(raw)
    body, faults = read_body(CreateBody, given)
    faults += lacking(given)
    audience, notes = Audience(), list[str]()
    if given.get("contacts") is not None:
        audience, wrong, notes = read_contacts(given["contacts"], rules)
        faults += wrong
    if body is None:
        raise InvalidInput(faults)
    request, wrong = _assemble(body, audience, notes, rules)
    faults += wrong
    if faults:
        raise InvalidInput(faults)
    return request


def _assemble(
    body: CreateBody, audience: Audience, notes: list[str], rules: Rules
) -> tuple[CreateRequest, list[Fault]]:
    zone = body.timezone or rules.default_timezone
    document = config.completed(config.merged({}, body.config.document() if body.config else {}))
    start = timing.read_start(body.start, zone, field="schedule" if body.schedule else "scheduled_at")
    expiry = timing.read_expiry(document.get("expires_at"), zone, rules=rules)
    found = (start.fault, expiry.fault, timing.misplaced_expiry(start.at, expiry.at))
    faults = [fault for fault in found if fault] + config.lacking(document)
    new = NewCampaign(
        name=body.name,
        agent_id=body.agent_id,
        channel=body.medium or Channel.VOICE,
        timezone=zone,
        description=body.description,
        message_template=body.message_template,
        scheduled_at=start.at,
        max_concurrent=body.at_once or 1,
        from_number=None if body.from_number == DEFAULT_NUMBER else body.from_number,
        config=config.stored(document, expiry.at),
        autostart=timing.starts_by_itself(start.at, body.status, rules),
    )
    request = CreateRequest(
        new=new,
        audience=audience,
        launch=body.status in ("scheduled", "running", "launched"),
        waits=timing.why_it_waits(start.at, body.status, rules),
        notes=tuple(note for note in (start.note, expiry.note, *notes) if note),
    )
    return request, faults
