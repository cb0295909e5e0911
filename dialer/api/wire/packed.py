"""People on their way back from a worker process, and the slice at a time in which they are needed.

A million objects that arrive in one piece hold the interpreter for most of a second; bytes do not.
"""

import json
from collections.abc import Iterator, Sequence
from typing import overload

from dialer.domain.contact import Person

_CHUNK = 500


class PackedPeople(Sequence[Person]):
    """People as JSON in chunks, each read when it is asked for."""

    def __init__(self, people: Sequence[Person]) -> None:
        self._size = len(people)
        self._chunks = [_pack(people[start : start + _CHUNK]) for start in range(0, len(people), _CHUNK)]

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Person]:
        for chunk in self._chunks:
            yield from _unpack(chunk)

    @overload
    def __getitem__(self, index: int) -> Person: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Person]: ...

    def __getitem__(self, index: int | slice) -> Person | Sequence[Person]:
        if isinstance(index, int):
            position = range(self._size)[index]
            return _unpack(self._chunks[position // _CHUNK])[position % _CHUNK]
        wanted = range(self._size)[index]
        if not wanted:
            return []
        first = min(wanted) // _CHUNK
        last = max(wanted) // _CHUNK
        people = [person for chunk in self._chunks[first : last + 1] for person in _unpack(chunk)]
        return [people[position - first * _CHUNK] for position in wanted]


def _pack(people: Sequence[Person]) -> bytes:
    rows = [
        (p.phone, p.first_name, p.last_name, p.name, p.email, p.timezone, p.variables, p.usable)
        for p in people
    ]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()


def _unpack(chunk: bytes) -> list[Person]:
    return [Person(*row) for row in json.loads(chunk)]
