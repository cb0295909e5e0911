"""Contacts on their way into the store, and out of it: in chunks, so that no transaction is long.

A list is invisible until a campaign names it, so what a crash leaves half-written is never seen; the
next start deletes it.
"""

from collections.abc import Iterator, Sequence

from dialer.domain.contact import Person
from dialer.domain.ids import ListId
from dialer.store import contacts
from dialer.store.db import Store
from dialer.store.unit import Transaction

_CHUNK = 500
"""Rows: about 5 ms of the writer's time."""
_LENGTH = 1024**2
"""Characters of their variables: as much time again."""


async def write_list(store: Store, people: Sequence[Person]) -> ListId:
    """The contacts as a list of their own, which no campaign names yet."""
    list_id = await store.transact(contacts.new_list)
    for start in range(0, len(people), _CHUNK):
        for some in _portions(people[start : start + _CHUNK]):
            await _write_chunk(store, list_id, some)
    return list_id


def _portions(people: Sequence[Person]) -> Iterator[Sequence[Person]]:
    """A chunk in one, unless its people have very much to tell."""
    begin = length = 0
    for place, person in enumerate(people, 1):
        length += len(person.variables or "")
        if length >= _LENGTH or place == len(people):
            yield people[begin:place]
            begin, length = place, 0


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
