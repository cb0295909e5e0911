"""Caller ids that are made over the API: each change one transaction, then the registry follows."""

from collections.abc import Callable

from dialer.domain.errors import InTheWay, NotFound, ReadOnly
from dialer.domain.events import CampaignChanged
from dialer.domain.policy import CallerId, Source
from dialer.service.parts import Parts
from dialer.service.receipts import Seal, unsealed
from dialer.store import caller_ids, campaigns
from dialer.store.unit import Transaction


async def create(parts: Parts, caller_id: CallerId, *, seal: Seal[CallerId] = unsealed) -> CallerId:
    """The caller id with its numeric id. Raises InTheWay when the number is there already."""

    def create_number(tx: Transaction) -> CallerId:
        # The row counts where two ask at once; the registry, where the file has it.
        if parts.caller_ids.has(caller_id.number) or caller_ids.get(tx, caller_id.id) is not None:
            raise InTheWay(f"{caller_id.number} is a caller id already, {caller_id.id}.")
        made = caller_ids.insert(tx, caller_id)
        seal(tx, made)
        return made

    made = await parts.store.transact(create_number)
    parts.caller_ids.put(made)
    return made


async def change(parts: Parts, reference: str, edit: Callable[[CallerId], CallerId]) -> CallerId:
    """Applies a pure edit; running campaigns go by it from their next call on.

    Raises NotFound, ReadOnly, InTheWay where calls of a campaign could not come from it any more.
    """
    public_id = _made_here(parts, reference).id

    def change_number(tx: Transaction) -> CallerId:
        before = _stored(tx, public_id)
        after = edit(before)
        fault = parts.caller_ids.unusable(after)
        if fault and not parts.caller_ids.unusable(before):
            _refuse_if_needed(tx, after.number)
        caller_ids.save(tx, after)
        for campaign_id in campaigns.running_from(tx, after.number):
            tx.record(CampaignChanged(campaign_id))
        return after

    changed = await parts.store.transact(change_number)
    parts.caller_ids.put(changed)
    return changed


async def delete(parts: Parts, reference: str) -> None:
    """Raises NotFound, ReadOnly, InTheWay while campaigns that are not over call from it."""
    public_id = _made_here(parts, reference).id

    def delete_number(tx: Transaction) -> str:
        caller_id = _stored(tx, public_id)
        _refuse_if_needed(tx, caller_id.number)
        caller_ids.delete(tx, public_id)
        return caller_id.number

    parts.caller_ids.drop(await parts.store.transact(delete_number))


def _made_here(parts: Parts, reference: str) -> CallerId:
    """Raises NotFound, ReadOnly."""
    caller_id = parts.caller_ids.get(reference)
    if caller_id.source is Source.CONFIGURATION:
        where = "in the configuration file; change it there ([[caller_ids]])"
        raise ReadOnly(f"{caller_id.number} stands {where}.")
    return caller_id


def _stored(tx: Transaction, public_id: str) -> CallerId:
    """Raises NotFound: somebody deleted it meanwhile."""
    caller_id = caller_ids.get(tx, public_id)
    if caller_id is None:
        raise NotFound("phone number", public_id)
    return caller_id


def _refuse_if_needed(tx: Transaction, number: str) -> None:
    count = campaigns.unfinished_from(tx, number)
    if count:
        who = "1 campaign or single call that is not over calls"
        end = "end it"
        if count > 1:
            who, end = f"{count} campaigns or single calls that are not over call", "end them"
        raise InTheWay(f"{who} from {number}; {end} first.")
