"""The forge's other side: processes that a test starts, watches and kills."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.daemon.clock import ScaledClock
from tests.daemon.forge import Order

PATIENCE = 30.0
"""Seconds after which something that must happen has not."""
_LOOK = 0.02


class Died(Exception):
    """The process has ended; `code` is negative where a signal ended it."""

    def __init__(self, code: int, log: str) -> None:
        super().__init__(f"exited with {code}:\n{log}")
        self.code = code


class TooLate(Exception):
    """What was waited for did not happen in `PATIENCE`."""


class Process:
    """One forked process; leaving its context kills it."""

    def __init__(self, forge: Path, order: Order) -> None:
        self._lines: list[str] = []
        self._code: int | None = None
        self._news = threading.Condition()
        self._connection = socket.socket(socket.AF_UNIX)
        self._connection.connect(str(forge))
        self._connection.sendall(order.line())
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        self._reader.join()
        self._connection.close()

    @property
    def log(self) -> str:
        return "\n".join(self._lines)

    def url(self) -> str:
        """Where it listens. Raises Died when it never does."""
        return self._line("listening on ").removeprefix("listening on ")

    def send(self, number: signal.Signals) -> None:
        self._connection.sendall(f"{int(number)}\n".encode())

    def kill(self) -> int:
        """Ends it by SIGKILL. Its exit code: another one where it had ended before."""
        with self._news:
            if self._code is None:
                self._connection.shutdown(socket.SHUT_WR)
            return self._wait_for_end()

    def kill_after(self, seconds: float) -> None:
        timer = threading.Timer(seconds, self.kill)
        timer.daemon = True
        timer.start()

    @property
    def alive(self) -> bool:
        return self._code is None

    def outlives(self, seconds: float) -> bool:
        """Lets real time pass; False when the process ends first."""
        with self._news:
            return not self._news.wait_for(lambda: self._code is not None, seconds)

    def ended(self) -> int:
        """Waits for its end; the exit code."""
        with self._news:
            return self._wait_for_end()

    def until(self, happened: Callable[[], bool], *, patience: float = PATIENCE) -> None:
        """Looks again and again. Raises Died when it ends first, TooLate."""
        for _ in range(int(patience / _LOOK)):
            if happened():
                break
            self.outlives(_LOOK)
            if not self.alive:
                break
        else:
            raise TooLate(self.log)
        if not self.alive:
            raise Died(self.ended(), self.log)

    def _wait_for_end(self) -> int:
        if not self._news.wait_for(lambda: self._code is not None, PATIENCE) or self._code is None:
            raise TooLate(self.log)
        return self._code

    def _line(self, start: str) -> str:
        def found() -> str | None:
            return next((line for line in self._lines if line.startswith(start)), None)

        with self._news:
            self._news.wait_for(lambda: found() or self._code is not None, PATIENCE)
            line = found()
            if line is not None:
                return line
            if self._code is not None:
                raise Died(self._code, self.log)
        raise TooLate(self.log)

    def _read(self) -> None:
        with self._connection.makefile("r", encoding="utf-8", errors="replace") as said:
            for line in said:
                with self._news:
                    if line.startswith("exited "):
                        self._code = int(line.split()[1])
                    elif line != "\n":
                        self._lines.append(line.rstrip("\n"))
                    self._news.notify_all()


class Forge:
    """Forks daemons and networks whose time runs `clock.speed` times faster."""

    def __init__(self, path: Path, clock: ScaledClock) -> None:
        self.clock = clock
        self._path = path

    def daemon(self, config: Path, *, failpoint: str = "") -> Process:
        return Process(self._path, Order(self.clock.speed, self.clock.since, str(config), failpoint))

    def serve(self, config: Path) -> Process:
        """`dialer serve` as it is shipped, on a free port, in real time."""
        return Process(self._path, Order(self.clock.speed, self.clock.since, str(config), shipped=True))

    def network(self, *, talk: tuple[float, float] | None = None) -> Process:
        """Its people talk between so many and so many seconds of the clock."""
        order = Order(self.clock.speed, self.clock.since)
        return Process(self._path, order if talk is None else replace(order, talk=talk))


@contextmanager
def forging(directory: Path, clock: ScaledClock) -> Iterator[Forge]:
    """A forge of its own, its socket in `directory`; everything that it forked ends with it."""
    path = directory / "forge"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DIALER_")}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.daemon.forge", str(path)],
        stdout=subprocess.PIPE,
        env=environment,
        cwd=Path(__file__).parents[2],
    ) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == b"ready\n"
            yield Forge(path, clock)
        finally:
            process.kill()
