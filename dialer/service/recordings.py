"""Recordings of calls: fetched from the carrier for whoever may hear them, deleted when they are due."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass

import structlog

from dialer.carriers.base import Absent, Carrier, Unreachable
from dialer.domain.clock import MINUTE, Instant
from dialer.domain.errors import CarrierUnavailable, NotFound
from dialer.service.parts import Parts
from dialer.store import calls, recordings
from dialer.store.calls import SingleCall
from dialer.store.unit import Transaction

log = structlog.get_logger()

_CHUNK = 50
_AGAIN = 10 * MINUTE
"""A carrier that did not delete is asked again after this."""


@dataclass(frozen=True, slots=True)
class Recording:
    call_id: str
    pieces: AsyncGenerator[bytes, None]
    """Of a WAV file; may raise CarrierUnavailable."""


async def fetch(parts: Parts, reference: str) -> Recording:
    """By the call's id or numeric id. Raises NotFound (call, recording), CarrierUnavailable."""
    call = await parts.store.read(lambda view: calls.find(view, reference))
    attempt = call.latest if isinstance(call, SingleCall) else call.attempt
    if attempt is None or attempt.recording_seconds is None:
        raise NotFound("recording of call", reference)
    carrier = parts.carriers.get(attempt.carrier)
    if carrier is None:
        raise CarrierUnavailable(f"The carrier {attempt.carrier} is not configured any more.")
    found = await carrier.recording(attempt.id)
    if isinstance(found, Absent):
        raise NotFound("recording of call", reference)
    if isinstance(found, Unreachable):
        raise CarrierUnavailable(f"Carrier {carrier.name} does not give the recording: {found.detail}.")
    return Recording(attempt.id, found)


async def delete_due(parts: Parts) -> Instant | None:
    """Has the carriers delete what was kept long enough; when there is more to do, None: with a new call.

    What is on a carrier that is not configured any more waits for its return.
    """
    moments = [await _delete_due(parts, carrier) for carrier in parts.carriers.values()]
    return min((moment for moment in moments if moment is not None), default=None)


async def _delete_due(parts: Parts, carrier: Carrier) -> Instant | None:
    while due := await parts.store.read(lambda view: recordings.due(view, carrier.name, _CHUNK)):
        deleted = []
        for attempt in due:
            if not await carrier.delete_recording(attempt):
                break
            deleted.append(attempt)

        def forget_recordings(tx: Transaction) -> None:
            recordings.forget(tx, deleted)  # noqa: B023  it is committed before the next round

        if deleted:
            await parts.store.transact(forget_recordings)
        if len(deleted) < len(due):
            log.warning("recordings_not_deleted", carrier=carrier.name)
            return parts.clock.now() + _AGAIN
    return await parts.store.read(lambda view: recordings.next_due(view, [carrier.name]))
