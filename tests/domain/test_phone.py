import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.phone import NumberCheck, mask, normalise, usable


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+12025550100", "+12025550100"),
        ("+1 (202) 555-0100", "+12025550100"),
        ("+1.202.555.0100", "+12025550100"),
        (" +1-202-555-0100 ", "+12025550100"),
        ("+49 30/123456", "+4930123456"),
        ("+1[202]5550100", "+12025550100"),
        ("+1\u00a0202\u2009555\u202f0100", "+12025550100"),
        ("+1\u2010202\u2011555\u2012010\u20130", "+12025550100"),
        ("+0987654321", "+0987654321"),
        ("+1234567", "+1234567"),
        ("+123456789012345", "+123456789012345"),
    ],
)
def test_separators_are_dropped(text: str, number: str) -> None:
    assert normalise(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+",
        "12025550100",
        "0012025550100",
        "++12025550100",
        "+123456",
        "+1234567890123456",
        "+1202555FLOW",
        "+12025550100;ext=5",
        "+12025550100 ext. 5",
        "+12025550100x5",
        "+12025550100#5",
        "+12025550100,,5",
        "tel:+12025550100",
        "+１２０２５５５０１００",  # noqa: RUF001  full-width digits
        "＋12025550100",  # noqa: RUF001  full-width plus
        "+١٢٠٢٥٥٥٠١٠٠",  # Arabic digits
        "\u202a+12025550100\u202c",
        "+1202555\u200b0100",
        "+1202555\u202e0100",
        "+12025550100\n",
        "+12025550100\x00",
        "+12025550100\t",
        "+1202555\u00b2100",
        "+1202555\ud800100",
    ],
)
def test_what_would_have_to_be_guessed_is_no_number(text: str) -> None:
    assert normalise(text) is None


looks_like_numbers = st.text(
    st.sampled_from("+0123456789 -.()[]/\u00a0\u2011x;e１٣\u200b\u202e\n"),  # noqa: RUF001
    max_size=24,
)


@given(st.text() | looks_like_numbers | looks_like_numbers.map("+{}".format))
def test_whatever_comes_in_the_stored_form_is_a_plus_and_ascii_digits(text: str) -> None:
    number = normalise(text)

    assert number is None or re.fullmatch(r"\+[0-9]{7,15}", number, re.ASCII)
    if number is not None:
        assert normalise(number) == number


@pytest.mark.parametrize(
    ("number", "checks"),
    [
        ("+14155552671", {"shape", "possible", "valid"}),
        ("+12025550100", {"shape", "possible", "valid"}),
        ("+1234567890", {"shape"}),
        ("+11234567890", {"shape", "possible"}),
        ("+0987654321", {"shape"}),
        ("+999999999999999", {"shape"}),
        ("+442083661177", {"shape", "possible", "valid"}),
    ],
)
def test_each_check_asks_more_than_the_one_before(number: str, checks: set[str]) -> None:
    assert {check.value for check in NumberCheck if usable(number, check)} == checks


@given(st.from_regex(r"\+[0-9]{7,15}", fullmatch=True))
def test_a_valid_number_is_possible(number: str) -> None:
    possible, valid = usable(number, NumberCheck.POSSIBLE), usable(number, NumberCheck.VALID)

    assert usable(number, NumberCheck.SHAPE)
    assert possible or not valid


@pytest.mark.parametrize(
    ("number", "masked"),
    [("+12025550100", "+12*******00"), ("+12345", "+12*45"), ("+1234", "*****"), ("12", "**"), ("", "")],
)
def test_a_masked_number_keeps_its_length_and_hides_its_middle(number: str, masked: str) -> None:
    assert mask(number) == masked


@given(st.from_regex(r"\+[0-9]{7,15}", fullmatch=True))
def test_of_a_masked_number_four_digits_can_be_read(number: str) -> None:
    masked = mask(number)

    assert len(masked) == len(number)
    assert sum(sign.isdigit() for sign in masked) == 4
