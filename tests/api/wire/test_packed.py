"""People that came back from a worker read like a list."""

import pickle
from typing import Any

import pytest

from dialer.api.wire.packed import PackedPeople
from dialer.domain.contact import Person

PEOPLE = [Person(f"+1202{n:07d}", name="Ada" if n % 2 else None, usable=n % 3 > 0) for n in range(1_203)]


@pytest.fixture(scope="module")
def packed() -> Any:
    return pickle.loads(pickle.dumps(PackedPeople(PEOPLE)))


def test_they_are_the_same_people(packed: PackedPeople) -> None:
    assert len(packed) == len(PEOPLE)
    assert list(packed) == PEOPLE


@pytest.mark.parametrize("index", [0, 499, 500, 1_202, -1, -1_203])
def test_one_is_found_by_its_place(packed: PackedPeople, index: int) -> None:
    assert packed[index] == PEOPLE[index]


@pytest.mark.parametrize(
    "part",
    [
        slice(0, 500),
        slice(499, 501),
        slice(1_000, 1_500),
        slice(5, 5),
        slice(None),
        slice(None, None, -7),
        slice(2_000, 3_000),
    ],
)
def test_a_slice_is_the_same_slice(packed: PackedPeople, part: slice) -> None:
    assert list(packed[part]) == PEOPLE[part]


def test_a_place_beyond_the_end_is_an_index_error(packed: PackedPeople) -> None:
    with pytest.raises(IndexError):
        packed[1_203]
