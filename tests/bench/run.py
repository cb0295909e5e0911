"""`make bench`: every benchmark in turn, its figures as a table and as results.json."""

import json
import os
import platform
import sqlite3
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench import answers, dispatch, restart, start_lateness, streams

BENCHMARKS: Mapping[str, Callable[[], dict[str, float]]] = {
    "dispatch": dispatch.measure,
    "start_lateness": start_lateness.measure,
    "restart": restart.measure,
    "answers": answers.measure,
    "streams": streams.measure,
}
_RESULTS = Path(__file__).with_name("results.json")


def main(chosen: list[str]) -> None:
    """Runs those named, or all; figures of the others stay as they were."""
    console = Console()
    results = json.loads(_RESULTS.read_text()) if _RESULTS.exists() else {}
    table = Table("benchmark", "figure", "value")
    for name in chosen or BENCHMARKS:
        with console.status(name):
            results[name] = BENCHMARKS[name]()
        for figure, value in results[name].items():
            table.add_row(name, figure, f"{value:,}")
    results["machine"] = {
        "date": datetime.now(UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
    }
    _RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    console.print(table)


if __name__ == "__main__":
    main(sys.argv[1:])
