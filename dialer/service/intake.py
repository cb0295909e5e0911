"""Contacts on their way into the store, and out of it: in chunks, so that no transaction is long.

A list is invisible until a campaign names it, so what a crash leaves half-written is never seen; the
next start deletes it.
"""

from collections.abc import Sequence

from dialer.domain.contact import Person
from dialer.domain.ids import ListId
from dialer.store import contacts
from dialer.store.db import Store
from dialer.store.unit import Transaction

_CHUNK = 500
"""Rows: about 5 ms of the writer's time."""


async def write_list(store: Store, people: Sequence[Person]) -> ListId:
    """The contacts as a list of their own, which no campaign names yet."""
    list_id = await store.transact(contacts.new_list)
    for start in range(0, len(people), _CHUNK):
        await _write_chunk(store, list_id, people[start : start + _CHUNK])
    return list_id


async def _write_chunk(store: Store, list_id: ListId, people: Sequence[Person]) -> None:
    def write_contacts(tx: Transaction) -> None:
        contacts.insert(tx, list_id, people)

    await store.transact(write_contacts)


async def discard_list(store: Store, list_id: ListId) -> None:
    """Deletes a list that no campaign names (any more)."""

    def discard_contacts(tx: Transaction) -> bool:
        return contacts.delete_chunk(tx, list_id, _CHUNK)

    while not await store.transact(discard_contacts):
        pass
