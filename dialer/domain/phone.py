"""Telephone numbers: their stored form, and the checks behind `numbers.check`."""

import re
from enum import StrEnum

import phonenumbers

_SHAPE = re.compile(r"\+[0-9]{7,15}\Z", re.ASCII)
_SEPARATORS = str.maketrans("", "", " -.()[]/\u00a0\u2009\u202f\u2010\u2011\u2012\u2013")
_VISIBLE_DIGITS = 2


class NumberCheck(StrEnum):
    """How much a number must be before it is dialled."""

    SHAPE = "shape"
    POSSIBLE = "possible"
    VALID = "valid"


def normalise(text: str) -> str | None:
    """The number as it is stored and dialled, `+` and 7 to 15 ASCII digits; None if it has not that shape.

    Spaces, dashes, dots and brackets are dropped; anything else (letters, other scripts' digits,
    extensions) is a fault, since dialling a guess rings a stranger.
    """
    number = text.translate(_SEPARATORS)
    return number if _SHAPE.match(number) else None


def usable(number: str, check: NumberCheck) -> bool:
    """Whether a number of the right shape passes the configured check (libphonenumber's metadata)."""
    if check is NumberCheck.SHAPE:
        return True
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return False
    if check is NumberCheck.POSSIBLE:
        return phonenumbers.is_possible_number(parsed)
    return phonenumbers.is_valid_number(parsed)


def mask(number: str) -> str:
    """For logs: the first three characters and the last two, e.g. `+12*******00`."""
    hidden = len(number) - 3 - _VISIBLE_DIGITS
    if hidden <= 0:
        return "*" * len(number)
    return f"{number[:3]}{'*' * hidden}{number[-_VISIBLE_DIGITS:]}"
