"""`config` of a campaign: how it is read, stored and merged."""

import json
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from dialer.api.wire.faults import invalid
from dialer.api.wire.fields import Body, InstantText, Later, without_nulls
from dialer.domain.campaign import CampaignConfig, read_config
from dialer.domain.errors import Fault
from dialer.domain.retry import MAX_RETRIES
from dialer.domain.schedule import format_instant

MOST_CONCURRENT = 10_000
_LONGEST_WAIT = 60 * 24 * 366
_MOST_PER_SECOND = 10_000
_SPELLINGS = {
    "intervals_minutes": "intervalsMinutes",
    "interval_minutes": "intervalMinutes",
    "max_attempts": "maxAttempts",
    "by_outcome": "byOutcome",
}
_OWN = "expires_at_ms"
_RETRIED = frozenset({"no_answer", "busy", "voicemail"})
_RETRY_AFTER = re.compile(r"retry_after:[1-9][0-9]{0,4}[mhd]\Z", re.ASCII)

Minutes = Annotated[float, Field(ge=0, le=_LONGEST_WAIT)]
Waits = Annotated[list[Minutes], Field(max_length=MAX_RETRIES)]
Retried = Literal["no_answer", "busy", "voicemail"]
MaxConcurrent = Annotated[int, Field(ge=1, le=MOST_CONCURRENT)]


Action = Literal["hangup", "leave_message", "continue"]


class RetryBody(Body):
    enabled: bool | None = None
    intervals: Waits | None = Field(None, alias="intervalsMinutes")
    interval: Minutes | None = Field(None, alias="intervalMinutes")
    attempts: int | None = Field(None, alias="maxAttempts", ge=0, le=MAX_RETRIES)
    by_outcome: dict[Retried, Waits] | None = Field(None, alias="byOutcome")

    @model_validator(mode="after")
    def _one_shape(self) -> "RetryBody":
        legacy = [self.interval is not None, self.attempts is not None]
        if any(legacy) and self.intervals is not None:
            raise invalid(
                "must have intervalsMinutes alone, or intervalMinutes with maxAttempts, not both", "conflict"
            )
        if any(legacy) and not all(legacy):
            raise invalid(
                "needs both intervalMinutes and maxAttempts; or give intervalsMinutes", "incomplete"
            )
        return self

    def document(self) -> dict[str, object]:
        """What of it was given, in the one spelling that is stored."""
        waits = self.intervals
        if self.interval is not None and self.attempts is not None:
            waits = [self.interval] * self.attempts
        by_outcome = self.by_outcome and {key: _plain(value) for key, value in self.by_outcome.items()}
        return without_nulls(
            {
                "enabled": self.enabled,
                "intervalsMinutes": None if waits is None else _plain(waits),
                "byOutcome": by_outcome,
            }
        )


class PacingBody(Body):
    calls_per_second: float | None = Field(None, ge=0, le=_MOST_PER_SECOND)
    """0: no limit."""
    max_calls_per_hour: Later = None


class VoicemailBody(Body):
    detect: bool | None = None
    """Listens, after the answer, whether a machine speaks."""
    action: Action | None = None
    """What follows then; `hangup` unless it is said."""

    def document(self) -> dict[str, object]:
        return without_nulls({"detect": self.detect, "action": self.action})


def _on_unknown(text: str) -> str:
    if text != "hold" and not _RETRY_AFTER.match(text):
        raise invalid('must be "hold", or "retry_after:" with a time such as 24h')
    return text


OnUnknown = Annotated[
    str,
    AfterValidator(_on_unknown),
    WithJsonSchema({"type": "string", "pattern": "^(hold|retry_after:[1-9][0-9]{0,4}[mhd])$"}),
]


class ConfigBody(Body):
    retry: RetryBody | None = None
    pacing: PacingBody | None = None
    expires_at: InstantText | None = None
    on_unknown: OnUnknown | None = None
    max_concurrent: MaxConcurrent | None = None
    """Another place for the campaign's own; it is not stored here."""
    escalation: Later = None
    calling_window: Later = None
    voicemail: VoicemailBody | None = None
    recording: bool | None = None
    consent: Later = None

    def document(self) -> dict[str, object]:
        """What of it was given, in the spelling that is stored, without the instant of `expires_at`."""
        pacing = None
        if self.pacing is not None and self.pacing.calls_per_second is not None:
            pacing = {"calls_per_second": _plain([self.pacing.calls_per_second])[0]}
        return without_nulls(
            {
                "retry": self.retry.document() if self.retry else None,
                "pacing": pacing,
                "expires_at": self.expires_at,
                "on_unknown": self.on_unknown,
                "voicemail": self.voicemail.document() if self.voicemail else None,
                "recording": self.recording,
            }
        )


