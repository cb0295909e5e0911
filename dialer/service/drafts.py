"""Drafts: campaigns as they are made, and changed."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from dialer.domain.call import Channel
from dialer.domain.campaign import Campaign, Counters, NewCampaign
from dialer.domain.contact import Audience
from dialer.domain.errors import Incomplete
from dialer.domain.events import CampaignChanged, CampaignCreated
from dialer.domain.ids import new_campaign_id
from dialer.service.campaigns import launch_now
from dialer.service.intake import discard_list, write_list
from dialer.service.launch_checks import choose
from dialer.service.parts import Parts
from dialer.service.receipts import Seal, unsealed
from dialer.store import campaigns
from dialer.store.unit import Transaction

_CANDIDATES = 3


@dataclass(frozen=True, slots=True)
class Created:
    campaign: Campaign
    refused: str | None = None
    """Why a campaign that was to be launched at once stayed a draft."""


async def create(
    parts: Parts,
    new: NewCampaign,
    audience: Audience,
    *,
    launch: bool = False,
    seal: Seal[Created] = unsealed,
) -> Created:
    """A draft with its contacts, launched in the same transaction where asked; whole or not at all.

    A launch that is refused leaves the draft. Raises NotFound (agent), InvalidInput (its capability, the
    caller id).
    """
    chosen = choose(parts, new.agent_id, new.channel, new.from_number)
    new = replace(new, agent_id=chosen.agent.id, from_number=chosen.from_number)
    list_id = await write_list(parts.store, audience.people)
    # Eight hex digits are few: a second is at hand where the first is taken.
    free_ids = [new_campaign_id() for _ in range(_CANDIDATES)]
    counters = await asyncio.to_thread(_counters, audience)

    def create_campaign(tx: Transaction) -> Created:
        public_id = next(each for each in free_ids if not campaigns.is_taken(tx, each))
        campaign_id = campaigns.insert(
            tx,
            new,
            public_id=public_id,
            list_id=list_id,
            counters=counters,
            filled=audience.filled,
            duplicates=audience.duplicates,
        )
        tx.record(CampaignCreated(campaign_id))
        created = Created(campaigns.get(tx, campaign_id))
        if launch:
            created = _launch_created(parts, tx, created.campaign)
        seal(tx, created, campaign_id)
        return created

    try:
        return await parts.store.transact(create_campaign)
    except Exception:
        await discard_list(parts.store, list_id)
        raise


async def change(
    parts: Parts, reference: str, edit: Callable[[Campaign], Campaign], audience: Audience | None
) -> Campaign:
    """Applies a pure edit, and replaces the contacts where an audience is given.

    Raises NotFound, and what `edit` raises: NotChangeable, InvalidInput.
    """
    # What it refuses, it refuses before any contact is written.
    await parts.store.read(lambda view: edit(campaigns.find(view, reference)))
    counters = await asyncio.to_thread(_counters, audience) if audience is not None else None
    list_id = await write_list(parts.store, audience.people) if audience is not None else None

    def change_campaign(tx: Transaction) -> tuple[Campaign, Campaign]:
        before = campaigns.find(tx, reference)
        after = edit(before)
        if _choice(after) != _choice(before):
            chosen = choose(parts, *_choice(after))
            after = replace(after, agent_id=chosen.agent.id, from_number=chosen.from_number)
        if audience is not None and list_id is not None and counters is not None:
            after = replace(
                after,
                list=list_id,
                counters=counters,
                filled=audience.filled,
                duplicates=audience.duplicates,
            )
        campaigns.save(tx, after)
        tx.record(CampaignChanged(after.id))
        return before, after

    try:
        before, after = await parts.store.transact(change_campaign)
    except Exception:
        if list_id is not None:
            await discard_list(parts.store, list_id)
        raise
    if list_id is not None:
        await discard_list(parts.store, before.list)
    return after


def _launch_created(parts: Parts, tx: Transaction, campaign: Campaign) -> Created:
    try:
        return Created(launch_now(parts, tx, campaign))
    except Incomplete as error:
        return Created(campaign, refused=str(error))


def _choice(campaign: Campaign) -> tuple[str, Channel, str | None]:
    """What must fit together; checked when it is chosen, and again at launch."""
    return campaign.agent_id, campaign.channel, campaign.from_number


def _counters(audience: Audience) -> Counters:
    """A second for a million contacts: not for the loop, nor for the writer."""
    unusable = sum(not person.usable for person in audience.people)
    return Counters(total=len(audience.people), unusable=unusable).fresh()
