"""Writes docs/openapi.json anew: `python -m tests.docs.openapi_dump`."""

import json
from pathlib import Path

from dialer.api.app import ROUTES
from dialer.api.pages import Description

FILE = Path(__file__).parents[2] / "docs" / "openapi.json"


def described() -> str:
    return json.dumps(Description(ROUTES).document, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(described(), "utf-8")
