"""The database file: one writer thread with group commit, and readers beside it.

Nothing awaits inside a transaction: work is a plain function over the writer's connection. What waits
together runs in one hop to the writer's thread and shares one commit. If one of a group fails, the group is
undone and run again with each in its own savepoint, so work must be safe to run twice. Futures resolve and
wake-ups fire only after the commit.
"""

import asyncio
import contextlib
import os
import queue
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from dialer.domain.clock import Clock, Instant
from dialer.domain.errors import StoreUnavailable
from dialer.domain.events import Event
from dialer.failpoint import failpoint
from dialer.store.file import connect, lock, lock_file, prepare
from dialer.store.unit import Snapshot, Transaction, write_events

T = TypeVar("T")

_LARGEST_GROUP = 256
_READERS = 3
_SCANNERS = 2
_OF_THE_DISK = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    }
)


@dataclass(slots=True)
class _Waiting(Generic[T]):
    work: Callable[[Transaction], T]
    name: str
    future: "asyncio.Future[T]"
    result: T | None = None
    error: BaseException | None = None
    events: Sequence[Event] = ()


class _Readers:
    """As many threads as there are connections to read with."""

    def __init__(self, name: str, connections: Sequence[sqlite3.Connection]) -> None:
        self.threads = ThreadPoolExecutor(len(connections), thread_name_prefix=name)
        self.connections: queue.SimpleQueue[sqlite3.Connection] = queue.SimpleQueue()
        for connection in connections:
            self.connections.put(connection)

    def close(self) -> None:
        self.threads.shutdown()
        while not self.connections.empty():
            self.connections.get().close()


