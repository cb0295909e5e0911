"""Deleting a campaign: it is hidden at once, and its people's data is erased after the answer.

The erasure walks its tables by key, a chunk a transaction. Where it stands is kept nowhere: after a crash
it walks again, past the rows that are erased already.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from dialer.domain.call import Outcome
from dialer.domain.campaign import OVER, CampaignStatus
from dialer.domain.clock import MINUTE, Instant
from dialer.domain.errors import WrongState
from dialer.domain.events import CampaignDeleted
from dialer.domain.ids import CampaignId
from dialer.domain.keyed import keyed_hash
from dialer.service.campaigns import sweep
from dialer.service.parts import Parts
from dialer.store import campaigns, erasures, settings
from dialer.store.erasures import Deleted, Walked
from dialer.store.unit import Snapshot, Transaction

_CHUNK = 150
"""Rows: about 5 ms of the writer's time, since their indexes are written at random places."""
_OVERDUE = MINUTE
"""A call that should have ended, and has not, is looked at again after this."""


async def delete(parts: Parts, reference: str) -> None:
    """Hides the campaign for good; a draft's schedule never starts it. Raises NotFound, WrongState."""

    def delete_campaign(tx: Transaction) -> None:
        campaign = campaigns.find(tx, reference)
        if campaign.status is CampaignStatus.DRAFT:
            campaign = sweep(campaign, CampaignStatus.CANCELLED, Outcome.CANCELLED, tx.now)
        elif campaign.status not in OVER:
            raise WrongState(f"The campaign is {campaign.status}; cancel it first, then delete it.")
        campaigns.save(tx, replace(campaign, deleted_at=tx.now))
        tx.record(CampaignDeleted(campaign.id))

    await parts.store.transact(delete_campaign)


async def erase_deleted(parts: Parts) -> Instant | None:
    """Erases what deleted campaigns have left; when there will be more to erase, None: with the next one.

    The number of a call that may still be open stays until that has ended: it keeps others from ringing it.
    """
    moments = [await _erase(parts, each) for each in await parts.store.scan(erasures.deleted)]
    return min((moment for moment in moments if moment is not None), default=None)


async def _erase(parts: Parts, campaign: Deleted) -> Instant | None:
    await _erase_all(parts, campaign, erasures.erase_rejects)
    await _erase_all(parts, campaign, erasures.erase_answers)
    await _walk(
        parts,
        lambda view, after: erasures.walk_contacts(view, campaign.list, after, _CHUNK),
        erasures.erase_contacts,
    )
    talking_until = await _walk(
        parts,
        lambda view, after: erasures.walk_attempts(view, campaign.id, after, _CHUNK),
        erasures.erase_attempts,
    )
    if talking_until is not None:
        now = parts.clock.now()
        return talking_until if talking_until > now else now + _OVERDUE

    def finish_erasure(tx: Transaction) -> None:
        erasures.finish(tx, campaign.id)

    await parts.store.transact(finish_erasure)
    return None


async def _erase_all(
    parts: Parts, campaign: Deleted, erase: Callable[[Transaction, CampaignId, int], bool]
) -> None:
    def erase_some(tx: Transaction) -> bool:
        return erase(tx, campaign.id, _CHUNK)

    while not await parts.store.transact(erase_some):
        pass


_Hashes: TypeAlias = Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class _Chunk:
    hashes: _Hashes
    """The keyed hash of each number, and its row's key."""
    walked: Walked


async def _walk(
    parts: Parts, step: Callable[[Snapshot, int], Walked], write: Callable[[Transaction, _Hashes], None]
) -> Instant | None:
    """Erases a table's rows in the order of their keys; when the first one left out may be erased."""
    after: int | None = 0
    moments = []
    while after is not None:
        chunk = await _read_chunk(parts, step, after)
        if chunk.hashes:
            await _write_chunk(parts, write, chunk.hashes)
        if chunk.walked.talking_until is not None:
            moments.append(chunk.walked.talking_until)
        after = chunk.walked.after
    return min(moments, default=None)


async def _read_chunk(parts: Parts, step: Callable[[Snapshot, int], Walked], after: int) -> _Chunk:
    def read(view: Snapshot) -> _Chunk:
        walked = step(view, after)
        key = settings.hash_key(view)
        return _Chunk([(keyed_hash(key, row.phone), row.key) for row in walked.named], walked)

    return await parts.store.scan(read)


async def _write_chunk(parts: Parts, write: Callable[[Transaction, _Hashes], None], hashes: _Hashes) -> None:
    def erase_chunk(tx: Transaction) -> None:
        write(tx, hashes)

    await parts.store.transact(erase_chunk)
