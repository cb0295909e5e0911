from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.clock import HOUR, MINUTE, SECOND
from dialer.domain.schedule import GRAMMAR_SENTENCE, format_instant, parse_instant

UTC_ZONE = ZoneInfo("UTC")
KOLKATA = ZoneInfo("Asia/Kolkata")
NINE = 1_773_133_200_000
"""2026-03-10T09:00:00Z."""


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-03-10T09:00:00Z", NINE),
        ("2026-03-10 09:00:00Z", NINE),
        ("2026-03-10T09:00Z", NINE),
        ("2026-03-10T09:00:30.5Z", NINE + 30 * SECOND + 500),
        ("2026-03-10T09:00:00.123Z", NINE + 123),
        ("2026-03-10T09:00:00.12Z", NINE + 120),
        ("2026-03-10T14:30:00+05:30", NINE),
        ("2026-03-10T14:30:00+0530", NINE),
        ("2026-03-10T14:30+05:30", NINE),
        ("2026-03-10T04:00:00-05:00", NINE),
        ("2026-03-10T09:00:00+00:00", NINE),
        ("2026-03-10T09:00:00-00:00", NINE),
        ("2026-03-11T08:59:00+23:59", NINE),
        ("2028-02-29T00:00:00Z", 1_835_395_200_000),
        ("1969-12-31T23:59:59Z", -SECOND),
    ],
)
def test_an_instant_with_an_offset_needs_no_zone(text: str, instant: int) -> None:
    assert parse_instant(text, KOLKATA) == (instant, False)


@pytest.mark.parametrize("text", ["2026-03-10T14:30:00", "2026-03-10 14:30", "2026-03-10T14:30:00.000"])
def test_without_an_offset_it_is_read_in_the_campaigns_zone(text: str) -> None:
    assert parse_instant(text, KOLKATA) == (NINE, True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "1773133200",
        "now",
        "Immediate",
        "2026-03-10",
        "09:00:00Z",
        "2026-3-10T09:00:00Z",
        "26-03-10T09:00:00Z",
        "+2026-03-10T09:00:00Z",
        "2026-03-10t09:00:00Z",
        "2026-03-10T09:00:00z",
        "2026-03-10T09Z",
        "2026-03-10T0900Z",
        "2026-03-10T09:00:00.Z",
        "2026-03-10T09:00:00,5Z",
        "2026-03-10T09:00:00.1234Z",
        "2026-03-10T09:00:00.123999999Z",
        "2026-03-10T09:00:00 Z",
        "2026-03-10T09:00:00+5:30",
        "2026-03-10T09:00:00+05",
        "2026-03-10T09:00:00UTC",
        "2026-03-10T09:00:00Z\n",
        " 2026-03-10T09:00:00Z",
        "2026-03-10  09:00:00Z",
        "2026-W11-2T09:00:00Z",
        "٢٠٢٦-03-10T09:00:00Z",  # digits of another script
        "２０２６-03-10T09:00:00Z",  # noqa: RUF001
        "2026\u201103\u201110T09:00:00Z",
        "2026-03-10T09:00:00\u202eZ",
    ],
)
def test_any_other_form_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r"2026-03-10T09:00:00Z") as refused:
        parse_instant(text, KOLKATA)
    assert str(refused.value) == GRAMMAR_SENTENCE


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-29T09:00:00Z",
        "2026-13-01T09:00:00Z",
        "2026-00-01T09:00:00Z",
        "2026-03-00T09:00:00Z",
        "2026-03-10T24:00:00Z",
        "2026-03-10T09:60:00Z",
        "2026-12-31T23:59:60Z",
        "2026-03-10T09:00:00+24:00",
        "2026-03-10T09:00:00+05:60",
        "0000-01-01T00:00:00Z",
    ],
)
def test_a_moment_that_does_not_exist_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="no moment that exists") as refused:
        parse_instant(text, UTC_ZONE)
    assert text in str(refused.value)


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("America/New_York", "2027-03-14T02:30:00"),
        ("Europe/Berlin", "2027-03-28T02:00:00"),
        ("Europe/Berlin", "2027-03-28T02:59:59.999"),
        ("Australia/Lord_Howe", "2026-10-04T02:15:00"),
        ("Pacific/Apia", "2011-12-30T12:00:00"),
    ],
)
def test_a_local_time_that_a_clock_change_skips_is_refused(zone: str, text: str) -> None:
    with pytest.raises(ValueError, match=f"skipped in {zone}.*add an offset"):
        parse_instant(text, ZoneInfo(zone))


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("America/New_York", "2027-11-07T01:30:00"),
        ("Europe/Berlin", "2027-10-31T02:00:00"),
        ("Australia/Lord_Howe", "2027-04-04T01:45:00"),
    ],
)
def test_a_local_time_that_comes_twice_is_refused(zone: str, text: str) -> None:
    with pytest.raises(ValueError, match=f"repeated in {zone}.*add an offset"):
        parse_instant(text, ZoneInfo(zone))


