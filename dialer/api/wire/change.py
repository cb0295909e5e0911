"""PATCH /campaigns/{id}: what is sent changes, and only where the campaign's status allows it."""

from dataclasses import dataclass, replace

from dialer.api.wire import changeable, config, timing
from dialer.api.wire.campaign import ChangeBody, read_body
from dialer.api.wire.contacts import read_contacts
from dialer.api.wire.document import read_object
from dialer.api.wire.fields import DEFAULT_NUMBER
from dialer.api.wire.messages import rescheduled
from dialer.api.wire.rules import Rules
from dialer.domain.campaign import Campaign, CampaignConfig, CampaignStatus
from dialer.domain.clock import Instant
from dialer.domain.contact import Audience
from dialer.domain.errors import Fault, InvalidInput, ScopeMissing
from dialer.domain.scope import Scope


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """A change that is checked as far as it can be without the campaign that it is for."""

    body: ChangeBody
    sent: frozenset[str]
    """The fields that the body names, those of `config` with their prefix, without those that are null."""
    config_patch: dict[str, object]
    audience: Audience | None
    """The new contacts, where the body has any."""
    notes: tuple[str, ...]
    rules: Rules

    def apply(self, campaign: Campaign) -> Campaign:
        """The changed campaign.

        Raises NotChangeable with every field that its status forbids; ScopeMissing; InvalidInput.
        """
        changeable.check(self.sent | self._removed(campaign), campaign.status)
        if campaign.status is CampaignStatus.LAUNCHED and self.body.start and not self.rules.may_launch:
            raise ScopeMissing(Scope.CAMPAIGNS_LAUNCH)  # whoever moves its start might start it now
        body = self.body
        zone = body.timezone or campaign.timezone
        faults: list[Fault] = []
        scheduled_at = self._scheduled_at(campaign, zone, faults)
        changed = replace(
            campaign,
            name=body.name or campaign.name,
            agent_id=body.agent_id or campaign.agent_id,
            channel=body.medium or campaign.channel,
            timezone=zone,
            scheduled_at=scheduled_at,
            autostart=self._autostart(campaign, scheduled_at),
            max_concurrent=body.at_once or campaign.max_concurrent,
            description=body.description if "description" in self.sent else campaign.description,
            message_template=(
                body.message_template if "message_template" in self.sent else campaign.message_template
            ),
            from_number=self._from_number(campaign),
            config=self._config(campaign, zone, faults),
        )
        if (fault := self._misplaced(changed)) and not faults:
            faults.append(fault)
        if faults:
            raise InvalidInput(faults)
        return changed

    def message(self, campaign: Campaign) -> list[str]:
        """Sentences about what was understood, once it is applied."""
        start = timing.read_start(self.body.start, campaign.timezone)
        expiry = timing.read_expiry(self.config_patch.get("expires_at"), campaign.timezone, rules=self.rules)
        sentences = [start.note, expiry.note, *self.notes]
        if self.body.start is not None or self.body.status is not None:
            waits = timing.why_it_waits(campaign.scheduled_at, self.body.status, self.rules)
            sentences.insert(0, rescheduled(campaign, waits, self.rules.now))
        return [sentence for sentence in sentences if sentence]

    def _removed(self, campaign: Campaign) -> set[str]:
        """What a null takes away; where there is nothing to take, it equals absent."""
        present = config.shown(campaign.config).keys()
        return {
            f"config.{key}" for key, value in self.config_patch.items() if value is None and key in present
        }

    def _scheduled_at(self, campaign: Campaign, zone: str, faults: list[Fault]) -> Instant | None:
        if self.body.start is None:
            return campaign.scheduled_at
        field = "schedule" if self.body.schedule else "scheduled_at"
        start = timing.read_start(self.body.start, zone, field=field)
        if start.fault:
            faults.append(start.fault)
        if campaign.status is CampaignStatus.LAUNCHED or self._autostart(campaign, start.at):
            # The operator's word: what he sets into the past is no start that the daemon missed.
            return max(start.at or 0, self.rules.now)
        return start.at

    def _misplaced(self, changed: Campaign) -> Fault | None:
        """A schedule after the expiry, whichever of the two was sent."""
        if self.body.start is None and self.config_patch.get("expires_at") is None:
            return None
        fault = timing.misplaced_expiry(changed.scheduled_at, changed.config.expires_at)
        if fault is None or self.config_patch.get("expires_at") is not None:
            return fault
        field = "schedule" if self.body.schedule else "scheduled_at"
        return replace(fault, loc=(field,), msg="must be earlier than config.expires_at")

    def _autostart(self, campaign: Campaign, scheduled_at: Instant | None) -> bool:
        if self.body.start is None and self.body.status is None:
            return campaign.autostart
        return timing.starts_by_itself(scheduled_at, self.body.status, self.rules)

    def _from_number(self, campaign: Campaign) -> str | None:
        if self.body.from_number is None:
            return campaign.from_number
        return None if self.body.from_number == DEFAULT_NUMBER else self.body.from_number

    def _config(self, campaign: Campaign, zone: str, faults: list[Fault]) -> CampaignConfig:
        if not self.config_patch:
            return campaign.config
        document = config.completed(config.merged(config.shown(campaign.config), self.config_patch))
        faults += config.lacking(document)
        if "expires_at" not in self.config_patch:
            return config.stored(document, campaign.config.expires_at)
        expiry = timing.read_expiry(document.get("expires_at"), zone, rules=self.rules)
        if expiry.fault:
            faults.append(expiry.fault)
        return config.stored(document, expiry.at)


def read_change(raw: bytes, rules: Rules) -> ChangeRequest:
    """Raises NotJson, and InvalidInput with every fault of the body."""
    given = read_object(raw)
    body, faults = read_body(ChangeBody, given)
    audience, notes = None, list[str]()
    if given.get("contacts") is not None:
        audience, wrong, notes = read_contacts(given["contacts"], rules)
        faults += wrong
    if body is None or faults:
        raise InvalidInput(faults)
    if audience is not None:
        body = body.model_copy(update={"contacts": None})  # it would cross back from the worker for nothing
    patch = config.patch_of(given.get("config"), body.config)
    return ChangeRequest(body, _sent(given), patch, audience, tuple(notes), rules)


def _sent(given: dict[str, object]) -> frozenset[str]:
    names = {key for key, value in given.items() if value is not None and key != "config"}
    inner = given.get("config")
    if isinstance(inner, dict):
        names |= {f"config.{key}" for key, value in inner.items() if value is not None}
    return frozenset(names)
