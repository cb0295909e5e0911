"""The caller ids there are: those of the configuration file, and those made over the API."""

from collections.abc import Iterable

from dialer.domain.errors import NotFound
from dialer.domain.policy import CallerId


class CallerIds:
    """What the engine and the checks of a launch read; the rows of those made over the API, in memory.

    `carrier` is the one that dials.
    """

    def __init__(
        self, configured: Iterable[CallerId], stored: Iterable[CallerId] = (), *, carrier: str | None = None
    ) -> None:
        self._all: dict[str, CallerId] = {}
        self._carrier = carrier
        # Where both name one, the file counts.
        for caller_id in (*stored, *configured):
            self.put(caller_id)

    @property
    def default(self) -> str | None:
        """The number that calls come from unless a campaign names another; None where none is set."""
        chosen = next((each for each in self._all.values() if each.default), None)
        return chosen.number if chosen and self.fault(chosen.number) is None else None

    def put(self, caller_id: CallerId) -> None:
        """Adds it, or takes the place of the one with its number."""
        # A new one each time: the store's thread reads it, too.
        self._all = {**self._all, caller_id.number: caller_id}

    def drop(self, number: str) -> None:
        self._all = {known: caller_id for known, caller_id in self._all.items() if known != number}

    def has(self, number: str) -> bool:
        return number in self._all

    def get(self, reference: str) -> CallerId:
        """By id or numeric id. Raises NotFound."""
        for caller_id in self._all.values():
            if reference in (caller_id.id, str(caller_id.numeric_id)):
                return caller_id
        raise NotFound("phone number", reference)

    def every(self) -> list[CallerId]:
        """Those of the file in its order, then the others, the oldest first."""
        return sorted(self._all.values(), key=lambda caller_id: caller_id.numeric_id)

    def calls_per_second(self, number: str) -> float:
        """How many calls may come from it; 0: no limit."""
        caller_id = self._all.get(number)
        return caller_id.calls_per_second if caller_id else 0.0

    def fault(self, number: str) -> str | None:
        """Why calls may not come from this number, in one sentence; None when they may."""
        caller_id = self._all.get(number)
        if caller_id is None:
            return f"{number} is no caller id of ours; add it by POST /phone-numbers or under [[caller_ids]]."
        return self.unusable(caller_id)

    def unusable(self, caller_id: CallerId) -> str | None:
        """The same for a caller id that may not be among them yet."""
        if not caller_id.verified:
            return f"{caller_id.number} is not verified as a caller id."
        if caller_id.carrier is not None and self._carrier not in (None, caller_id.carrier):
            return f"{caller_id.number} belongs to the carrier {caller_id.carrier}; {self._carrier} dials."
        return None
