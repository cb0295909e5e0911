"""Ids that the dialer chooses."""

import base64
import hashlib
import os
from typing import NewType

from dialer.domain.clock import Instant

CampaignId = NewType("CampaignId", int)
"""The campaign's numeric id, its key in the store. The public one is `camp_` + 8 hex digits."""

ListId = NewType("ListId", int)
"""The contacts of a campaign belong to a list, so that a new list can be swapped in by one row."""

ContactId = NewType("ContactId", int)

AttemptId = NewType("AttemptId", str)
"""What the carrier is given and echoes: `call_` + 12 hex digits of time + 12 random ones."""


class _Entropy:
    """Random bytes of the operating system, fetched a page at a time.

    A call needs two dozen; fetching them one by one gives the interpreter away each time, and with the
    store's thread beside it, it does not come back soon.
    """

    def __init__(self) -> None:
        self._pool = b""

    def take(self, count: int) -> bytes:
        if len(self._pool) < count:
            self._pool = os.urandom(4096)
        taken, self._pool = self._pool[:count], self._pool[count:]
        return taken

    def forget(self) -> None:
        """A forked process must not hand out its parent's."""
        self._pool = b""


_entropy = _Entropy()
os.register_at_fork(after_in_child=_entropy.forget)


def new_campaign_id() -> str:
    return f"camp_{_entropy.take(4).hex()}"


def new_agent_id() -> str:
    return f"ag_{_entropy.take(4).hex()}_{_entropy.take(2).hex()}"


def caller_id_of(number: str) -> str:
    """Derived from the number: it stays the same wherever the number is written down."""
    return f"pn_{hashlib.sha256(number.encode()).hexdigest()[:8]}"


def public_contact_id(contact: ContactId) -> str:
    return f"cont_{contact:08x}"


def new_upload_id() -> str:
    return f"upl_{_entropy.take(8).hex()}"


def new_attempt_id(now: Instant) -> AttemptId:
    """Ids sort by the moment they were made, so that new rows land at the end of their index."""
    return AttemptId(f"call_{now:012x}{_entropy.take(6).hex()}")


def new_token() -> str:
    """A secret that a carrier's callback must carry; it is not derived from the attempt's id."""
    return base64.urlsafe_b64encode(_entropy.take(18)).decode()
