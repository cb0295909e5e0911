"""What an agent is told of the call that it takes, as headers of the request that brings it."""

import json
import re

from dialer.domain.campaign import Campaign, Origin
from dialer.domain.contact import Person
from dialer.domain.ids import AttemptId, ContactId, public_contact_id
from dialer.domain.template import clean

_NO_NAME = re.compile(r"[^A-Za-z0-9_.-]+")
_LONGEST_NAME = 64
_MOST_VARIABLES = 50
"""With values of 512 characters a request stays within what servers take."""


def headers(campaign: Campaign, contact: ContactId, attempt: AttemptId, person: Person) -> dict[str, str]:
    """`X-Campaign-Id` (of a single call: none), `X-Contact-Id`, `X-Attempt-Id`, and the contact's variables.

    A variable is `X-Var-<name>`: what cannot stand in a header's name becomes a dash, of two that then
    are the same the first counts. Values lose braces and control characters and are cut at 512.
    """
    found = {"X-Contact-Id": public_contact_id(contact), "X-Attempt-Id": str(attempt)}
    if campaign.origin is not Origin.CALL:
        found["X-Campaign-Id"] = campaign.public_id
    variables: dict[str, object] = json.loads(person.variables) if person.variables else {}
    for name, value in list(variables.items())[:_MOST_VARIABLES]:
        text = clean(value)
        if text and (named := _NO_NAME.sub("-", name)[:_LONGEST_NAME].strip("-")):
            found.setdefault(f"X-Var-{named}", text)
    return found
