"""A contact: one person's number in one campaign, and how far the dialer has come with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dialer.domain.call import Outcome
from dialer.domain.clock import Instant
from dialer.domain.ids import ContactId, ListId
from dialer.domain.retry import ContactStatus, Progress, Waiting


@dataclass(frozen=True, slots=True)
class Person:
    """Who is called: what the user gave for a contact, cleaned."""

    phone: str
    first_name: str | None = None
    last_name: str | None = None
    name: str | None = None
    email: str | None = None
    timezone: str | None = None
    variables: str | None = None
    """A JSON object of strings, numbers, booleans and nulls, or None."""
    usable: bool = True
    """Whether the number passes `numbers.check`; decided once, when it comes in."""

    def full_name(self) -> str | None:
        """`name`, else first and last name joined; None where none is known."""
        joined = " ".join(part for part in (self.first_name, self.last_name) if part)
        return self.name or joined or None


@dataclass(frozen=True, slots=True)
class Audience:
    """The contacts of one request: distinct numbers, cleaned."""

    people: Sequence[Person] = ()
    filled: Mapping[str, int] = field(default_factory=dict)
    """For each field and variable, how many of them have a value."""
    duplicates: int = 0
    """How many were dropped because their number came before."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact as it stands in the present run of its campaign."""

    id: ContactId
    list: ListId
    person: Person
    status: ContactStatus
    outcome: Outcome | None
    attempts: int
    progress: Progress
    due: Instant | None
    """When it is worth trying again; None while it is not pending."""
    waiting: Waiting | None
    held: bool
