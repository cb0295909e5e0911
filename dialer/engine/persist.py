"""What has happened must be written, however long the disk takes to allow it."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from dialer.domain.errors import StoreUnavailable
from dialer.service.parts import Parts

T = TypeVar("T")

_AGAIN = 1.0


async def persist(parts: Parts, write: Callable[[], Awaitable[T]]) -> T:
    """Repeats the write every second until the store takes it; meanwhile nobody is dialled.

    The heartbeat's own write takes the fault away again.
    """
    while True:
        try:
            return await write()
        except StoreUnavailable as error:
            parts.readiness.fault("store", str(error))
            await parts.clock.sleep(_AGAIN)