def test_with_an_offset_a_repeated_local_time_is_one_moment() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    summer, _ = parse_instant("2027-10-31T02:30:00+02:00", berlin)
    winter, _ = parse_instant("2027-10-31T02:30:00+01:00", berlin)

    assert winter - summer == HOUR


def test_the_first_and_last_minute_beside_a_clock_change_are_moments() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    before, _ = parse_instant("2027-03-28T01:59:00", berlin)
    after, _ = parse_instant("2027-03-28T03:00:00", berlin)

    assert after - before == MINUTE


moments = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001
offsets = st.integers(-(23 * 60 + 59), 23 * 60 + 59)


@given(moments, offsets, st.sampled_from(["T", " "]), st.sampled_from(["", ":"]))
def test_what_the_grammar_writes_is_read_back(
    moment: datetime, offset: int, separator: str, colon: str
) -> None:
    instant = (moment.replace(microsecond=0) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * SECOND
    hours, minutes = divmod(abs(offset), 60)
    sign = "-" if offset < 0 else "+"
    text = f"{moment:%H:%M:%S}{sign}{hours:02}{colon}{minutes:02}"
    date = f"{moment.year:04}-{moment.month:02}-{moment.day:02}"

    parsed, assumed = parse_instant(f"{date}{separator}{text}", KOLKATA)

    assert not assumed
    assert parsed == instant - offset * MINUTE


@given(st.integers(-62_000_000_000_000, 253_000_000_000_000))
def test_an_instant_survives_being_written_and_read(instant: int) -> None:
    assert parse_instant(format_instant(instant), KOLKATA) == (instant // SECOND * SECOND, False)


likely_junk = st.text(st.sampled_from("0123456789-:TZ+. \u0660\n"), max_size=32)


@given(st.text() | likely_junk, st.sampled_from(["UTC", "Asia/Kolkata", "America/New_York", "Pacific/Apia"]))
def test_junk_is_refused_with_a_sentence_and_never_otherwise(text: str, zone: str) -> None:
    try:
        instant, _ = parse_instant(text, ZoneInfo(zone))
    except ValueError as error:
        assert str(error).startswith(("must look like", "is no moment", "is a local time"))  # noqa: PT017
    else:
        assert isinstance(instant, int)


@pytest.mark.parametrize("edge", ["0001-01-01T00:00:00", "9999-12-31T23:59:59.999"])
@pytest.mark.parametrize("zone", ["Asia/Kolkata", "America/New_York", "Pacific/Kiritimati"])
def test_at_the_ends_of_the_calendar_what_is_read_can_be_written(edge: str, zone: str) -> None:
    written = set()
    for text in (edge, f"{edge}Z", f"{edge}+23:59", f"{edge}-23:59"):
        try:
            instant, _ = parse_instant(text, ZoneInfo(zone))
        except ValueError as error:
            assert "no moment" in str(error)  # noqa: PT017
        else:
            written.add(format_instant(instant))
    assert f"{edge[:19]}Z" in written


def test_instants_are_written_in_utc_and_whole_seconds() -> None:
    assert format_instant(NINE + 999) == "2026-03-10T09:00:00Z"
