"""Attempts as they are shown: the API's calls."""

from dataclasses import replace

from dialer.domain.call import Attempt, AttemptState, CallStage, Channel
from dialer.service.contacts import why_not
from dialer.service.parts import Parts
from dialer.store import attempts, calls, campaigns
from dialer.store.attempts import AttemptOfCampaign
from dialer.store.calls import Call, SingleCall
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

    return await parts.store.scan(work)


async def page(
    parts: Parts, *, channel: Channel | None, status: str | None, limit: int, offset: int
) -> tuple[list[Call], int]:
    """Of all campaigns, and single calls; newest first, and how many there are in all."""
    found, total = await parts.store.scan(
        lambda view: calls.page(view, channel=channel, status=status, limit=limit, offset=offset)
    )
    return [observed(parts, call) for call in found], total


async def get(parts: Parts, reference: str) -> Call:
    """By id or numeric id. Raises NotFound."""
    return observed(parts, await parts.store.read(lambda view: calls.find(view, reference)))


def observed(parts: Parts, call: Call) -> Call:
    """The call with the reason why it waits, where it is one that waits."""
    if isinstance(call, SingleCall) and call.status == CallStage.CONNECTING:
        return replace(call, detail=why_not(parts, call.campaign, call.contact) or call.detail)
    return call
