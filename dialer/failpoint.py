"""Points at which a crash test kills the process.

A test arms one point by `DIALER_FAILPOINT="name:nth"`; the process then dies by SIGKILL at the nth
passage. `DIALER_FAILPOINT="trace:FILE"` kills nobody and appends each name passed to FILE, so that the
sweep kills at every point there is. Unarmed, a point costs one comparison.
"""

import os
import signal
from pathlib import Path

_ENV = "DIALER_FAILPOINT"


class _Failpoints:
    def __init__(self, spec: str) -> None:
        self._name, _, argument = spec.partition(":")
        self._trace = Path(argument) if self._name == "trace" else None
        self._left = int(argument or "1") if spec and self._trace is None else 0

    def passed(self, name: str) -> None:
        if self._trace is not None:
            with self._trace.open("a") as file:
                file.write(name + "\n")
        elif name == self._name:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


_armed: _Failpoints | None = None


def arm() -> None:
    """Reads the environment once; the daemon calls it before anything else."""
    global _armed  # noqa: PLW0603  the one switch a crash test throws; threads and loop share it by design
    spec = os.environ.get(_ENV, "")
    _armed = _Failpoints(spec) if spec else None


def failpoint(name: str) -> None:
    """Dies here if a crash test armed this point."""
    if _armed is not None:
        _armed.passed(name)
