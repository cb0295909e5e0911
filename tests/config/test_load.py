from pathlib import Path

import pytest

from dialer.config.faults import BadConfiguration
from dialer.config.load import find, load
from tests.config.reading import SHIPPED, faults, read


def test_the_environment_overrules_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIALER_HTTP__PORT", "0")
    monkeypatch.setenv("DIALER_CARRIERS__SIM__RING_SECONDS", "[0, 0]")
    monkeypatch.setenv("DIALER_COMPLIANCE__PER_NUMBER_CAPS", "false")
    monkeypatch.setenv("DIALER_HTTP__HOST", "")

    config = load(SHIPPED)

    assert config.http.port == 0
    assert config.http.host == "127.0.0.1"
    assert config.carriers["sim"].ring_seconds == (0, 0)


def test_a_fault_of_the_environment_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIALER_HTTP__PORT", "many")
    monkeypatch.setenv("DIALER_HTPP__PORT", "1")
    monkeypatch.setenv("DIALER_URL", "http://127.0.0.1:1")

    assert faults("") == (
        "DIALER_HTPP__PORT: there is no section htpp; did you mean DIALER_HTTP__PORT?",
        "http.port (DIALER_HTTP__PORT): must be a valid integer",
    )


def test_a_list_in_the_environment_is_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIALER_COMPLIANCE__REGIONS", "[*]")

    assert faults("") == ("DIALER_COMPLIANCE__REGIONS: a list or a table is written as JSON here",)


def test_a_value_may_stand_in_a_file_of_its_own() -> None:
    Path("where").write_text("calls.db\n", "utf-8")

    assert read('[store]\npath_file = "where"\n').database.name == "calls.db"


def test_a_value_in_a_file_of_its_own_must_be_readable_and_alone() -> None:
    missing = Path("nowhere").absolute()

    assert faults('[store]\npath_file = "nowhere"\n[http]\nhost = "::1"\nhost_file = "x"\n') == (
        f"store.path_file: {missing} cannot be read",
        "http.host_file: host is set too; keep one of them",
    )


def test_a_credential_of_systemd_overrules_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials" / "carriers__sim__seed").write_text("42\n", "utf-8")
    (tmp_path / "credentials" / "unrelated").write_text("x", "utf-8")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "credentials"))

    assert load(SHIPPED).carriers["sim"].seed == 42


def test_the_file_is_looked_for_in_order(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "config.toml").touch()

    assert find() == Path("config.toml")
    monkeypatch.setenv("DIALER_CONFIG", "other.toml")
    assert find() == Path("other.toml")
    assert find(Path("named.toml")) == Path("named.toml")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "There is no configuration file "),
        (b"[http\n", "is not TOML: "),
        (b"\xff", "is not UTF-8 text."),
    ],
)
def test_a_file_that_cannot_be_read_is_told_in_one_sentence(
    tmp_path: Path, content: bytes | None, sentence: str
) -> None:
    file = tmp_path / "broken.toml"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(BadConfiguration, match=sentence):
        load(file)
