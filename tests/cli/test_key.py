import json
import re
from datetime import datetime, timedelta
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


def test_a_key_may_do_what_its_scopes_say_until_it_expires(dialer: Dialer) -> None:
    arguments = ["--scope", "contacts:read", "--scope", "campaigns:read", "--expires"]
    narrow = json.loads(
        dialer("key", "create", "--name", "crm", *arguments, "2100-01-01T00:00Z", "--json").out
    )
    wide = json.loads(dialer("key", "create", "--name", "all", "--json").out)

    assert narrow["scopes"] == ["campaigns:read", "contacts:read"]
    assert narrow["expires_at"] == "2100-01-01T00:00:00Z"
    assert (wide["scopes"], wide["expires_at"], wide["last_used_at"]) == (["admin"], None, None)
    row = dialer("key", "list").out.splitlines()[1]
    assert "campaigns:read contacts:read" in row
    assert "2100-01-01T00:00:00Z" in row


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--scope", "campaign:read"], """there is no 'campaign:read'; did you mean "campaigns:read"?"""),
        (["--scope", "root"], "Scopes are campaigns:read, "),
        (["--expires", "soon"], "--expires: 'soon' is neither a moment such as 2027-01-31T00:00:00Z"),
        (["--expires", "2020-01-01T00:00:00Z"], "--expires: 2020-01-01T00:00:00Z must lie ahead"),
        (["--expires", "0d"], "--expires: 0d must lie ahead"),
        (["--expires", "999999w"], "--expires: '999999w' is neither"),
    ],
)
def test_what_a_key_cannot_have_makes_none(dialer: Dialer, arguments: list[str], said: str) -> None:
    ran = dialer("key", "create", "--name", "crm", *arguments)

    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert list(Path().iterdir()) == []


def test_a_rotated_key_has_a_successor_and_an_end(dialer: Dialer) -> None:
    dialer("key", "create", "--name", "crm", "--scope", "dnc:write")

    ran = dialer("key", "rotate", "1", "--grace", "24h")

    assert re.fullmatch(r"dk_[A-Za-z0-9_-]{43}", ran.out.splitlines()[-1])
    old, new = json.loads(dialer("key", "list", "--json").out)["keys"]
    assert (new["id"], new["name"], new["scopes"], new["expires_at"]) == (2, "crm", ["dnc:write"], None)
    lasts = datetime.fromisoformat(old["expires_at"]) - datetime.fromisoformat(new["created_at"])
    assert timedelta(hours=24) - lasts < timedelta(seconds=1)

    dialer("key", "rotate", "2")
    again = dialer("key", "rotate", "2")
    assert again.code == 1
    assert re.fullmatch(r"Key 2 expired at .*Z; make a new one\.\n", again.err)


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
