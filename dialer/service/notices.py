"""Sentences that warn without refusing; they stand in `message`."""

from dialer.domain.campaign import Campaign
from dialer.service.launch_checks import unfilled_placeholders
from dialer.service.parts import Parts


def notices(campaign: Campaign, parts: Parts) -> list[str]:
    """What the user may not have meant, one sentence each."""
    sentences = []
    limit = parts.policy.max_concurrent
    if campaign.max_concurrent > limit:
        sentences.append(
            f"max_concurrent {campaign.max_concurrent} is above the daemon's own limit of {limit},"
            " which counts."
        )
    total = campaign.counters.total
    for name, missing in unfilled_placeholders(campaign).items():
        whom = "nobody has" if missing == total else f"{missing} of {total} contacts do not have"
        sentences.append(f"{{{{{name}}}}} stays empty where {whom} a value for it.")
    return sentences
