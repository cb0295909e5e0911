"""A process that has imported everything and runs nothing: it forks a daemon, or a network, a connection.

`python -m tests.daemon.forge SOCKET` listens on that Unix socket. A client sends one `Order` as a line of
JSON; then it reads what the process prints, between `pid N` and `exited CODE` (negative: the signal). Each
later line of the client is a signal's number for the process; when the client hangs up, it is killed.

Importing takes a second, forking ten milliseconds. The forge has no threads and no event loop, so that no
child inherits half of one.
"""

import asyncio
import gc
import json
import os
import signal
import socket
import sys
import threading
import traceback
from dataclasses import asdict, dataclass
from pathlib import Path

from dialer import daemon
from dialer.carriers.simulator import server
from dialer.carriers.simulator.settings import SimulatorSettings
from dialer.config.load import load
from tests.daemon.clock import ScaledClock


@dataclass(frozen=True, slots=True)
class Order:
    """What to run. Without a configuration: a simulated network on a free port."""

    speed: float
    since: float
    config: str | None = None
    failpoint: str = ""
    talk: tuple[float, float] = SimulatorSettings().talk_seconds
    shipped: bool = False
    """Whether it becomes a `dialer serve` as anybody would start it, in real time."""

    def line(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"


def main() -> None:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(sys.argv[1])
    listener.listen(64)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the keepers
    gc.freeze()  # a child's collector need not touch, and so copy, what the parent has imported
    print("ready", flush=True)
    while True:
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _keep(connection)
        connection.close()


def _keep(connection: socket.socket) -> None:
    """Forks the process and stays its parent: passes signals on, tells how it ended."""
    said = connection.makefile("rb")
    order = Order(**json.loads(said.readline()))
    child = os.fork()
    if child == 0:
        _become(order, connection)

    def tell_its_end() -> None:
        _, status = os.waitpid(child, 0)
        try:
            connection.sendall(f"\nexited {os.waitstatus_to_exitcode(status)}\n".encode())
        finally:
            os._exit(0)

    threading.Thread(target=tell_its_end).start()
    for line in said:
        os.kill(child, int(line))
    os.kill(child, signal.SIGKILL)
    threading.Event().wait()  # the thread ends this process


def _become(order: Order, connection: socket.socket) -> None:
    os.dup2(connection.fileno(), 1)
    os.dup2(connection.fileno(), 2)
    connection.close()
    code = 1
    try:
        print(f"pid {os.getpid()}", flush=True)
        code = _run(order)
    except BaseException:  # noqa: BLE001  the outermost frame of the forked process
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code)


def _run(order: Order) -> int:
    clock = ScaledClock(order.speed, order.since)
    if order.config is None:
        asyncio.run(server.serve(SimulatorSettings(talk_seconds=order.talk), clock, 0))
        return 0
    os.environ["DIALER_FAILPOINT"] = order.failpoint
    if order.shipped:
        os.environ["DIALER_HTTP__PORT"] = "0"
        os.execv(sys.executable, [sys.executable, "-m", "dialer", "serve", "--config", order.config])
    return daemon.run(load(Path(order.config)), clock)


if __name__ == "__main__":
    main()
