"""The claim: all gates and the intent in one transaction, before a byte leaves."""

from dataclasses import dataclass
from typing import TypeAlias

from dialer.domain.clock import SECOND, Instant
from dialer.domain.retry import ContactStatus, Progress, Waiting
from dialer.service.gates import Closed, Facts, Gate, first_closed
from dialer.store import attempts, campaigns, cases, contacts
from dialer.store.attempts import Intent
from dialer.store.db import Store
from dialer.store.unit import Transaction

_MARGIN = 60 * SECOND
"""Beyond ring time-out and longest talk a number stays blocked this long, for clocks and late hang-ups."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """The intent is committed; `n` is which try of the contact in this run it is."""

    n: int


@dataclass(frozen=True, slots=True)
class Stale:
    """The contact is not due: somebody has dealt with it since it was picked, or the clock was set back.

    Or dialling is held, for everybody.
    """

    due: Instant | None = None
    """When it will be, where it still waits."""


Claim: TypeAlias = Claimed | Closed | Stale


def longest_open(intent: Intent) -> int:
    """Milliseconds after which a call that nobody heard of any more must be over."""
    return (intent.ring_timeout + intent.max_duration) * SECOND + _MARGIN


async def claim(store: Store, intent: Intent) -> Claim:
    """Asks every gate and, when all are open, writes the intent; the contact is then in progress."""

    def work(tx: Transaction) -> Claim:
        found = cases.candidate(tx, intent.campaign, intent.contact)
        if found is None:
            return Stale()
        if found.held:
            return Stale(tx.now + SECOND)
        contact, campaign = found.contact, found.campaign
        untried = contact.run is not None and contact.run < campaign.run
        waits = contact.status is ContactStatus.PENDING
        if not (untried or (waits and (contact.due or 0) <= tx.now)):
            return Stale(contact.due if waits else None)
        closed = first_closed(
            Facts(
                now=tx.now,
                status=campaign.status,
                same_run=campaign.run == intent.run,
                expires_at=campaign.expires_at,
                usable=contact.run is not None,
                busy_until=found.busy_until,
            )
        )
        if closed is not None:
            if closed.gate is Gate.NUMBER_BUSY and closed.until is not None:
                contacts.postpone(
                    tx, intent.contact, run=intent.run, due=closed.until, waiting=Waiting.NUMBER_BUSY
                )
            return closed
        n = 1 if untried else contact.attempts + 1
        attempts.insert(tx, intent, n=n, blocked_until=tx.now + longest_open(intent))
        progress = Progress() if untried else contact.progress
        contacts.begin(tx, intent.contact, run=intent.run, attempts=n, progress=progress)
        campaigns.shift(tx, intent.campaign, {"pending": -1, "in_progress": 1})
        return Claimed(n)

    return await store.transact(work)
