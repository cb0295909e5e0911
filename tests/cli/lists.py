"""Lists of people, and drafts made of them."""

import json
from pathlib import Path
from typing import Any

from tests.cli.conftest import Dialer, Ran

AGENT = "ag_c47e7c97_b2f2"


def people(*numbers: str) -> Path:
    file = Path("people.csv")
    file.write_text(
        "phone,first_name,Plan\n" + "".join(f"{number},Zoë,gold\n" for number in numbers), "utf-8"
    )
    return file


def value(ran: Ran) -> Any:
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def draft(dialer: Dialer, *numbers: str, options: tuple[str, ...] = ()) -> str:
    numbers = numbers or ("+12025559900",)
    made = value(
        dialer("campaign", "create", "--agent", AGENT, "--contacts", people(*numbers), "--json", *options)
    )
    identifier: str = made["id"]
    return identifier
