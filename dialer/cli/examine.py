"""How findings are told: `dialer db check`, `dialer doctor`."""

import json as json_text
from collections.abc import Sequence
from dataclasses import asdict

from dialer.cli import show
from dialer.cli.failure import FAILED
from dialer.domain.checks import Check, State


def tell(checks: Sequence[Check], *, json: bool) -> int:
    """Prints them all. The exit code: 1 where there is a fault."""
    if json:
        show.as_json(json_text.dumps({"checks": [asdict(check) for check in checks]}))
    else:
        show.table(
            ["CHECK", "STATE", "FOUND", "WHAT TO DO"],
            [(check.name, check.state, check.detail, check.remedy) for check in checks],
            wrapped={"FOUND", "WHAT TO DO"},
        )
    return FAILED if any(check.state is State.FAULT for check in checks) else 0
