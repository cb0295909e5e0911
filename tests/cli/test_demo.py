from importlib import resources
from pathlib import Path

import phonenumbers
import pytest

from dialer.cli.contacts_file import read
from tests.cli.conftest import Dialer


@pytest.fixture
def people() -> list[dict[str, object]]:
    with resources.as_file(resources.files("dialer.cli") / "demo_contacts.csv") as path:
        return list(read(path).contacts)


def test_the_list_names_about_a_thousand_people_once(people: list[dict[str, object]]) -> None:
    assert 900 < len(people) < 1100
    assert len({person["phone"] for person in people}) == len(people)
    assert len({(person["first_name"], person["last_name"]) for person in people}) == len(people)


@pytest.mark.parametrize("region", ["US", "GB", "DE", "IN", "BR", "JP", "NG", "AU", "CH", "KR", "IS", "NZ"])
def test_the_numbers_are_the_examples_that_libphonenumber_ships(
    people: list[dict[str, object]], region: str
) -> None:
    listed = {person["phone"] for person in people}
    for kind in (phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.MOBILE):
        example = phonenumbers.example_number_for_type(region, kind)
        assert example is not None
        assert phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164) in listed


def test_every_region_is_on_the_list(people: list[dict[str, object]]) -> None:
    regions = {variables["region"] for person in people if isinstance(variables := person["variables"], dict)}

    assert len(regions & phonenumbers.SUPPORTED_REGIONS) > 240


@pytest.mark.slow
@pytest.mark.timeout(90)
def test_the_demo_calls_everybody_and_ends_well(dialer: Dialer, people: list[dict[str, object]]) -> None:
    Path("mine.toml").write_text("not read", "utf-8")

    ran = dialer("demo", "--config", "mine.toml")

    assert ran.code == 0, ran.err
    lines = [line.split() for line in ran.out.splitlines()]
    assert ["contacts", str(len(people))] in lines
    assert "\x1b" not in ran.out
    assert ran.err == "The demo runs on a configuration of its own; --config is not used.\n"
    assert list(Path().iterdir()) == [Path("mine.toml")]
