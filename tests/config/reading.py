"""Configurations as the tests write them."""

from pathlib import Path

import pytest

from dialer.config.faults import BadConfiguration
from dialer.config.load import load
from dialer.config.model import Config

SHIPPED = Path(__file__).parents[2] / "config.toml"


def read(text: str) -> Config:
    file = Path("config.toml").absolute()
    file.write_text(text, "utf-8")
    return load(file)


def faults(text: str) -> tuple[str, ...]:
    with pytest.raises(BadConfiguration) as refused:
        read(text)
    return refused.value.sentences
