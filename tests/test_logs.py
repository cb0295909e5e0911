import io
import json
import logging
from collections.abc import Iterator
from typing import Any, Literal

import pytest
import structlog

from dialer import logs

NUMBER = "+12025550100"
MASKED = "+12*******00"
KEY = "dk_" + "aB3-_" * 8 + "xyz"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    root.handlers[:], root.level = handlers, level


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def configured(
    stream: io.StringIO | None = None,
    *,
    format: logs.Format = "auto",  # noqa: A002
    level: logs.Level = "info",
    phone_numbers: Literal["masked", "full"] = "masked",
) -> io.StringIO:
    stream = stream or io.StringIO()
    logs.configure(format=format, level=level, phone_numbers=phone_numbers, stream=stream)
    return stream


def test_away_from_a_terminal_every_line_is_json() -> None:
    stream = configured()

    structlog.get_logger().info("call placed", carrier="sim")

    (line,) = lines(stream)
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "call placed", "carrier": "sim", "level": "info"}


def test_on_a_terminal_lines_are_for_people() -> None:
    stream = configured(Terminal())

    structlog.get_logger().info("call placed", carrier="sim")

    assert "call placed" in stream.getvalue()
    assert "\x1b[" in stream.getvalue()
    assert not stream.getvalue().startswith("{")


def test_the_format_can_be_chosen_against_the_terminal() -> None:
    json_lines = configured(Terminal(), format="json")
    structlog.get_logger().info("x")
    console = configured(format="console")
    structlog.get_logger().info("y")

    assert lines(json_lines)[0]["event"] == "x"
    assert "y" in console.getvalue()
    assert "\x1b[" not in console.getvalue()


def test_every_line_of_an_attempt_says_which() -> None:
    stream = configured()

    with structlog.contextvars.bound_contextvars(campaign=1, contact=2, attempt="call_1"):
        structlog.get_logger().info("ringing")
        logging.getLogger("aiohttp.client").warning("slow")

    assert [(line["campaign"], line["contact"], line["attempt"]) for line in lines(stream)] == [
        (1, 2, "call_1"),
        (1, 2, "call_1"),
    ]
    assert lines(stream)[1]["logger"] == "aiohttp.client"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (NUMBER, MASKED),
        (f"dialling {NUMBER}, then +442079460000.", f"dialling {MASKED}, then +44********00."),
        ("GET /campaigns/camp_1/contacts?phone=%2B12025550100", f"phone=%2B{MASKED[1:]}"),
        ("+1 (202) 555-0100", MASKED),
        ({"to": [NUMBER]}, MASKED),
        ({NUMBER: 1}, MASKED),
    ],
)
@pytest.mark.parametrize("shape", ["json", "console"])
def test_numbers_are_masked_wherever_they_stand(given: object, shown: str, shape: logs.Format) -> None:
    stream = configured(format=shape)

    structlog.get_logger().info("seen", value=given)

    assert shown in stream.getvalue()
    assert NUMBER[1:] not in stream.getvalue()


@pytest.mark.parametrize("shape", ["json", "console"])
def test_numbers_are_masked_in_exceptions_and_in_what_libraries_say(shape: logs.Format) -> None:
    stream = configured(format=shape)

    try:
        int(NUMBER + "?")
    except ValueError:
        structlog.get_logger().exception("failed")
        logging.getLogger("asyncio").exception("refused %s", NUMBER)

    assert "ValueError" in stream.getvalue()
    assert stream.getvalue().count(MASKED) == 3
    assert NUMBER not in stream.getvalue()


def test_times_and_ids_are_left_alone() -> None:
    stream = configured()

    structlog.get_logger().info("x", at="2026-03-10T09:00:00+05:30", attempt="call_01933f5e1c2a0123456789ab")

    assert lines(stream)[0]["at"] == "2026-03-10T09:00:00+05:30"
    assert lines(stream)[0]["attempt"] == "call_01933f5e1c2a0123456789ab"


def test_whole_numbers_stand_only_where_the_configuration_says_so() -> None:
    stream = configured(phone_numbers="full")

    structlog.get_logger().info("x", to=NUMBER, key=KEY)

    assert lines(stream)[0]["to"] == NUMBER
    assert lines(stream)[0]["key"] == "[key]"


@pytest.mark.parametrize("given", [KEY, f"Authorization: Bearer {KEY}", "Authorization: Bearer secret.token"])
def test_keys_are_never_printed(given: str) -> None:
    stream = configured()

    structlog.get_logger().info("x", header=given, nested={"a": [given]})
    logging.getLogger("aiohttp.access").warning(given)

    assert "aB3" not in stream.getvalue()
    assert "secret.token" not in stream.getvalue()
    assert stream.getvalue().count("[key]") == 3


def test_lines_below_the_level_are_dropped() -> None:
    stream = configured(level="warning")

    structlog.get_logger().info("x")
    logging.getLogger("aiohttp").info("y")
    structlog.get_logger().warning("z")

    assert [line["event"] for line in lines(stream)] == ["z"]
