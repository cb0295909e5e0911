"""Attempts as they are shown: the API's calls."""

from dialer.domain.call import Attempt, AttemptState, Channel
from dialer.service.parts import Parts
from dialer.store import attempts, campaigns
from dialer.store.attempts import AttemptOfCampaign
from dialer.store.unit import Snapshot


async def page_of_campaign(
    parts: Parts, reference: str, *, state: AttemptState | None, phone: str | None, after: int, limit: int
) -> tuple[list[AttemptOfCampaign], int | None]:
    """Oldest first, and the cursor of the next page. Raises NotFound (campaign)."""

    def work(view: Snapshot) -> tuple[list[AttemptOfCampaign], int | None]:
        campaign = campaigns.find(view, reference)
        found: list[Attempt] = attempts.of_campaign(
            view, campaign.id, state=state, phone=phone, after=after, limit=limit + 1
        )
        page = [AttemptOfCampaign(attempt, campaign.public_id) for attempt in found[:limit]]
        return page, page[-1].attempt.numeric_id if len(found) > limit else None

    return await parts.store.read(work)


async def page(
    parts: Parts, *, channel: Channel | None, state: AttemptState | None, limit: int, offset: int
) -> tuple[list[AttemptOfCampaign], int]:
    """Of all campaigns, newest first, and how many there are in all."""
    return await parts.store.read(
        lambda view: attempts.page(view, channel=channel, state=state, limit=limit, offset=offset)
    )


async def get(parts: Parts, reference: str) -> AttemptOfCampaign:
    """By id or numeric id. Raises NotFound."""
    return await parts.store.read(lambda view: attempts.find(view, reference))
