"""Receipts: what a request that carried an Idempotency-Key was answered, committed with what it did."""

from dataclasses import dataclass
from typing import Protocol, TypeVar

from dialer.domain.clock import HOUR
from dialer.domain.ids import CampaignId
from dialer.domain.keyed import keyed_hash
from dialer.store import receipts, settings
from dialer.store.db import Store
from dialer.store.receipts import Receipt
from dialer.store.unit import Snapshot, Transaction

KEPT = 24 * HOUR
"""How long a repeated request is answered by its receipt."""

T_contra = TypeVar("T_contra", contravariant=True)


class Seal(Protocol[T_contra]):
    """Called at the end of a transaction with its result; writes the answer that follows from it.

    Like the work that it ends it may be run twice, and touches nothing but the transaction. `campaign` is
    the one that the answer is about: it is erased with it.
    """

    def __call__(self, tx: Transaction, result: T_contra, /, campaign: CampaignId | None = None) -> None: ...


def unsealed(_tx: Transaction, _result: object, /, campaign: CampaignId | None = None) -> None:
    """For requests without an Idempotency-Key."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that carries an Idempotency-Key.

    `scope` says who asks for what under which key; `body` is a hash of what was sent.
    """

    scope: str
    body: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was answered under the same scope in the last 24 hours."""

    status: int
    answer: str | None
    """None: the campaign that it was about was deleted since."""
    same_body: bool


class AnsweredBefore(Exception):
    """The request was answered meanwhile; this one has changed nothing."""

    def __init__(self, earlier: Earlier) -> None:
        super().__init__("answered before")
        self.earlier = earlier


async def find(store: Store, asked: Asked) -> Earlier | None:
    return await store.read(lambda view: _find(view, asked))


def write(
    tx: Transaction, asked: Asked, status: int, answer: str, campaign: CampaignId | None = None
) -> None:
    """Raises AnsweredBefore, which undoes the transaction: whoever committed first has done it."""
    if (earlier := _find(tx, asked)) is not None:
        raise AnsweredBefore(earlier)
    receipts.put(tx, Receipt(_hashed(tx, asked.scope), _hashed(tx, asked.body), status, answer, campaign))


def delete_old(tx: Transaction, *, limit: int) -> int:
    """Deletes receipts that answer nobody any more, at most so many; how many there were."""
    return receipts.delete_before(tx, tx.now - KEPT, limit=limit)


def _find(view: Snapshot, asked: Asked) -> Earlier | None:
    receipt = receipts.find(view, _hashed(view, asked.scope), view.now - KEPT)
    if receipt is None:
        return None
    return Earlier(receipt.status, receipt.answer, same_body=receipt.body == _hashed(view, asked.body))


def _hashed(view: Snapshot, text: str) -> str:
    """Keyed, since a body may hold little more than a telephone number, and those can all be tried."""
    return keyed_hash(settings.hash_key(view), text)
