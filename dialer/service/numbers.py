"""The caller ids there are. They come from the configuration file."""

from collections.abc import Iterable

from dialer.domain.policy import CallerId


class CallerIds:
    def __init__(self, caller_ids: Iterable[CallerId]) -> None:
        self._all = {caller_id.number: caller_id for caller_id in caller_ids}

    @property
    def default(self) -> str | None:
        """The number that calls come from unless a campaign names another; None where none is set."""
        verified = [caller_id for caller_id in self._all.values() if caller_id.verified]
        chosen = next((caller_id for caller_id in verified if caller_id.default), None)
        return chosen.number if chosen else None

    def fault(self, number: str) -> str | None:
        """Why calls may not come from this number, in one sentence; None when they may."""
        if number not in self._all:
            return f"{number} is none of the configured caller ids; add it under [[caller_ids]]."
        if not self._all[number].verified:
            return f"{number} is not verified as a caller id."
        return None
