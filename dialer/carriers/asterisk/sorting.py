"""What a request for a channel did: proof that nobody rings, a call, or neither."""

from pydantic import ValidationError

from dialer.carriers.asterisk.wire import AriFault
from dialer.carriers.base import NotPlaced, Placed, PlaceResult, Uncertain
from dialer.domain.call import Failure
from dialer.domain.ids import AttemptId

_SUCCESS = range(200, 300)
_REFUSED = range(400, 500)
_HAVE_IT, _FAILED = 409, 500
_NO_CHANNEL = "Allocation failed"
_MISCONFIGURED = {
    401: "Asterisk refuses our user or password (ari.conf)",
    403: "Asterisk lets our user only read; set read_only = no in ari.conf",
    404: "Asterisk has no ARI for channels; is res_ari_channels.so loaded?",
}


def sort_answer(attempt_id: AttemptId, status: int, body: bytes) -> PlaceResult:
    """Sorts a whole answer of `POST /channels`."""
    if status in _SUCCESS or status == _HAVE_IT:
        # 409: a channel with our id lives, so it is the one that an earlier request made.
        return Placed(attempt_id)
    said = fault_in(body)
    if status == _FAILED and said == _NO_CHANNEL:
        # The one 500 that proves something: Asterisk had no channel to dial with.
        return NotPlaced(Failure.TEMPORARY, "Asterisk has no channel to that endpoint; is it configured?")
    if status in _MISCONFIGURED:
        return NotPlaced(Failure.ACCOUNT, _MISCONFIGURED[status])
    if status in _REFUSED:
        return NotPlaced(Failure.OTHER, f"Asterisk refuses the call: {said or status}")
    return Uncertain(f"Asterisk answered {status}")


def fault_in(body: bytes) -> str:
    """The sentence in the body of a refusal; empty where there is none."""
    try:
        fault = AriFault.model_validate_json(body)
    except ValidationError:
        return ""
    return fault.error or fault.message
