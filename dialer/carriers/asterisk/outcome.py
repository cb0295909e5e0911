"""What became of a call, from the cause that its channel was destroyed with."""

from dataclasses import dataclass

from dialer.domain.call import AttemptState, Failure

_S, _F = AttemptState, Failure

_BUSY, _NO_USER, _NO_ANSWER, _REJECTED = 17, 18, 19, 21
_DECLINED = 603
_NUMBERS_FAULT = frozenset({1, 22, 28})
"""Unallocated, changed, invalid format."""
_CONGESTION = frozenset({3, 27, 34, 38, 41, 42, 44, 47, 127})
_SIP_NUMBERS_FAULT = frozenset({404, 410, 484, 604})
_SIP_BUSY = frozenset({486, 600})
_SIP_NOBODY = frozenset({408, 480, 487})
_SIP_TRUNK_REFUSES = frozenset({401, 402, 403, 407})
_SIP_SERVERS_FAULT = range(500, 600)


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


def unanswered(end: Ending) -> tuple[AttemptState, Failure | None]:
    """The state, and whose fault it was where that is failed."""
    if end.timed_out and not end.told_by_the_other_end:
        # Asterisk's own time-out; the cause that it gives differs between versions.
        return _S.NO_ANSWER, None
    if end.sip_code is not None and (known := _by_sip(end.sip_code)):
        return known
    return _by_cause(end)


def _by_sip(code: int) -> tuple[AttemptState, Failure | None] | None:
    if code in _SIP_BUSY:
        return _S.BUSY, None
    if code in _SIP_NOBODY:
        return _S.NO_ANSWER, None
    if code == _DECLINED:
        return _S.DECLINED, None
    if code in _SIP_NUMBERS_FAULT:
        return _S.FAILED, _F.NUMBER
    if code in _SIP_TRUNK_REFUSES:
        return _S.FAILED, _F.ACCOUNT
    if code in _SIP_SERVERS_FAULT:
        return _S.FAILED, _F.TEMPORARY
    return None


def _by_cause(end: Ending) -> tuple[AttemptState, Failure | None]:
    cause = end.cause or 0
    if cause == _BUSY:
        return _S.BUSY, None
    if cause in {_NO_USER, _NO_ANSWER}:
        return _S.NO_ANSWER, None
    if cause == _REJECTED:
        # Asterisk says it both of a person who declines and of a trunk that wants no calls from us.
        return (_S.DECLINED, None) if end.rang else (_S.FAILED, _F.ACCOUNT)
    if cause in _NUMBERS_FAULT:
        return _S.FAILED, _F.NUMBER
    if cause in _CONGESTION:
        return _S.FAILED, _F.TEMPORARY
    if end.rang:
        return _S.NO_ANSWER, None
    # Nothing was learned but that nobody answered: it is nobody's fault, and may go better the next time.
    return _S.FAILED, _F.TEMPORARY


def in_words(end: Ending) -> str:
    sip = f"SIP {end.sip_code}" if end.sip_code else "no SIP status"
    return f"Asterisk ended the call: cause {end.cause or 0}, {sip}."
