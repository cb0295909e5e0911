"""Call slots: how many attempts may be open at once, for one campaign or for the whole daemon."""

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self


class Slots:
    """A semaphore that can be resized, and that adopted calls may overfill after a restart."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.used = 0

    @property
    def free(self) -> bool:
        return self.used < self.limit


class Seat:
    """One call's slots, campaign's and daemon's; given back exactly once, at the latest on leaving."""

    def __init__(self, slots: Sequence[Slots], given_back: Callable[[], None]) -> None:
        self._slots = slots
        self._given_back = given_back
        for each in slots:
            each.used += 1

    def give_back(self) -> None:
        if self._slots:
            for each in self._slots:
                each.used -= 1
            self._slots = ()
            self._given_back()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.give_back()
