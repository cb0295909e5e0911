"""What became of a call, from the cause that its channel was destroyed with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from dialer.domain.call import AttemptState, Failure

Result: TypeAlias = tuple[AttemptState, Failure | None]
"""The state, and whose fault it was where that is failed."""

_BUSY: Result = (AttemptState.BUSY, None)
_NOBODY: Result = (AttemptState.NO_ANSWER, None)
_DECLINED: Result = (AttemptState.DECLINED, None)
_NO_SUCH_NUMBER: Result = (AttemptState.FAILED, Failure.NUMBER)
_TRUNK_REFUSES: Result = (AttemptState.FAILED, Failure.ACCOUNT)
_TEMPORARY: Result = (AttemptState.FAILED, Failure.TEMPORARY)

_BY_SIP: Mapping[int, Result] = {
    **dict.fromkeys((486, 600), _BUSY),
    **dict.fromkeys((408, 480, 487), _NOBODY),
    603: _DECLINED,
    **dict.fromkeys((404, 410, 484, 604), _NO_SUCH_NUMBER),
    **dict.fromkeys((401, 402, 403, 407), _TRUNK_REFUSES),
    **dict.fromkeys(range(500, 600), _TEMPORARY),
}
_BY_CAUSE: Mapping[int, Result] = {
    17: _BUSY,
    **dict.fromkeys((18, 19), _NOBODY),
    **dict.fromkeys((1, 22, 28), _NO_SUCH_NUMBER),
    **dict.fromkeys((3, 27, 34, 38, 41, 42, 44, 47, 127), _TEMPORARY),
}
_REJECTED = 21


@dataclass(frozen=True, slots=True)
class Ending:
    """How a channel that was never up came to its end."""

    cause: int | None
    """Q.850; 0 where Asterisk has none to tell."""
    sip_code: int | None
    """From Asterisk 22 on."""
    rang: bool
    told_by_the_other_end: bool
    """Asterisk was told, rather than giving up by itself."""
    timed_out: bool
    """The ring time-out had passed."""


def unanswered(end: Ending) -> Result:
    if end.timed_out and not end.told_by_the_other_end:
        # Asterisk's own time-out; the cause that it gives differs between versions.
        return _NOBODY
    cause = end.cause or 0
    if (sip_code := end.sip_code or 0) in _BY_SIP:
        return _BY_SIP[sip_code]
    if cause in _BY_CAUSE:
        return _BY_CAUSE[cause]
    if cause == _REJECTED:
        # Asterisk says it both of a person who declines and of a trunk that wants no calls from us.
        return _DECLINED if end.rang else _TRUNK_REFUSES
    # Nothing was learned but that nobody answered; where it did not even ring, it may go better next time.
    return _NOBODY if end.rang else _TEMPORARY


def in_words(end: Ending) -> str:
    sip = f"SIP {end.sip_code}" if end.sip_code else "no SIP status"
    return f"Asterisk ended the call: cause {end.cause or 0}, {sip}."
