"""From exec to the first dial with a million contacts pending, in the real process."""

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.rig import AGENT, rig, run

CONTACTS = 1_000_000
_PATIENCE = 60.0

_CONFIG = f"""
[http]
port = 0
[dialing]
carrier = "sim"
[carriers.sim]
kind = "simulator"
[[agents]]
id = "{AGENT.id}"
name = "{AGENT.name}"
voice = true
"""


async def _fill(folder: Path) -> None:
    """A database with a million contacts in a campaign that runs."""
    async with rig(folder=folder, dialling=False) as bench:
        await bench.launched(CONTACTS, max_concurrent=10)


def measure() -> dict[str, float]:
    """Seconds from exec to the first intent of the new process, and its peak memory in MB by then."""
    with tempfile.TemporaryDirectory(prefix="dialer-bench-") as name:
        folder = Path(name)
        run(lambda: _fill(folder))
        (folder / "config.toml").write_text(_CONFIG)
        began = time.time()
        command = [sys.executable, "-m", "dialer", "serve", "--config", str(folder / "config.toml")]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                first = _first_intent(folder / "dialer.db")
                memory = _peak_memory(process.pid)
            finally:
                os.kill(process.pid, signal.SIGKILL)
        return {"first_dial_s": round(first / 1000 - began, 2), "rss_mb": round(memory)}


def _first_intent(database: Path) -> int:
    give_up = time.monotonic() + _PATIENCE
    connection = sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)
    while time.monotonic() < give_up:
        found = connection.execute("SELECT min(created_at) FROM attempt").fetchone()[0]
        if found is not None:
            connection.close()
            return int(found)
        time.sleep(0.05)
    raise RuntimeError("the daemon has placed no call")


def _peak_memory(pid: int) -> float:
    """MB; from /proc where there is one, else ps (kB both)."""
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        return int(lines["VmHWM"].split()[0]) / 1024
    shown = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, check=True, text=True)
    return int(shown.stdout) / 1024
