from pathlib import Path

import pytest

from tests.cli.conftest import Dialer


@pytest.mark.parametrize(
    "arguments",
    [
        ["--config", "mine.toml", "key", "create", "--name", "crm"],
        ["key", "--config", "mine.toml", "create", "--name", "crm"],
        ["key", "create", "--name", "crm", "--config", "mine.toml"],
        ["--config", "none.toml", "key", "--config", "mine.toml", "create", "--name", "crm"],
        ["key", "--config", "none.toml", "create", "--name", "crm", "--config", "mine.toml"],
    ],
)
def test_the_configuration_is_named_anywhere_and_the_nearest_to_the_verb_counts(
    dialer: Dialer, arguments: list[str]
) -> None:
    Path("mine.toml").write_text('[store]\npath = "mine.db"\n', "utf-8")

    assert dialer(*arguments).code == 0
    assert Path("mine.db").exists()


@pytest.mark.parametrize("group", ["campaign", "call", "key"])
def test_a_group_still_explains_itself(dialer: Dialer, group: str) -> None:
    ran = dialer(group, "--help")

    assert ran.code == 0
    assert "--config" in ran.out
    assert {"campaign": "Campaigns of the running daemon.", "call": "Calls, and", "key": "API keys,"}[
        group
    ] in ran.out
