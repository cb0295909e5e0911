import io
import sys

import pytest

from tests.cli.conftest import Dialer
from tests.cli.lists import draft, value


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_without_a_terminal_nobody_is_asked(served: Dialer) -> None:
    campaign = draft(served)

    ran = served("campaign", "delete", campaign)

    assert (ran.code, ran.out) == (0, f"{campaign} is deleted; the data of its contacts is being erased.\n")
    assert served("campaign", "show", campaign).code == 1


@pytest.mark.parametrize(("typed", "code"), [("n\n", 1), ("y\n", 0)])
def test_on_a_terminal_it_asks_first(
    served: Dialer, monkeypatch: pytest.MonkeyPatch, typed: str, code: int
) -> None:
    campaign = draft(served)
    monkeypatch.setattr(sys, "stdin", Terminal(typed))

    ran = served("campaign", "delete", campaign)

    assert ran.code == code
    assert "the data of its contacts (1) for good?" in ran.err
    assert served("campaign", "show", campaign).code == 1 - code


def test_yes_answers_beforehand(served: Dialer, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = draft(served)
    monkeypatch.setattr(sys, "stdin", Terminal(""))

    assert served("campaign", "delete", campaign, "--yes").code == 0
    assert value(served("campaign", "delete", draft(served), "--json"))["deleted"] is True


def test_who_is_not_held_is_not_requeued(served: Dialer) -> None:
    campaign = draft(served, options=("--launch",))
    served("campaign", "watch", campaign)

    ran = served("campaign", "requeue", campaign, "+12025559900")

    assert ran.code == 1
    assert ran.err == (
        "The contact is completed (answered); only one that is held waits for this decision.\n"
    )
    assert value(served("campaign", "contacts", campaign, "--held", "--json"))["contacts"] == []
