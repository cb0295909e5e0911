"""The first sentence of `message`: what became of a campaign, and what starts it."""

from collections.abc import Sequence

from dialer.domain.campaign import Campaign, CampaignStatus
from dialer.domain.clock import Instant
from dialer.domain.schedule import format_instant

NOT_LAUNCHED = "Draft created, but not launched:"


def clock_starts(campaign: Campaign) -> bool:
    """Whether the clock starts it: a draft that nobody holds back, or what is launched ahead of its time."""
    if campaign.scheduled_at is None:
        return False
    drafted = campaign.status is CampaignStatus.DRAFT and campaign.autostart
    return drafted or campaign.status is CampaignStatus.LAUNCHED


def created(campaign: Campaign, waits: str | None, now: Instant) -> str:
    """`waits`: why its schedule does not start it."""
    if starts := _starts_by_itself(campaign, now):
        return f"Draft created; {starts}."
    sentences = ["Draft created.", waits, _how_to_launch(campaign)]
    return " ".join(sentence for sentence in sentences if sentence)


def rescheduled(campaign: Campaign, waits: str | None, now: Instant) -> str:
    """What starts a draft or a launched campaign after a change of its schedule."""
    if starts := _starts_by_itself(campaign, now):
        return f"{starts[0].upper()}{starts[1:]}."
    return " ".join(sentence for sentence in [waits, _how_to_launch(campaign)] if sentence)


def launched(campaign: Campaign, more: Sequence[str] = ()) -> str:
    """The reference's sentence, and what else there is to say."""
    said = "Campaign launched successfully"
    if campaign.status is CampaignStatus.LAUNCHED:
        said = f"Campaign launched; it starts at {format_instant(campaign.scheduled_at or 0)}"
    if campaign.status is CampaignStatus.COMPLETED:
        more = ["Nobody could be dialled; the campaign is completed.", *more]
    return f"{said}. {' '.join(more)}" if more else said


def not_launched(campaign: Campaign, why: str) -> str:
    return f"{NOT_LAUNCHED} {why} {_how_to_launch(campaign)}"


def resumed(campaign: Campaign) -> str:
    if campaign.status is CampaignStatus.COMPLETED:
        return "Nobody was left; the campaign is completed."
    if campaign.status is CampaignStatus.LAUNCHED:
        return f"Campaign resumed; it starts at {format_instant(campaign.scheduled_at or 0)}"
    return "Campaign resumed successfully"


def paused(*, hangup: bool) -> str:
    calls = "are being ended" if hangup else "go on to their end"
    return f"Campaign paused successfully. No new call leaves; calls in progress {calls}."


def _starts_by_itself(campaign: Campaign, now: Instant) -> str | None:
    if campaign.scheduled_at is None or not clock_starts(campaign):
        return None
    if campaign.scheduled_at <= now:
        return "it starts at once"
    return f"it starts by itself at {format_instant(campaign.scheduled_at)}"


def _how_to_launch(campaign: Campaign) -> str:
    return f"Launch it with POST /campaigns/{campaign.public_id}/launch."