def spelled(raw: object) -> tuple[object, list[Fault]]:
    """A raw `config` with its retry rule in one spelling, and where that clashes."""
    retry = raw.get("retry") if isinstance(raw, dict) else None
    if not isinstance(raw, dict) or not isinstance(retry, dict):
        return raw, []
    found: dict[str, object] = {}
    faults: list[Fault] = []
    for key, value in retry.items():
        name = _SPELLINGS.get(str(key), str(key))
        earlier = found.get(name)
        if earlier is not None and value is not None and earlier != value:
            sentence = f"is given twice, as {name} too, with another value; say it once"
            faults.append(Fault(("config", "retry", key), sentence, "conflict"))
        found[name] = earlier if value is None else value
    return {**raw, "retry": found}, faults


def present(raw: object) -> object:
    """A `config` in one spelling without its nulls, ready to be validated."""
    if not isinstance(raw, dict):
        return raw
    inner: dict[str, type[Body]] = {"retry": RetryBody, "pacing": PacingBody, "voicemail": VoicemailBody}
    found = {
        key: without_nulls(value, inner.get(key)) if isinstance(value, dict) else value
        for key, value in raw.items()
    }
    retry = found.get("retry")
    by_outcome = retry.get("byOutcome") if isinstance(retry, dict) else None
    if isinstance(retry, dict) and isinstance(by_outcome, dict):
        given = {key: value for key, value in by_outcome.items() if value is not None or key not in _RETRIED}
        found["retry"] = {**retry, "byOutcome": given}
    return without_nulls(found, ConfigBody)


def patch_of(raw: object, body: ConfigBody | None) -> dict[str, object]:
    """The merge patch that a checked `config` is: what it sets as it is stored, and its nulls."""
    given, _ = spelled(raw)
    return _with_nulls(body.document() if body else {}, given if isinstance(given, dict) else {})


def merged(base: dict[str, object], patch: dict[str, object]) -> dict[str, object]:
    """JSON merge patch (RFC 7396)."""
    result = dict(base)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            inner = result.get(key)
            result[key] = merged(inner if isinstance(inner, dict) else {}, value)
        else:
            result[key] = value
    return result


def completed(document: dict[str, object]) -> dict[str, object]:
    """The document without what is empty; a retry rule that has waits and says nothing else is on.

    So is the detection of machines for which there is an action.
    """
    whole = _pruned(document)
    retry = whole.get("retry")
    if isinstance(retry, dict) and "enabled" not in retry:
        whole["retry"] = {"enabled": True, **retry}
    voicemail = whole.get("voicemail")
    if isinstance(voicemail, dict):
        whole["voicemail"] = {"detect": True, "action": "hangup", **voicemail}
    return whole


def _with_nulls(given: dict[str, object], raw: dict[str, object]) -> dict[str, object]:
    result = dict(given)
    for key, value in raw.items():
        if value is None:
            result.setdefault(key, None)
        elif isinstance(value, dict):
            inner = result.get(key)
            result[key] = _with_nulls(inner if isinstance(inner, dict) else {}, value)
    return result


def _pruned(document: dict[str, object]) -> dict[str, object]:
    inner = {key: _pruned(value) if isinstance(value, dict) else value for key, value in document.items()}
    return {key: value for key, value in inner.items() if value != {}}


def lacking(document: dict[str, object]) -> list[Fault]:
    """What the whole needs and a part need not have."""
    retry = document.get("retry")
    if not isinstance(retry, dict) or not retry.get("enabled"):
        return []
    if not {"intervalsMinutes", "byOutcome"} & retry.keys():
        sentence = "is required where retry is enabled, e.g. [60, 300, 1440]"
        return [Fault(("config", "retry", "intervalsMinutes"), sentence, "missing")]
    return []


def stored(document: dict[str, object], expires_at: int | None) -> CampaignConfig:
    """The configuration with its canonical JSON; there `expires_at` stands in UTC."""
    whole = dict(document)
    if expires_at is not None:
        whole |= {"expires_at": format_instant(expires_at), _OWN: expires_at}
    return read_config(json.dumps(whole, separators=(",", ":")))


def shown(config: CampaignConfig) -> dict[str, object]:
    """The document as the API shows it."""
    document: dict[str, object] = json.loads(config.document)
    document.pop(_OWN, None)
    return document


def _plain(numbers: list[float]) -> list[float]:
    """60.0 as 60, the way it was most likely written."""
    return [int(number) if number.is_integer() else number for number in numbers]
