"""What an API key may do."""

from collections.abc import Iterable
from enum import StrEnum


class Scope(StrEnum):
    CAMPAIGNS_READ = "campaigns:read"
    """Campaigns, their progress, agents and caller ids; nobody's number."""
    CAMPAIGNS_WRITE = "campaigns:write"
    """Create, change and delete campaigns and their contacts; start nothing."""
    CAMPAIGNS_LAUNCH = "campaigns:launch"
    """Everything that starts or ends calls: launch, pause, resume, cancel, requeue, single calls."""
    CONTACTS_READ = "contacts:read"
    """Contacts and calls, with their numbers."""
    RECORDINGS_READ = "recordings:read"
    DNC_WRITE = "dnc:write"
    ADMIN = "admin"
    """Everything."""


def allows(held: Iterable[Scope], wanted: Scope) -> bool:
    return any(scope in (wanted, Scope.ADMIN) for scope in held)
