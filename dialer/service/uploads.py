"""Contacts that are added to a campaign: streamed, a batch and a transaction at a time."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from dialer.domain.campaign import UNFINISHED, Campaign, CampaignStatus, Counters
from dialer.domain.errors import Fault, InvalidInput, NotFound, WrongState
from dialer.domain.events import CampaignChanged
from dialer.domain.ids import CampaignId, ListId, new_upload_id
from dialer.domain.upload import Batch, Reject
from dialer.service.parts import Parts
from dialer.store import campaigns, uploads
from dialer.store.unit import Snapshot, Transaction

MOST_SHOWN = 1000
"""Rejects that the answer itself holds."""

_MOST_FILLED = 1000
"""Fields and variables of one campaign."""
_PAGE = 500


@dataclass(slots=True)
class Upload:
    """What has become of an upload so far."""

    campaign: CampaignId
    list_id: ListId
    public_id: str = field(default_factory=new_upload_id)
    accepted: int = 0
    duplicate: int = 0
    rejected_total: int = 0
    rejected: tuple[Reject, ...] = ()
    """The first of them."""

    @property
    def so_far(self) -> str:
        """For an upload that ends early."""
        return f"{self.accepted:,} contacts were added before; sending all of them again adds nobody twice."


async def begin(parts: Parts, reference: str) -> Upload:
    """Raises NotFound, WrongState."""
    campaign = await parts.store.read(lambda view: campaigns.find(view, reference))
    _require_open(campaign)
    return Upload(campaign.id, campaign.list)


async def add(parts: Parts, upload: Upload, batch: Batch) -> None:
    """Adds the people of the batch, and keeps its rejects, as one.

    Raises NotFound, WrongState and InvalidInput (too many different variables), with what was added before.
    """
    people = json.loads(batch.people)
    rejects = tuple(Reject(*each) for each in json.loads(batch.rejects))

    def append_contacts(tx: Transaction) -> int:
        campaign = campaigns.get(tx, upload.campaign)
        _require_same(campaign, upload)
        added = set(uploads.add_people(tx, campaign.list, campaign.run, batch.people))
        filled, unusable, count = dict(campaign.filled), 0, len(added)
        for phone, *_, usable, names in people:
            if phone in added:
                added.discard(phone)  # the first of a number's entries is the one that was taken
                unusable += not usable
                for name in names:
                    filled[name] = filled.get(name, 0) + 1
        _require_few(filled, upload)
        if rejects:
            uploads.insert(tx, upload.public_id, upload.campaign)
            uploads.add_rejects(tx, uploads.find(tx, upload.public_id), batch.rejects, batch.columns)
        if count:
            is_draft = campaign.status is CampaignStatus.DRAFT
            counters = _joined(campaign.counters, count, unusable, is_draft=is_draft)
            campaigns.save(tx, replace(campaign, counters=counters, filled=filled))
            tx.record(CampaignChanged(campaign.id))
        return count

    added = await parts.store.transact(append_contacts)
    upload.accepted += added
    upload.duplicate += len(people) - added
    upload.rejected_total += len(rejects)
    upload.rejected += rejects[: MOST_SHOWN - len(upload.rejected)]


@dataclass(frozen=True, slots=True)
class RejectPage:
    columns: tuple[str, ...]
    rejects: list[Reject]
    next: int | None


async def rejects(parts: Parts, public_id: str, after: int) -> RejectPage:
    """Rejects of an upload with a key above `after`. Raises NotFound."""

    def work(view: Snapshot) -> RejectPage:
        upload = uploads.find(view, public_id)
        found = uploads.rejects(view, upload, after=after, limit=_PAGE)
        more = found[-1][0] if len(found) == _PAGE else None
        return RejectPage(tuple(upload.columns), [reject for _, reject in found], more)

    return await parts.store.scan(work)


def _joined(counters: Counters, count: int, unusable: int, *, is_draft: bool) -> Counters:
    """With so many contacts more; a number that is not usable has failed once the campaign is launched."""
    failed = 0 if is_draft else unusable
    return replace(
        counters,
        total=counters.total + count,
        unusable=counters.unusable + unusable,
        pending=counters.pending + count - failed,
        failed=counters.failed + failed,
    )


def _require_open(campaign: Campaign) -> None:
    if campaign.status is not CampaignStatus.DRAFT and campaign.status not in UNFINISHED:
        raise WrongState(
            f"The campaign is {campaign.status}; contacts can be added to a draft, and while it is launched,"
            " running or paused."
        )


def _require_same(campaign: Campaign, upload: Upload) -> None:
    if campaign.deleted_at is not None:
        raise NotFound("campaign", campaign.public_id)
    try:
        _require_open(campaign)
    except WrongState as error:
        raise WrongState(f"{error} {upload.so_far}") from None
    if campaign.list != upload.list_id:
        raise WrongState(f"The campaign's contacts were replaced meanwhile. {upload.so_far}")


def _require_few(filled: Mapping[str, int], upload: Upload) -> None:
    if len(filled) > _MOST_FILLED:
        sentence = f"must not name more than {_MOST_FILLED:,} different variables in all. {upload.so_far}"
        raise InvalidInput([Fault(("contacts",), sentence, "out_of_range")])
