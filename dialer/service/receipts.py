"""Receipts: what a request that carried an Idempotency-Key was answered, committed with what it did."""

from typing import Protocol, TypeVar

from dialer.store.unit import Transaction

T_contra = TypeVar("T_contra", contravariant=True)


class Seal(Protocol[T_contra]):
    """Called at the end of a transaction with its result; writes the answer that follows from it.

    Like the work that it ends it may be run twice, and touches nothing but the transaction.
    """

    def __call__(self, tx: Transaction, result: T_contra, /) -> None: ...


def unsealed(_tx: Transaction, _result: object, /) -> None:
    """For requests without an Idempotency-Key."""
