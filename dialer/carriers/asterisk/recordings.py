"""Recordings of calls, which Asterisk's dialplan makes and ARI hands out under the attempt's id."""

from collections.abc import AsyncGenerator

import aiohttp

from dialer.carriers.asterisk.ari import FAULTS, Ari, Gone, in_words
from dialer.carriers.base import Absent, RecordingResult, Unreachable
from dialer.domain.errors import CarrierUnavailable
from dialer.domain.ids import AttemptId


async def fetch(ari: Ari, attempt_id: AttemptId) -> RecordingResult:
    try:
        return _pieces(await ari.recording(attempt_id))
    except Gone:
        return Absent()
    except FAULTS as error:
        return Unreachable(in_words(error))


async def delete(ari: Ari, attempt_id: AttemptId) -> bool:
    """Whether there is none any more."""
    try:
        await ari.delete_recording(attempt_id)
    except Gone:
        return True
    except FAULTS:
        return False
    return True


async def _pieces(response: aiohttp.ClientResponse) -> AsyncGenerator[bytes, None]:
    async with response:
        try:
            async for piece in response.content.iter_any():
                yield piece
        except FAULTS as error:
            raise CarrierUnavailable(in_words(error)) from error
