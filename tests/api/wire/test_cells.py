import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.api.wire.cells import bare, sheltered


@given(st.text(st.one_of(st.sampled_from("'=+-@\t\r0"), st.characters())))
def test_what_was_defused_comes_back_as_it_was(text: str) -> None:
    assert bare(sheltered(text)) == text
    assert not sheltered(text).startswith(("=", "-", "@", "\t", "\r"))


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("+12025550100", "+12025550100"),
        ("+1 202", "'+1 202"),
        ("=1+1", "'=1+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("'=1", "''=1"),
        ("o'clock", "o'clock"),
        ("'quoted'", "'quoted'"),
    ],
)
def test_only_what_could_be_a_formula_is_defused(text: str, cell: str) -> None:
    assert sheltered(text) == cell
