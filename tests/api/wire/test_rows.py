"""A stream of contacts, in pieces of any size."""

import itertools
import json
from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dialer.api.wire.rows import LONGEST_RECORD, Form, Place, read_array, read_block
from dialer.domain.errors import InvalidInput
from dialer.domain.phone import NumberCheck, normalise


def read(pieces: Sequence[bytes], form: Form = Form.CSV) -> tuple[list[str], list[tuple[int, str]]]:
    """Numbers that were taken, and lines that were not, each with its reason."""
    held, place = b"", Place(form)
    numbers: list[str] = []
    rejects: list[tuple[int, str]] = []
    for number, piece in enumerate(pieces, 1):
        held += piece
        block = read_block(held, place, NumberCheck.SHAPE, last=number == len(pieces))
        held, place = held[block.consumed :], block.place
        for batch in block.batches:
            numbers += [person[0] for person in json.loads(batch.people)]
            rejects += [(reject[0], reject[3]) for reject in json.loads(batch.rejects)]
    assert held == b""
    return numbers, rejects


FILE = b'phone;"no;te"\r\n+12025550101;"a ""b""\n;c"\r\n\r\n+12025550102;x\r\n5;"\n"\r\n+12025550103;'
LINES = b'\xef\xbb\xbf"+12025550101"\r\n\n{"phone": "+12025550102"}\n{"phone": 3}\n[\n"+12025550103"'


@given(st.lists(st.integers(0, len(FILE)), max_size=6))
@example(list(range(len(FILE))))
def test_where_a_csv_stream_is_torn_makes_no_difference(places: list[int]) -> None:
    numbers, rejects = read(_torn(FILE, places))

    assert numbers == ["+12025550101", "+12025550102", "+12025550103"]
    assert [line for line, _ in rejects] == [6]


@given(st.lists(st.integers(0, len(LINES)), max_size=6))
def test_where_a_stream_of_json_lines_is_torn_makes_no_difference(places: list[int]) -> None:
    numbers, rejects = read(_torn(LINES, [each for each in places if each >= 3]), Form.NDJSON)

    assert numbers == ["+12025550101", "+12025550102", "+12025550103"]
    assert [line for line, _ in rejects] == [4, 5]


def _torn(whole: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(places), len(whole)]
    return [whole[start:end] for start, end in itertools.pairwise(edges)]


@given(st.lists(st.binary(max_size=40), max_size=8), st.sampled_from(Form))
@example([b"phone\n", b'"', b"\xff\0,\r"], Form.CSV)
@example([b'{"phone": "\\ud800"}', b"[" * 5_000, b"1" * 5_000, b"NaN", b'{"a":1,"a":2}'], Form.NDJSON)
def test_whatever_comes_is_taken_or_rejected(pieces: list[bytes], form: Form) -> None:
    try:
        numbers, _ = read([b"phone\n" if form is Form.CSV else b"", *pieces], form)
    except InvalidInput:
        return
    assert all(normalise(number) == number for number in numbers)


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r"])
def test_lines_end_as_on_any_system(ending: bytes) -> None:
    lines = [b"phone", b"+12025550101", b"", b"x", b"+12025550102"]

    assert read([ending.join(lines)])[0] == ["+12025550101", "+12025550102"]
    assert [line for line, _ in read([ending.join(lines)])[1]] == [4]


def test_a_quote_that_is_never_closed_costs_its_line_alone() -> None:
    numbers, rejects = read([b'phone,note\n+12025550101,"x\n+12025550102,y\n+12025550103,z\n'])

    assert numbers == ["+12025550102", "+12025550103"]
    assert rejects == [(2, "a quote is opened here and never closed")]


@pytest.mark.parametrize(("form", "head"), [(Form.CSV, b"phone,note\n"), (Form.NDJSON, b"\n")])
def test_a_record_without_end_is_left_out_and_the_next_one_read(form: Form, head: bytes) -> None:
    long = b"x" * LONGEST_RECORD
    good = b"+12025550101,\n" if form is Form.CSV else b'"+12025550101"\n'

    numbers, rejects = read([head, long, long, b"x\n" + good], form)

    assert numbers == ["+12025550101"]
    assert rejects == [(2, "is longer than 1 MiB")]


@pytest.mark.parametrize(
    ("number", "taken"),
    [
        ("'+12025550100", True),
        ("+1 (202) 555-0100", True),
        ("\uff0b\uff11\uff12\uff10\uff12\uff15\uff15\uff15\uff10\uff11\uff10\uff10", False),
        ("\u202a+12025550100\u202c", False),
        ("+1202KALLMICH", False),
        ("+12025550100;ext=5", False),
        ("1.2E+10", False),
    ],
)
def test_a_number_is_taken_in_its_stored_form_or_not_at_all(number: str, taken: bool) -> None:  # noqa: FBT001
    numbers, rejects = read([f'phone\n"{number}"\n'.encode()])

    assert numbers == (["+12025550100"] if taken else [])
    assert len(rejects) == (not taken)


def test_people_with_much_to_tell_come_a_few_at_a_time() -> None:
    """However large the body, no transaction is: 16 MiB at once would take the writer half a second."""
    much = {f"v{number}": "x" * 4000 for number in range(20)}
    people = [{"phone": f"+12025550{number}", "variables": much} for number in range(100, 110)]
    faulty = [{"phone": "?", "variables": much}] * 10

    batches = read_array(json.dumps({"contacts": people + faulty}).encode(), NumberCheck.SHAPE)

    assert max(len(batch.people) + len(batch.rejects) for batch in batches) < 400_000
    assert sum(len(json.loads(batch.people)) for batch in batches) == len(people)
    assert sum(len(json.loads(batch.rejects)) for batch in batches) == len(faulty)
