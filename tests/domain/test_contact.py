import pytest

from dialer.domain.contact import Person


@pytest.mark.parametrize(
    ("name", "first", "last", "full"),
    [
        ("Ada Lovelace", None, None, "Ada Lovelace"),
        ("Countess", "Ada", "Lovelace", "Countess"),
        (None, "Ada", "Lovelace", "Ada Lovelace"),
        (None, "Ada", None, "Ada"),
        (None, None, "Lovelace", "Lovelace"),
        ("", "", "", None),
        (None, None, None, None),
    ],
)
def test_the_full_name_is_what_is_known(
    name: str | None, first: str | None, last: str | None, full: str | None
) -> None:
    person = Person("+12025550100", first_name=first, last_name=last, name=name)

    assert person.full_name() == full
