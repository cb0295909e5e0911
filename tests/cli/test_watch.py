import json
from pathlib import Path

import pytest

from tests.cli.conftest import Dialer


def launched(served: Dialer, count: int) -> str:
    Path("people.csv").write_text("phone\n" + "".join(f"+4930{n:07}\n" for n in range(count)), "utf-8")
    made = served(
        *("campaign", "create", "--agent", "1", "--contacts", "people.csv", "--max-concurrent", "100"),
        *("--launch", "--json"),
    )
    identifier: str = json.loads(made.out)["id"]
    return identifier


def test_on_a_terminal_the_table_is_drawn_over_itself(
    served: Dialer, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = launched(served, 3)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")

    ran = served("campaign", "watch", campaign)

    assert ran.code == 0
    assert "\x1b[" in ran.out
    assert "contacts/s" in ran.out
    assert "completed" in ran.out


def test_every_contact_is_counted_once(served: Dialer) -> None:
    campaign = launched(served, 450)

    last = served("campaign", "watch", campaign).out.splitlines()[-1]
    contacts = json.loads(served("campaign", "contacts", campaign, "--limit", "1000", "--json").out)[
        "contacts"
    ]

    assert last.startswith("completed: 0 pending, 0 in progress, ")
    outcomes = dict(word.split("=") for word in last.split("; ")[1].split())
    assert sum(map(int, outcomes.values())) == len(contacts)
    assert int(outcomes["answered"]) == sum(contact["outcome"] == "answered" for contact in contacts)
