"""Logs: lines for people on a terminal, JSON lines otherwise, on standard error.

Telephone numbers are masked and keys dropped in the finished line, so that no value, key of a value,
exception or library gets around it. What hangs in structlog's context variables (campaign, contact, attempt)
stands in every line.
"""

import logging
import re
import sys
from typing import Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from dialer.domain.phone import mask

Format = Literal["auto", "console", "json"]
Level = Literal["debug", "info", "warning", "error"]

_NUMBER = re.compile(r"(\+|%2[Bb])((?:[ .()/-]{0,2}[0-9]){7,15})(?![0-9])")
_KEY = re.compile(r"dk_[A-Za-z0-9_-]{8,}|(?<=Bearer )[A-Za-z0-9._~+/=-]+")


def configure(
    *,
    format: Format = "auto",  # noqa: A002  the key's name in the configuration
    level: Level = "info",
    phone_numbers: Literal["masked", "full"] = "masked",
    stream: TextIO | None = None,
) -> None:
    """Sets up structlog and the standard library's logging, once, before anything logs."""
    stream = stream or sys.stderr
    terminal = stream.isatty()
    console = format == "console" or (format == "auto" and terminal)
    threshold = logging.getLevelNamesMapping()[level.upper()]
    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    finish = _finish(console=console, colors=console and terminal, masked=phone_numbers == "masked")
    structlog.configure(
        processors=[*common, *finish],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(file=stream),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *common],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *finish],
        )
    )
    logging.basicConfig(handlers=[handler], level=threshold, force=True)


def _finish(*, console: bool, colors: bool, masked: bool) -> list[Processor]:
    """From the collected values to the line, without anything that must not stand in it."""

    def without_keys(_logger: WrappedLogger, _name: str, line: EventDict | str) -> str:
        return _KEY.sub("[key]", str(line))

    def without_numbers(_logger: WrappedLogger, _name: str, line: EventDict | str) -> str:
        return _NUMBER.sub(_masked, str(line))

    render: list[Processor] = [
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(default=str),
    ]
    if console:
        # A rich traceback would show local variables, and with them secrets.
        render = [
            structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=structlog.dev.plain_traceback)
        ]
    return [*render, without_keys, *([without_numbers] if masked else [])]


def _masked(number: re.Match[str]) -> str:
    return number[1] + mask("+" + re.sub(r"[^0-9]", "", number[2]))[1:]
