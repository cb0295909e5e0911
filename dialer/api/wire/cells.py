"""Cells of a CSV file that a spreadsheet must not take for a formula.

`sheltered` and `bare` undo each other exactly, for every text.
"""

import re

_FORMULA = re.compile(r"'*[=+\-@\x00-\x1f\x7f]")
_NUMBER = re.compile(r"\+[0-9]+\Z", re.ASCII)
_SHELTERED = re.compile(r"''*[=+\-@\x00-\x1f\x7f]")


def sheltered(text: str) -> str:
    """With an apostrophe before what could be a formula; `+` and digits alone are a number."""
    if not text or not _FORMULA.match(text) or _NUMBER.match(text):
        return text
    return f"'{text}"


def bare(cell: str) -> str:
    """Without that apostrophe."""
    return cell[1:] if cell.startswith("'") and _SHELTERED.match(cell) else cell
