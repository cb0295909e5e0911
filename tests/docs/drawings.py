"""What the architecture page shows of the code's own tables. `python -m tests.docs.drawings` renews it."""

import re
from collections.abc import Iterator
from pathlib import Path

from dialer.domain.call import CARRIERS_WORD, MAY_LEAVE, OPEN, AttemptState
from dialer.domain.campaign import LEGAL_MOVES, CampaignStatus

PAGE = Path(__file__).parents[2] / "docs" / "architecture.md"
_BLOCK = re.compile(r"<!-- generated: (\w+) -->\n(.*?)<!-- end -->\n", re.DOTALL)


def states() -> str:
    """A table: each state, what kind it is, and the states from which an attempt may enter it."""
    rows = "".join(
        f"| `{state}` | {_kind(state)} | {_entered_from(MAY_LEAVE.get(state, frozenset()))} |\n"
        for state in AttemptState
    )
    return f"| State | | Entered from |\n|---|---|---|\n{rows}"


def moves() -> str:
    """A state diagram of all legal moves."""
    arrows = "".join(
        f"    {status} --> {to}\n"
        for status in CampaignStatus
        for to in CampaignStatus
        if to in LEGAL_MOVES[status]
    )
    return f"```mermaid\nstateDiagram-v2\n    [*] --> {CampaignStatus.DRAFT}\n{arrows}```\n"


def renewed(page: str) -> str:
    """The page with its blocks as the code has them."""
    made = {"states": states, "moves": moves}
    return _BLOCK.sub(lambda block: f"<!-- generated: {block[1]} -->\n{made[block[1]]()}<!-- end -->\n", page)


def blocks(page: str) -> Iterator[tuple[str, str]]:
    """The names of the blocks, each with what stands in it."""
    for block in _BLOCK.finditer(page):
        yield block[1], block[2]


def _kind(state: AttemptState) -> str:
    if state in OPEN:
        return "open"
    return "the carrier's word" if state in CARRIERS_WORD else "concluded"


def _entered_from(leaves: frozenset[AttemptState]) -> str:
    if leaves == frozenset(AttemptState) - CARRIERS_WORD:
        return "anything but the carrier's word"
    return ", ".join(f"`{state}`" for state in AttemptState if state in leaves) or "the claim"


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text("utf-8")), "utf-8")
