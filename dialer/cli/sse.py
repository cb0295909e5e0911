"""Server-Sent Events out of the bytes of an answer, as far as the daemon uses them (WHATWG HTML, 9.2.6)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Told:
    """One event; `id` is that of the last event that had one, this one included."""

    event: str
    data: str
    id: str | None


async def told(pieces: AsyncIterator[bytes]) -> AsyncIterator[Told]:
    """Each event as soon as it is whole; comments are left out."""
    rest, last = b"", None
    async for piece in pieces:
        *blocks, rest = (rest + piece).split(b"\n\n")
        for block in blocks:
            fields = dict(_field(line) for line in block.decode().split("\n"))
            last = fields.get("id", last)
            if "data" in fields:
                yield Told(fields.get("event", "message"), fields["data"], last)


def _field(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name, value.removeprefix(" ")
