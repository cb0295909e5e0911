import json
import os
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Daemon, Dialer

DATABASE = Path("dialer.db")


@pytest.fixture
def made(dialer: Dialer) -> Dialer:
    """With a database and the key of the commands."""
    Path("dialer.key").write_text(dialer("key", "create", "--name", "crm").out)
    _configure()
    return dialer


def _configure(port: int = 0, carrier: str = "") -> None:
    Path("config.toml").write_text(
        f'[http]\nport = {port}\n[carriers.sim]\nkind = "simulator"\n{carrier}\n', "utf-8"
    )


def _run(statement: str) -> None:
    with closing(sqlite3.connect(DATABASE)) as connection:
        connection.execute(statement)
        connection.commit()


def _found(dialer: Dialer) -> dict[str, dict[str, str]]:
    """By name, but for what is ok; and the exit code fits."""
    ran = dialer("doctor", "--json")
    checks = json.loads(ran.out)["checks"]
    assert ran.code == any(check["state"] == "fault" for check in checks)
    return {check["name"]: check for check in checks if check["state"] != "ok"}


def test_a_healthy_set_up_has_no_fault(made: Dialer) -> None:
    ran = made("doctor")

    assert ran.code == 0
    names = [line.split()[0] for line in ran.out.splitlines()[1:]]
    for name in ("time", "database", "integrity", "schema", "disk", "clock", "daemon", "carrier", "key"):
        assert name in names
    assert "These commands use key 1 (crm)." in ran.out


def test_before_the_first_start_nothing_is_a_fault_and_nothing_is_made(dialer: Dialer) -> None:
    found = _found(dialer)

    assert {name: check["state"] for name, check in found.items()} == {"database": "warn", "key": "warn"}
    assert list(Path().iterdir()) == []


def test_a_daemon_that_runs_is_asked_and_the_key_tried_on_it(served: Dialer) -> None:
    ran = served("doctor")

    assert ran.code == 0
    assert "is ready." in ran.out
    assert "The daemon knows the key of these commands." in ran.out


def test_a_key_that_the_daemon_does_not_know_is_a_fault(
    served: Dialer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIALER_API_KEY", f"dk_{'x' * 43}")

    found = _found(served)

    assert found["key"]["state"] == "fault"
    assert "x" * 43 not in json.dumps(found)


def test_a_faulty_configuration_is_all_that_is_told(dialer: Dialer) -> None:
    Path("config.toml").write_text("[http]\nprot = 1\n", "utf-8")

    found = _found(dialer)

    assert list(found) == ["configuration"]
    assert "did you mean http.port?" in found["configuration"]["detail"]


@pytest.mark.parametrize(
    ("statement", "name", "said"),
    [
        ("UPDATE api_key SET revoked_at = 1", "key", "revoked"),
        ("PRAGMA user_version = 999", "schema", "999"),
        (
            "INSERT INTO setting VALUES ('heartbeat', '4102444800000')",
            "clock",
            "before the database was last",
        ),
        (
            """INSERT INTO setting VALUES ('hold', '{"reason": "restored", "since": 1, "detail": "So."}')""",
            "hold",
            "Dialling is held since 1970-01-01T00:00:00Z. So.",
        ),
    ],
)
def test_what_is_wrong_in_the_database_is_told_with_the_remedy(
    made: Dialer, statement: str, name: str, said: str
) -> None:
    _run(statement)

    found = _found(made)[name]

    assert found["state"] == "fault"
    assert said in found["detail"]
    assert found["remedy"]


def test_a_database_that_others_can_read_is_a_fault(made: Dialer) -> None:
    DATABASE.chmod(0o644)

    assert _found(made)["database"]["remedy"] == f"chmod 600 {DATABASE.absolute()}"


def test_a_file_that_is_no_database_is_a_fault(made: Dialer) -> None:
    DATABASE.write_bytes(b"no database" * 1000)

    found = _found(made)

    assert found["integrity"]["state"] == "fault"
    assert found["key"]["state"] == "warn"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_database_of_another_user_says_whom_to_be(made: Dialer) -> None:
    DATABASE.chmod(0)

    assert "sudo -u dialer" in _found(made)["database"]["remedy"]


def test_an_address_that_another_program_has_is_a_fault(made: Dialer) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))  # it answers nobody, and is in the way
        _configure(taken.getsockname()[1])
        found = _found(made)

    assert "Address already in use" in found["daemon"]["detail"]


def test_a_carrier_that_does_not_answer_is_a_fault(made: Dialer) -> None:
    with closing(socket.socket()) as nobody:
        nobody.bind(("127.0.0.1", 0))
        _configure(carrier=f'url = "http://127.0.0.1:{nobody.getsockname()[1]}"')
        found = _found(made)

    assert "does not answer" in found["carrier sim"]["detail"]


def test_a_daemon_that_does_not_answer_is_a_fault(
    served: Dialer, daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(socket.socket()) as nobody:
        nobody.bind(("127.0.0.1", 0))
        monkeypatch.setenv("DIALER_URL", f"http://127.0.0.1:{nobody.getsockname()[1]}")
        found = _found(served)

    assert "One runs on this database, and does not answer" in found["daemon"]["detail"]


def test_an_asterisk_that_is_not_there_and_a_command_that_does_not_speak_are_told(made: Dialer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    _configure(
        carrier='[dialing]\ncarrier = "sim"\n[carriers.pbx]\nkind = "asterisk"\npassword = "hush"\n'
        f'url = "http://127.0.0.1:{port}"\nsounds = "{Path.cwd()}"\nspeech_command = "exit 3"'
    )

    found = _found(made)

    assert "cannot be reached" in found["carrier pbx"]["detail"]
    assert "ended with 3" in found["speech pbx"]["detail"]
    assert "hush" not in str(found)
