"""Where a CSV stream can be cut, held against how Python's csv module reads."""

import csv
import io

from hypothesis import example, given
from hypothesis import strategies as st

from dialer.api.wire.cut import cut, first_record

TEXTS = st.text(st.sampled_from('a",\n\r'), max_size=24)


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@given(TEXTS, TEXTS)
@example('a,"b\n', 'c"\nd')
@example('"a"', '"b"\n')
@example("a\r", "\nb")
@example('a"b,"c\n', '"')
def test_a_cut_is_never_inside_a_record(come: str, to_come: str) -> None:
    end = cut(come.encode(), b",", last=False).end

    assert rows(come[:end]) + rows(come[end:] + to_come) == rows(come + to_come)


@given(TEXTS)
def test_of_what_is_all_there_nothing_is_left_but_an_open_quote(text: str) -> None:
    found = cut(text.encode(), b",", last=True)

    assert (found.unclosed is None) == (found.end == len(text))
    assert found.unclosed is None or text[found.unclosed] == '"'


@given(TEXTS)
def test_the_first_record_is_the_first_that_is_read(text: str) -> None:
    end = first_record(text.encode(), b",", last=True)

    if end is not None:
        assert rows(text[:end]) == rows(text)[:1]
