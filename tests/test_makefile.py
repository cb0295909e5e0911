"""`make`, as far as it needs no network."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def make(*words: str, directory: Path = ROOT, path: str | None = None) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "PYTHON")}
    if path is not None:
        environment["PATH"] = path
    program = shutil.which("make")
    assert program is not None
    return subprocess.run(
        [program, "--no-print-directory", *words],
        cwd=directory,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A checkout in which nothing has been set up yet."""
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A folder of programs without any Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "cat", "test", "echo", "touch"):
        (folder / name).symlink_to(shutil.which(name) or f"/bin/{name}")
    return folder


def interpreter(folder: Path, name: str, script: str) -> None:
    """Something that answers like a Python."""
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    program.chmod(0o755)


def test_a_missing_python_is_told_in_one_sentence(clone: Path, bare: Path) -> None:
    ended = make("demo", directory=clone, path=str(bare))

    assert ended.returncode != 0
    assert ended.stderr.splitlines()[0] == (
        "python3 is not there: install Python 3.11 or newer, or name one: make PYTHON=/path/to/python3"
    )


def test_a_python_that_is_named_and_missing_is_told_by_its_name(clone: Path, bare: Path) -> None:
    ended = make("demo", "PYTHON=/nowhere/python3", directory=clone, path=str(bare))

    assert ended.stderr.startswith("/nowhere/python3 is not there: ")


def test_a_python_that_is_too_old_is_told_in_one_sentence(clone: Path, bare: Path) -> None:
    interpreter(bare, "python3", 'case "$2" in *version_info*) exit 1;; esac')

    ended = make("demo", directory=clone, path=str(bare))

    assert ended.stderr.startswith("python3 is too old: install Python 3.11 or newer")


def test_a_python_without_venv_is_told_in_one_sentence(clone: Path, bare: Path) -> None:
    interpreter(bare, "python3.11", 'case "$2" in *ensurepip*) exit 1;; esac')
    interpreter(bare, "python3", 'case "$2" in *version_info*) exit 1;; esac')

    ended = make("demo", directory=clone, path=str(bare))

    assert ended.stderr.startswith("python3.11 lacks venv; on Debian and Ubuntu: apt install python3-venv")


def test_the_first_python_that_fits_is_taken(clone: Path, bare: Path) -> None:
    interpreter(bare, "python3.13", "exit 1")
    interpreter(bare, "python3.12", 'test "$1" != -m || { echo "made with $0 $*" >&2; exit 1; }')

    ended = make("demo", directory=clone, path=str(bare))

    assert ended.stderr.splitlines()[0] == f"made with {bare}/python3.12 -m venv --clear .venv"


def test_what_is_set_up_is_not_set_up_again(clone: Path) -> None:
    environment = clone / ".venv"
    environment.mkdir()
    for name in (".installed", ".installed-dev"):
        (environment / name).touch()

    assert make("--dry-run", "demo", directory=clone).stdout == ".venv/bin/dialer demo\n"
    assert "pip install" not in make("--dry-run", "test", directory=clone).stdout


def test_a_changed_pyproject_sets_up_again(clone: Path) -> None:
    environment = clone / ".venv"
    environment.mkdir()
    (environment / ".installed").touch()
    os.utime(environment / ".installed", (0, 0))

    assert "pip install" in make("--dry-run", "demo", directory=clone).stdout


def test_another_python_that_is_named_makes_a_new_environment(clone: Path) -> None:
    environment = clone / ".venv"
    environment.mkdir()
    (environment / ".python").write_text("/usr/bin/python3.11\n", "utf-8")
    (environment / ".installed").touch()

    same = make("--dry-run", "demo", "PYTHON=/usr/bin/python3.11", directory=clone)
    other = make("--dry-run", "demo", "PYTHON=/usr/bin/python3.12", directory=clone)

    assert "venv" not in same.stdout.replace(".venv/bin/dialer demo", "")
    assert "-m venv --clear" in other.stdout


def test_lint_runs_every_linter() -> None:
    commands = make("--dry-run", "lint").stdout

    for linter in ("ruff check .", "ruff format --check .", "mypy", "lint-imports"):
        assert f".venv/bin/{linter}\n" in commands


def test_test_leaves_nothing_out_and_asks_for_coverage() -> None:
    commands = make("--dry-run", "test").stdout

    assert "-m pytest -m 'not slow and not phones' " in commands
    assert "-m pytest -m 'slow and not phones' " in commands
    assert "--cov-branch --cov-append --cov-fail-under=95" in commands


def test_install_puts_the_files_where_the_unit_looks_for_them(tmp_path: Path) -> None:
    done = make("install-files", f"DESTDIR={tmp_path}")

    assert done.returncode == 0, done.stderr
    for unit in ("dialer.service", "dialer-backup.service", "dialer-backup.timer"):
        installed = tmp_path / "etc/systemd/system" / unit
        assert installed.read_bytes() == (ROOT / "systemd" / unit).read_bytes()
    assert (tmp_path / "etc/sysusers.d/dialer.conf").exists()
    assert (tmp_path / "etc/tmpfiles.d/dialer.conf").exists()
    assert (tmp_path / "etc/dialer/config.toml").stat().st_mode & 0o777 == 0o640


def test_installing_again_keeps_the_configuration(tmp_path: Path) -> None:
    make("install-files", f"DESTDIR={tmp_path}")
    configuration = tmp_path / "etc/dialer/config.toml"
    configuration.write_text("[http]\nport = 9000\n", "utf-8")

    make("install-files", f"DESTDIR={tmp_path}")

    assert configuration.read_text("utf-8") == "[http]\nport = 9000\n"


def test_uninstall_takes_away_all_but_the_configuration(tmp_path: Path) -> None:
    make("install-files", f"DESTDIR={tmp_path}")
    (tmp_path / "opt/dialer/bin").mkdir(parents=True)

    done = make("uninstall", f"DESTDIR={tmp_path}")

    assert done.returncode == 0, done.stderr
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert left == [tmp_path / "etc/dialer/config.toml"]
    assert not (tmp_path / "opt/dialer").exists()
