"""What a create request did: proof that nobody rings, a call, or neither."""

from pydantic import ValidationError

from dialer.carriers.base import NotPlaced, Placed, PlaceResult, Uncertain
from dialer.carriers.simulator.wire import Refusal, Taken
from dialer.domain.call import Failure

_SUCCESS = range(200, 300)
_REFUSED = range(400, 500)
_KNOWN_ALREADY = 409
_TOO_MANY = 429
_ACCOUNTS = frozenset({401, 402, 403})
_LONGEST_DELAY = 6
"""Digits of a Retry-After that is meant: eleven days."""


def sort_answer(status: int, retry_after: str | None, body: bytes) -> PlaceResult:
    """Sorts a whole answer. Only what the network says outright proves anything."""
    if status in _SUCCESS or status == _KNOWN_ALREADY:
        try:
            return Placed(Taken.model_validate_json(body).carrier_id)
        except ValidationError:
            return Uncertain(f"Answered {status} with what cannot be read.")
    if status not in _REFUSED:
        return Uncertain(f"Answered {status}.")
    try:
        said = Refusal.model_validate_json(body)
    except ValidationError:
        return NotPlaced(_failure(status), f"Answered {status}.", _seconds(retry_after))
    wait = said.retry_after if said.retry_after is not None else _seconds(retry_after)
    return NotPlaced(said.failure, said.detail, wait)


def _failure(status: int) -> Failure:
    if status == _TOO_MANY:
        return Failure.TEMPORARY
    return Failure.ACCOUNT if status in _ACCOUNTS else Failure.OTHER


def _seconds(retry_after: str | None) -> float | None:
    # A date is allowed there, too; for that, and for nonsense, the engine's own back-off serves.
    if retry_after is None or not retry_after.isdecimal() or len(retry_after) > _LONGEST_DELAY:
        return None
    return float(retry_after)
