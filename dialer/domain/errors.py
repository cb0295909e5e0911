"""What can go wrong, as values. `api/problems.py` alone maps them to statuses."""

from collections.abc import Sequence
from dataclasses import dataclass

from dialer.domain.scope import Scope


class DialerError(Exception):
    """Base of all; `str()` is a sentence that can be shown to the user."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of an input: where it is, one sentence, a stable word for programs."""

    loc: tuple[str | int, ...]
    msg: str
    type: str


class InvalidInput(DialerError):
    """The input has these faults; all of them, not only the first."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        first = self.faults[0]
        place = ".".join(str(part) for part in first.loc)
        more = f" ({len(self.faults) - 1} more)" if len(self.faults) > 1 else ""
        super().__init__(f"{place}: {first.msg}{more}" if place else f"{first.msg}{more}")


class NotFound(DialerError):
    def __init__(self, what: str, reference: str) -> None:
        super().__init__(f"There is no {what} {reference!r}.")


class WrongState(DialerError):
    """The campaign's present state does not allow the move."""


class ScopeMissing(DialerError):
    """The API key may not do this."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(f"This needs an API key with the scope {scope}, which this one lacks.")


class InTheWay(DialerError):
    """Something that exists forbids it: it is there already, or is needed."""


class ReadOnly(DialerError):
    """It stands in the configuration file, and is changed there."""


class NotChangeable(DialerError):
    """A launched campaign does not take this change."""

    def __init__(self, fields: Sequence[str], state: str, sentence: str | None = None) -> None:
        self.fields = tuple(fields)
        names = ", ".join(self.fields)
        super().__init__(
            sentence or f"The campaign is {state}; {names} can be changed only while it is a draft."
        )


class Incomplete(DialerError):
    """A launch is refused for these reasons."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(" ".join(fault.msg for fault in self.faults))


class StoreUnavailable(DialerError):
    """Nothing can be written now (disk full, I/O error); nothing was changed."""


class StoreRefused(DialerError):
    """The database file cannot be used at all: another daemon has it, or it is newer, or damaged."""


class CannotStart(DialerError):
    """The configuration asks for what may not be done as it stands."""


class CannotListen(DialerError):
    """The HTTP address is taken, or is none of this machine's."""


class CarrierUnavailable(DialerError):
    """The carrier does not give what it is asked for, or stopped in the middle of it."""