class Store:
    """The open store. `transact` and `read` run functions of this package and of the service over it.

    `on_commit` is called in the loop after each commit with the events that it holds; the event log
    hangs itself in there.
    """

    def __init__(
        self,
        writer: sqlite3.Connection,
        readers: Sequence[sqlite3.Connection],
        scanners: Sequence[sqlite3.Connection],
        clock: Clock,
    ) -> None:
        self.clock = clock
        self.on_commit: Callable[[Sequence[Event]], None] = lambda _events: None
        self._writer = writer
        self._writing = ThreadPoolExecutor(1, thread_name_prefix="store-writer")
        self._waiting: list[_Waiting[Any]] = []
        self._writes = False
        self._reads = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._readers = _Readers("store-reader", readers)
        self._scanners = _Readers("store-scanner", scanners)

    async def transact(self, work: Callable[[Transaction], T]) -> T:
        """Runs `work` in a transaction of its own, sharing the commit with others that wait.

        `work` is plain code of at most 20 ms that touches no memory but what it returns, since it may be
        run a second time after another of its group has failed. Its exception
        undoes its own changes alone and is raised here. Raises StoreUnavailable when nothing can be written.
        A cancelled caller does not undo what was already handed over.
        """
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(work, work.__qualname__.partition(".")[0], future))
        if not self._writes:
            self._start_group()
        return await future

    async def read(self, work: Callable[[Snapshot], T]) -> T:
        """Runs `work` over one consistent snapshot in a reader's thread. Raises StoreUnavailable."""
        return await self._read(self._readers, work)

    async def scan(self, work: Callable[[Snapshot], T]) -> T:
        """As `read`, for what may look at many rows: it holds up other scans, and no call."""
        return await self._read(self._scanners, work)

    async def _read(self, readers: "_Readers", work: Callable[[Snapshot], T]) -> T:
        def run() -> T:
            connection = readers.connections.get()  # as many as there are threads, so it never waits
            try:
                connection.execute("BEGIN")
                return work(Snapshot(connection, self.clock.now()))
            except sqlite3.Error as error:
                raise translated(error, "read") from error
            finally:
                with contextlib.suppress(sqlite3.Error):  # an I/O error has rolled it back already
                    connection.execute("ROLLBACK")
                readers.connections.put(connection)

        self._reads += 1
        self._note_rest()
        try:
            return await asyncio.get_running_loop().run_in_executor(readers.threads, run)
        finally:
            self._reads -= 1
            self._note_rest()

    @property
    def busy(self) -> bool:
        """Whether anything waits to be read or written, or is."""
        return self._writes or self._reads > 0

    async def idle(self) -> None:
        """Returns once nothing waits to be read or written, or is."""
        await self._idle.wait()

    async def close(self) -> None:
        """Waits for what runs, moves the write-ahead log into the file, closes."""
        await self.idle()
        await asyncio.get_running_loop().run_in_executor(self._writing, self._close_connections)

    def _close_connections(self) -> None:
        self._writing.shutdown(wait=False)
        for readers in (self._readers, self._scanners):
            readers.close()
        with contextlib.suppress(sqlite3.OperationalError):  # a full disk keeps its log for the next start
            self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._writer.close()

    def _note_rest(self) -> None:
        if self.busy:
            self._idle.clear()
        else:
            self._idle.set()

    def _start_group(self) -> None:
        self._writes = True
        self._note_rest()
        group, self._waiting = self._waiting[:_LARGEST_GROUP], self._waiting[_LARGEST_GROUP:]
        self._writing.submit(self._run_group, group, asyncio.get_running_loop())

    def _run_group(self, group: list[_Waiting[Any]], loop: asyncio.AbstractEventLoop) -> None:
        try:
            self._commit_group(group)
        except Exception as error:  # noqa: BLE001  the outermost frame of the thread: nobody may wait for ever
            self._fail_group(group, error)
        loop.call_soon_threadsafe(self._finish_group, group)

    def _commit_group(self, group: list[_Waiting[Any]]) -> None:
        execute = self._writer.execute
        execute("BEGIN IMMEDIATE")
        now = self.clock.now()
        try:
            for waiting in group:
                self._run(waiting, now)
        except Exception:  # noqa: BLE001  somebody's work failed; who it was shows below
            if self._writer.in_transaction:
                execute("ROLLBACK")
            execute("BEGIN IMMEDIATE")
            for waiting in group:
                self._run_apart(waiting, now)
        if events := [event for waiting in group for event in waiting.events]:
            write_events(self._writer, now, events)
        for waiting in group:
            failpoint(f"{waiting.name}.before_commit")
        execute("COMMIT")
        for waiting in group:
            failpoint(f"{waiting.name}.committed")

    def _run(self, waiting: _Waiting[Any], now: Instant) -> None:
        transaction = Transaction(self._writer, now)
        waiting.result = waiting.work(transaction)
        waiting.events = transaction.events

    def _run_apart(self, waiting: _Waiting[Any], now: Instant) -> None:
        """The same in a savepoint, so that its failure undoes its own changes alone.

        Savepoints are only made once a group has failed without them: two statements a work are a fifth
        of the writer's time.
        """
        execute = self._writer.execute
        execute("SAVEPOINT work")
        try:
            self._run(waiting, now)
        except Exception as error:
            if not self._writer.in_transaction:
                # A full disk rolls the whole transaction back, the savepoints before this one too.
                raise StoreUnavailable(f"The database cannot be written: {error}.") from error
            execute("ROLLBACK TO work")
            waiting.error = translated(error)
            waiting.events = ()
        execute("RELEASE work")

    def _fail_group(self, group: list[_Waiting[Any]], error: Exception) -> None:
        with contextlib.suppress(sqlite3.Error):
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")
        for waiting in group:
            waiting.error = translated(error)
            waiting.events = ()

    def _finish_group(self, group: list[_Waiting[Any]]) -> None:
        events: list[Event] = []
        for waiting in group:
            events.extend(waiting.events)
            if waiting.future.done():
                continue
            if waiting.error is not None:
                waiting.future.set_exception(waiting.error)
            else:
                waiting.future.set_result(waiting.result)
        if self._waiting:
            self._start_group()
        else:
            self._writes = False
            self._note_rest()
        if events:
            self.on_commit(events)


def translated(error: Exception, done: str = "written") -> Exception:
    """What the disk or the file does to us is a state with a name; a fault of ours stays what it is."""
    if isinstance(error, sqlite3.Error) and (_code(error) in _OF_THE_DISK or _code(error) is None):
        return StoreUnavailable(f"The database cannot be {done}: {error}.")
    return error


def _code(error: sqlite3.Error) -> int | None:
    """SQLite's primary result code; None for what the module raises without one."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


@contextlib.asynccontextmanager
async def open_store(path: Path, clock: Clock) -> AsyncIterator[Store]:
    """The store of a daemon, for as long as the context lasts.

    Raises StoreRefused when another daemon has the file, or it cannot be used.
    """
    held = await asyncio.to_thread(lock, lock_file(path))
    try:
        writer = await asyncio.to_thread(prepare, path)
        readers = [
            await asyncio.to_thread(connect, path, read_only=True) for _ in range(_READERS + _SCANNERS)
        ]
        store = Store(writer, readers[:_READERS], readers[_READERS:], clock)
        try:
            yield store
        finally:
            await store.close()
    finally:
        os.close(held)
