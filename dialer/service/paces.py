"""Limits of calls per second: which hold for a campaign."""

from collections.abc import Mapping

from dialer.domain.campaign import Campaign
from dialer.service.parts import Parts


def paces(parts: Parts, campaign: Campaign) -> Mapping[str, float]:
    """Calls per second, by the setting that says so; those that are no limit are left out."""
    number = campaign.from_number
    limits = {
        "config.pacing.calls_per_second": campaign.config.calls_per_second,
        "dialing.calls_per_second": parts.policy.calls_per_second,
        f"calls_per_second of {number}": parts.caller_ids.calls_per_second(number) if number else 0.0,
    }
    return {setting: pace for setting, pace in limits.items() if pace}
