"""The embedded network's memory: a file of JSON lines beside the database, only ever appended to.

It holds each request that was taken, with its plan, each hang-up, and each recording that was deleted;
everything else follows from them.
A line that was handed to the operating system outlives the process (not the machine: a simulated phone
does not ring through a power cut).
"""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from dialer.carriers.simulator.call import Erased, HungUp, Placing, RecordLine
from dialer.domain.errors import StoreRefused

_PLACING: TypeAdapter[Placing] = TypeAdapter(Placing)
_LATER: TypeAdapter[HungUp | Erased] = TypeAdapter(HungUp | Erased)


class Record:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="simulator-record")
        self._file = -1
        self._size = 0
        self._lines: list[bytes] = []
        self._waiting: asyncio.Future[None] | None = None
        self._writing = False

    async def open(self) -> list[RecordLine]:
        """What stands in it, oldest first, without a torn last line. Raises StoreRefused when damaged."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._load)

    def append(self, line: RecordLine) -> asyncio.Future[None]:
        """Done once the line is handed to the operating system; fails with OSError.

        Lines that come while others are being written share the next write.
        """
        loop = asyncio.get_running_loop()
        self._lines.append(_PLACING.dump_json(line) if isinstance(line, Placing) else _LATER.dump_json(line))
        if self._waiting is None:
            self._waiting = loop.create_future()
            if not self._writing:
                self._writing = True
                loop.call_soon(self._write)
        return self._waiting

    async def close(self) -> None:
        while self._waiting is not None or self._writing:
            await asyncio.get_running_loop().run_in_executor(self._thread, _nothing)
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown(wait=False)

    def _write(self) -> None:
        waiting, self._waiting = self._waiting, None
        data = b"\n".join([*self._lines, b""])
        self._lines = []
        written = asyncio.get_running_loop().run_in_executor(self._thread, self._put, data)
        written.add_done_callback(partial(self._written, waiting))

    def _written(self, waiting: asyncio.Future[None] | None, written: asyncio.Future[None]) -> None:
        self._writing = self._waiting is not None
        if self._writing:
            self._write()
        if waiting is None or waiting.done():
            return
        error = written.exception()
        if error is None:
            waiting.set_result(None)
        else:
            waiting.set_exception(error)

    def _load(self) -> list[RecordLine]:
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        lines: list[RecordLine] = []
        with self._path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if not line.endswith(b"\n"):
                    # The process died in the middle of this write, so nobody was told that it is there.
                    os.ftruncate(self._file, self._size)
                    break
                try:
                    lines.append(_read(line))
                except ValidationError:
                    raise StoreRefused(
                        f"{self._path}, line {number}: not a line of the simulated carrier's record. "
                        "Move the file away to start with an empty network."
                    ) from None  # pydantic's words quote the line, and with it a telephone number
                self._size += len(line)
        return lines

    def _put(self, data: bytes) -> None:
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError:
            # Half a batch must not stay: the next one would be glued to its last line.
            os.ftruncate(self._file, self._size)
            raise
        self._size += len(data)

    def _close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def _nothing() -> None:
    """Passes through the writer's thread, behind the write in hand."""


def _read(line: bytes) -> RecordLine:
    try:
        return _PLACING.validate_json(line)
    except ValidationError:
        return _LATER.validate_json(line)
