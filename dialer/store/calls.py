"""Calls as the API lists them: the attempts of campaigns, and single calls, one entry each."""

from dataclasses import dataclass
from typing import TypeAlias

from dialer.domain.call import Attempt, Channel
from dialer.domain.campaign import Campaign
from dialer.domain.contact import Contact
from dialer.domain.ids import CampaignId
from dialer.store import attempts, campaigns, contacts
from dialer.store.attempts import AttemptOfCampaign
from dialer.store.unit import Snapshot, key_of


@dataclass(frozen=True, slots=True)
class SingleCall:
    """A campaign of one contact, made for one call; its public id is the call's."""

    campaign: Campaign
    contact: Contact
    status: str
    """`connecting` or `scheduled` while it is still to be placed, else its latest attempt's state."""
    latest: Attempt | None
    numeric_id: int | None
    """Its first attempt's; None before that."""
    detail: str | None = None
    """One sentence: why it waits, or how it ended."""


Call: TypeAlias = AttemptOfCampaign | SingleCall

# Where no attempt says what became of it, or the last one was not the end of it, its campaign does.
_STATUS = """CASE
    WHEN campaign.pending > 0 THEN iif(campaign.status = 'launched', 'scheduled', 'connecting')
    WHEN campaign.status = 'cancelled' AND coalesce(latest.state, 'not_placed') IN ('not_placed', 'failed')
        THEN 'cancelled'
    WHEN coalesce(latest.state, 'not_placed') = 'not_placed' THEN 'failed'
    ELSE latest.state END"""
_SINGLE = f"""
    SELECT campaign.public_id, campaign.id AS campaign, campaign.channel, {_STATUS} AS status
    FROM campaign LEFT JOIN attempt AS latest ON latest.numeric_id =
        (SELECT max(numeric_id) FROM attempt WHERE attempt.campaign = campaign.id)
    WHERE campaign.origin = 'call' AND campaign.deleted_at IS NULL"""
_OF_CAMPAIGNS = """attempt.campaign NOT IN (
        SELECT id FROM campaign WHERE origin = 'call'
        UNION ALL SELECT id FROM campaign WHERE deleted_at IS NOT NULL)"""


def page(
    view: Snapshot, *, channel: Channel | None, status: str | None, limit: int, offset: int
) -> tuple[list[Call], int]:
    """Newest first, and how many there are in all."""
    tried, single = [_OF_CAMPAIGNS], ["1"]
    if channel is not None:
        tried.append("channel = :channel")
        single.append("channel = :channel")
    if status is not None:
        tried.append("state = :status")
        single.append("status = :status")
    # Both kinds of id begin with the moment in which they were made.
    of_campaigns = f"SELECT id, NULL AS campaign, state AS status FROM attempt WHERE {' AND '.join(tried)}"
    singles = f"SELECT public_id, campaign, status FROM ({_SINGLE}) WHERE {' AND '.join(single)}"
    values = {"channel": channel, "status": status, "limit": limit, "offset": offset}
    rows = view.execute(
        f"{of_campaigns} UNION ALL {singles} ORDER BY 1 DESC LIMIT :limit OFFSET :offset", values
    ).fetchall()
    total = view.execute(
        f"SELECT (SELECT count(*) FROM ({of_campaigns})) + (SELECT count(*) FROM ({singles}))", values
    ).fetchone()[0]
    found = [
        attempts.find(view, call_id) if campaign is None else _single(view, campaign, status)
        for call_id, campaign, status in rows
    ]
    return found, total


def find(view: Snapshot, reference: str) -> Call:
    """By id, or by numeric id as text; any attempt of a single call stands for it. Raises NotFound."""
    row = view.execute(
        f"{_SINGLE} AND (campaign.public_id = ? OR campaign.id ="
        " (SELECT attempt.campaign FROM attempt WHERE attempt.id = ? OR attempt.numeric_id = ?))",
        (reference, reference, key_of(reference)),
    ).fetchone()
    if row is None:
        return attempts.find(view, reference)
    return _single(view, row["campaign"], row["status"])


def single(view: Snapshot, campaign_id: CampaignId) -> SingleCall:
    """The call that this campaign was made for."""
    row = view.execute(f"{_SINGLE} AND campaign.id = ?", (campaign_id,)).fetchone()
    return _single(view, campaign_id, row["status"])


def _single(view: Snapshot, campaign_id: CampaignId, status: str) -> SingleCall:
    campaign = campaigns.get(view, campaign_id)
    [contact] = contacts.page(
        view, campaign, status=None, outcome=None, phone=None, held=None, after=0, limit=1
    )
    latest = attempts.latest(view, campaign_id)
    first = view.execute("SELECT numeric_id FROM attempt WHERE id = ?", (campaign.public_id,)).fetchone()
    detail = (latest.detail if latest else None) or campaign.status_detail
    return SingleCall(campaign, contact, status, latest, first[0] if first else None, detail)
