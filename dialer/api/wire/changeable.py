"""Until when each field of a campaign may change."""

from collections.abc import Iterable

from dialer.domain.campaign import OVER, UNFINISHED, CampaignStatus
from dialer.domain.errors import NotChangeable

_UNDER_WAY = frozenset({"name", "description", "max_concurrent", "config.pacing", "config.max_concurrent"})
"""It counts from the next dial on."""
_START = frozenset({"schedule", "scheduled_at"})
_EXPIRY = "config.expires_at"

_DRAFT = "while it is a draft"
_UNTIL_START = "while it is draft or launched"
_NOT_OVER = "while it is not over"
_NOT_UNDER_WAY = "while it is a draft or over"
"""What is over can be run again, and needs a later expiry for it."""


def check(fields: Iterable[str], status: CampaignStatus) -> None:
    """Raises NotChangeable with every field that the status forbids, and when it may change."""
    forbidden: dict[str, list[str]] = {}
    for field in sorted(fields):
        when, allowed = _rule(field)
        if status not in allowed:
            forbidden.setdefault(when, []).append(field)
    if not forbidden:
        return
    parts = [f"{', '.join(names)} can be changed only {when}" for when, names in forbidden.items()]
    every = sorted(name for names in forbidden.values() for name in names)
    raise NotChangeable(every, status, f"The campaign is {status}; {'; '.join(parts)}.")


def _rule(field: str) -> tuple[str, frozenset[CampaignStatus]]:
    draft = frozenset({CampaignStatus.DRAFT})
    if field in _UNDER_WAY:
        return _NOT_OVER, draft | UNFINISHED
    if field in _START:
        return _UNTIL_START, draft | {CampaignStatus.LAUNCHED}
    if field == _EXPIRY:
        return _NOT_UNDER_WAY, draft | OVER
    return _DRAFT, draft
