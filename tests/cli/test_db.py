import fcntl
import json
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.cli.conftest import Daemon, Dialer
from tests.cli.lists import draft, value

DATABASE = Path("dialer.db")


@pytest.fixture
def made(dialer: Dialer) -> Dialer:
    """With a database that holds a key."""
    dialer("key", "create", "--name", "crm")
    return dialer


def _run(statement: str, database: Path = DATABASE) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(statement)
        connection.commit()


@contextmanager
def _a_daemon_runs() -> Iterator[None]:
    with Path("dialer.db.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def test_a_backup_is_a_whole_copy_for_its_owner_alone_under_a_dated_name(made: Dialer) -> None:
    said = value(made("db", "backup", "--json"))

    [copy] = Path().glob("dialer-????????T??????Z.db")
    assert said == {"path": str(copy.absolute()), "bytes": copy.stat().st_size, "deleted": []}
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with closing(sqlite3.connect(f"{copy.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        assert connection.execute("SELECT name FROM api_key").fetchall() == [("crm",)]
    assert list(Path().glob("*.part")) == []


def test_a_backup_while_the_daemon_runs_holds_what_was_answered(
    served: Dialer, daemon: Daemon, tmp_path: Path
) -> None:
    """And a daemon that runs is told to no restore and no migration."""
    campaign = draft(served)
    copy = tmp_path / "copy.db"

    assert served("db", "backup", copy).out.startswith(f"{copy} (")

    with closing(sqlite3.connect(copy)) as connection:
        found = connection.execute("SELECT total FROM campaign WHERE public_id = ?", (campaign,)).fetchall()
    assert found == [(1,)]
    for verb in (["restore", copy], ["migrate"]):
        refused = served("db", *verb)
        assert (refused.code, refused.err) == (
            1,
            f"A daemon is running on {daemon.directory / 'dialer.db'}; stop it first.\n",
        )
    assert {check["state"] for check in value(served("db", "check", "--json"))["checks"]} <= {"ok", "warn"}


def test_a_backup_overwrites_nothing(made: Dialer) -> None:
    Path("copy.db").write_text("mine", "utf-8")

    ran = made("db", "backup", "copy.db")

    assert (ran.code, ran.err) == (
        1,
        "copy.db is there already and is not overwritten; name another file.\n",
    )
    assert Path("copy.db").read_text("utf-8") == "mine"


def test_copies_go_to_the_folder_of_the_configuration_and_the_oldest_are_deleted(made: Dialer) -> None:
    Path("config.toml").write_text('[store]\nbackups = "copies"\n', "utf-8")
    copies = Path("copies")
    copies.mkdir()
    for day in (1, 2, 3):
        (copies / f"dialer-2026010{day}T000000Z.db").touch()
    (copies / "dialer-20260102T000000Z.db.part").touch()
    (copies / "mine.db").touch()

    ran = made("db", "backup", "--keep", "2")

    left = sorted(file.name for file in copies.iterdir())
    assert left[0] == "dialer-20260103T000000Z.db"
    assert left[2:] == ["mine.db"]
    assert ran.out.count(" is deleted.") == 2
    assert made("db", "backup", "--keep", "2", "copy.db").code == 2


@pytest.mark.parametrize("verb", [["backup"], ["check"], ["migrate"]])
def test_without_a_database_none_is_made(dialer: Dialer, verb: list[str]) -> None:
    ran = dialer("db", *verb)

    assert ran.code == 1
    assert ran.err.startswith("There is no database ")
    assert list(Path().iterdir()) == []


def test_a_restored_backup_is_held_until_it_is_confirmed_and_the_old_database_is_kept(made: Dialer) -> None:
    made("db", "backup", "copy.db")
    made("key", "create", "--name", "later")

    ran = made("db", "restore", "copy.db")
    confirmed = value(made("confirm", "--json"))

    assert ran.code == 0
    assert "4. `dialer confirm` lets dialling go on." in ran.out
    assert [key["name"] for key in value(made("key", "list", "--json"))["keys"]] == ["crm"]
    assert stat.S_IMODE(DATABASE.stat().st_mode) == 0o600
    assert confirmed["released"]["reason"] == "restored"
    assert confirmed["released"]["detail"].startswith("The database was restored from copy.db.")
    assert made("confirm").out == "Nothing was held.\n"
    [kept] = Path().glob("dialer-replaced-*.db")
    with closing(sqlite3.connect(kept)) as connection:
        assert connection.execute("SELECT count(*) FROM api_key").fetchone() == (2,)


def test_a_damaged_database_is_replaced_and_kept_with_its_log(made: Dialer) -> None:
    made("db", "backup", "copy.db")
    DATABASE.write_bytes(b"no database" * 1000)
    Path("dialer.db-wal").write_bytes(b"log")

    said = value(made("db", "restore", "copy.db", "--json"))

    kept = Path(said["kept"])
    assert kept.read_bytes().startswith(b"no database")
    assert kept.with_name(f"{kept.name}-wal").read_bytes() == b"log"
    assert value(made("key", "list", "--json"))["keys"][0]["name"] == "crm"


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        ("DROP TABLE attempt", "copy.db is no database of dialer."),
        ("PRAGMA user_version = 999", "copy.db has schema 999, this version knows "),
    ],
)
def test_what_is_no_backup_of_ours_is_not_restored(made: Dialer, spoil: str, sentence: str) -> None:
    made("db", "backup", "copy.db")
    _run(spoil, Path("copy.db"))
    before = DATABASE.read_bytes()

    ran = made("db", "restore", "copy.db")

    assert ran.code == 1
    assert ran.err.startswith(sentence)
    assert DATABASE.read_bytes() == before
    assert sorted(file.name for file in Path().iterdir()) == ["copy.db", "dialer.db", "dialer.db.lock"]


@pytest.mark.parametrize("damage", ["garbage", "half"])
def test_a_damaged_backup_is_not_restored(made: Dialer, damage: str) -> None:
    made("db", "backup", "copy.db")
    copy = Path("copy.db")
    content = copy.read_bytes()
    copy.write_bytes(b"x" * 9000 if damage == "garbage" else content[: len(content) // 2])

    ran = made("db", "restore", "copy.db")

    assert ran.code == 1
    assert ran.err.startswith("copy.db ")
    assert "Traceback" not in ran.err
    assert value(made("key", "list", "--json"))["keys"][0]["name"] == "crm"


def test_nothing_is_restored_or_migrated_under_a_running_daemon(made: Dialer) -> None:
    made("db", "backup", "copy.db")

    with _a_daemon_runs():
        ran = made("db", "restore", "copy.db")

    assert ran.code == 1
    assert ran.err.endswith("dialer.db; stop it first.\n")


def test_migrate_says_from_and_to(made: Dialer) -> None:
    _run("PRAGMA user_version = 999")
    refused = made("db", "migrate")
    assert refused.code == 1
    assert "written by a newer version" in refused.err
    DATABASE.unlink()
    _old()

    moved = made("db", "migrate")
    again = value(made("db", "migrate", "--json"))

    assert moved.out == f"{DATABASE.absolute()} had schema 1, and now has {again['to']}.\n"
    assert again["from"] == again["to"]


def _old() -> None:
    dump = Path(__file__).parents[1] / "store" / "schema" / "0001.sql"
    with closing(sqlite3.connect(DATABASE)) as connection:
        connection.executescript(dump.read_text("utf-8"))
        connection.execute("PRAGMA user_version = 1")


def _states(dialer: Dialer, code: int) -> dict[str, str]:
    ran = dialer("db", "check", "--json")
    assert ran.code == code, ran.out
    return {check["name"]: check["state"] for check in json.loads(ran.out)["checks"]}


def test_check_finds_everything_right_and_says_so(made: Dialer) -> None:
    assert set(_states(made, 0).values()) == {"ok"}
    table = made("db", "check").out
    assert "The file is whole." in table


def test_check_ends_with_1_where_something_is_wrong_and_says_what_to_do(made: Dialer) -> None:
    _run("INSERT INTO contact (list, phone) VALUES (99, '+12025550100')")

    assert _states(made, 1)["references"] == "fault"
    assert "`dialer db restore`" in made("db", "check").out


def test_in_a_pipe_no_finding_is_cut(made: Dialer) -> None:
    for number in range(10):
        _run(f"INSERT INTO contact (id, list, phone) VALUES ({10**17 + number}, 99, '+1202555010{number}')")

    [line] = [line for line in made("db", "check").out.splitlines() if line.startswith("references")]

    assert line.count("contact ") == 10
    assert line.rstrip().endswith("`dialer db restore`.")


def test_a_backup_can_be_checked_and_stays_what_it_is(made: Dialer) -> None:
    made("db", "backup", "copy.db")
    before = Path("copy.db").read_bytes()

    assert made("db", "check", "copy.db").code == 0

    assert Path("copy.db").read_bytes() == before
    assert sorted(file.name for file in Path().iterdir()) == ["copy.db", "dialer.db"]
    assert made("db", "check", "none.db").err == "There is no file none.db.\n"


def test_check_of_a_file_that_is_no_database_is_a_finding(made: Dialer) -> None:
    DATABASE.write_bytes(b"no database" * 1000)

    assert _states(made, 1) == {"integrity": "fault"}


def test_an_older_schema_is_no_fault(dialer: Dialer) -> None:
    _old()

    assert _states(dialer, 0)["schema"] == "warn"


def test_confirm_goes_to_the_daemon_that_runs(served: Dialer) -> None:
    assert value(served("confirm", "--json")) == {"released": None, "message": "Nothing was held."}


def test_prune_goes_through_the_daemon(served: Dialer) -> None:
    assert served("db", "prune").out == "0 events and 0 kept answers are deleted.\n"
    assert value(served("db", "prune", "--older-than", "30", "--json")) == {"events": 0, "receipts": 0}
    assert served("db", "prune", "--older-than", "0").code == 2
