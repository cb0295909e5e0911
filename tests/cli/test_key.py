import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import Daemon, Dialer


def test_the_key_is_the_last_line_of_standard_output(dialer: Dialer) -> None:
    ran = dialer("key", "create", "--name", "crm")

    assert ran.code == 0
    assert re.fullmatch(r"dk_[A-Za-z0-9_-]{43}", ran.out.splitlines()[-1])
    assert Path("dialer.db").exists()


def test_keys_are_listed_without_themselves_and_revoked(dialer: Dialer) -> None:
    made = json.loads(dialer("key", "create", "--name", "crm", "--json").out)
    dialer("key", "create", "--name", "cron")

    assert dialer("key", "revoke", str(made["id"])).out == "Key 1 (crm) is revoked.\n"
    listed = dialer("key", "list", "--json")
    table = dialer("key", "list").out

    keys = json.loads(listed.out)["keys"]
    assert [(key["id"], key["name"], key["revoked_at"] is None) for key in keys] == [
        (1, "crm", False),
        (2, "cron", True),
    ]
    assert made["key"] not in listed.out + table
    assert [line.split()[:2] for line in table.splitlines()] == [["ID", "NAME"], ["1", "crm"], ["2", "cron"]]


def test_a_key_that_is_not_there_cannot_be_revoked(dialer: Dialer) -> None:
    dialer("key", "create", "--name", "crm")

    ran = dialer("key", "revoke", "7")

    assert (ran.code, ran.err) == (1, "There is no key '7'.\n")


@pytest.mark.parametrize("arguments", [["list"], ["list", "--json"], ["revoke", "1"]])
def test_without_a_database_there_is_no_key_and_none_is_made(dialer: Dialer, arguments: list[str]) -> None:
    ran = dialer("key", *arguments)

    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("There is no database ")
    assert list(Path().iterdir()) == []


def test_scopes_are_refused_instead_of_being_ignored(dialer: Dialer) -> None:
    ran = dialer("key", "create", "--name", "crm", "--scope", "admin")

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("Scopes are not supported by this version")
    assert list(Path().iterdir()) == []


def test_a_key_needs_a_name(dialer: Dialer) -> None:
    assert dialer("key", "create").code == 2
    assert dialer("key", "create", "--name", " ").code == 2
    assert dialer("key", "create", "--name", "a\nb").code == 2


def test_a_database_that_is_none_is_told_in_one_sentence(dialer: Dialer) -> None:
    Path("dialer.db").write_text("This is no database, and long enough to be told from an empty one." * 20)

    ran = dialer("key", "create", "--name", "crm")

    assert ran.code == 1
    assert "cannot be used as the database" in ran.err
    assert "Traceback" not in ran.err


def test_keys_count_at_once_while_the_daemon_runs(
    served: Dialer, daemon: Daemon, monkeypatch: object, tmp_path: Path
) -> None:
    token = served("key", "create", "--name", "new").out.strip()
    own = tmp_path / "config.toml"
    own.write_text("", "utf-8")
    (tmp_path / "dialer.key").write_text(token)

    assert served("campaign", "list", "--config", own).code == 0
    listed = json.loads(served("key", "list", "--json").out)["keys"]
    served("key", "revoke", str(next(key["id"] for key in listed if key["name"] == "new")))

    refused = served("campaign", "list", "--config", own)
    assert refused.code == 1
    assert "The key is read from DIALER_API_KEY" in refused.err
    assert token not in refused.err
