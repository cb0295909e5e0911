"""The first sentence of `message`: what became of a campaign, and what starts it."""

from collections.abc import Sequence

from dialer.domain.campaign import Campaign, CampaignStatus
from dialer.domain.schedule import format_instant


def created(campaign: Campaign, waits: str | None) -> str:
    """`waits`: why its schedule does not start it."""
    if campaign.autostart and campaign.scheduled_at is not None:
        return f"Draft created; it starts by itself at {format_instant(campaign.scheduled_at)}."
    sentences = ["Draft created.", waits, _how_to_launch(campaign)]
    return " ".join(sentence for sentence in sentences if sentence)


def launched(campaign: Campaign, more: Sequence[str] = ()) -> str:
    """The reference's sentence, and what else there is to say."""
    said = "Campaign launched successfully"
    if campaign.status is CampaignStatus.LAUNCHED:
        said = f"Campaign launched; it starts at {format_instant(campaign.scheduled_at or 0)}"
    return f"{said}. {' '.join(more)}" if more else said


def not_launched(campaign: Campaign, why: str) -> str:
    return f"Draft created, but not launched: {why} {_how_to_launch(campaign)}"


def resumed(campaign: Campaign) -> str:
    if campaign.status is CampaignStatus.LAUNCHED:
        return f"Campaign resumed; it starts at {format_instant(campaign.scheduled_at or 0)}"
    return "Campaign resumed successfully"


def paused(*, hangup: bool) -> str:
    calls = "are being ended" if hangup else "go on to their end"
    return f"Campaign paused successfully. No new call leaves; calls in progress {calls}."


def _how_to_launch(campaign: Campaign) -> str:
    return f"Launch it with POST /campaigns/{campaign.public_id}/launch."
