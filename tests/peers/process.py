"""A peer's process: started, waited for, and ended by the test that started it."""

import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.peers.packages import PeerMissing

_LOOK_AGAIN = 0.05
_STOPS = 5.0


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@contextmanager
def running(
    command: Sequence[str | Path], folder: Path, *, ready: Callable[[], bool], seconds: float = 60
) -> Iterator[subprocess.Popen[bytes]]:
    """The process in that folder, once it is ready. Raises PeerMissing with its last words when it is not."""
    name = Path(command[0]).name
    output = folder / f"{name}.out"
    with output.open("ab") as out:
        process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        deadline = time.monotonic() + seconds  # noqa: TID251  a process starts in real time
        while not ready():
            if process.poll() is not None or time.monotonic() > deadline:  # noqa: TID251
                said = output.read_text(errors="replace")[-1000:]
                raise PeerMissing(f"{name} does not start (exit code {process.poll()}): {said}")
            time.sleep(_LOOK_AGAIN)  # noqa: TID251
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_STOPS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def listens(port: int) -> bool:
    """Whether somebody takes TCP connections there."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def is_taken(port: int) -> bool:
    """Whether somebody has the UDP port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False
