"""Ids that the dialer chooses."""

import secrets
from typing import NewType

from dialer.domain.clock import Instant

CampaignId = NewType("CampaignId", int)
"""The campaign's numeric id, its key in the store. The public one is `camp_` + 8 hex digits."""

ListId = NewType("ListId", int)
"""The contacts of a campaign belong to a list, so that a new list can be swapped in by one row."""

ContactId = NewType("ContactId", int)

AttemptId = NewType("AttemptId", str)
"""What the carrier is given and echoes: `call_` + 12 hex digits of time + 12 random ones."""


def new_campaign_id() -> str:
    return f"camp_{secrets.token_hex(4)}"


def new_attempt_id(now: Instant) -> AttemptId:
    """Ids sort by the moment they were made, so that new rows land at the end of their index."""
    return AttemptId(f"call_{now:012x}{secrets.token_hex(6)}")


def new_token() -> str:
    """A secret that a carrier's callback must carry; it is not derived from the attempt's id."""
    return secrets.token_urlsafe(18)
