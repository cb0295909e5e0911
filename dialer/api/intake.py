"""Where a body is read and checked: off the loop, and a large one in a process of its own.

A thread shares the interpreter with the loop, and Python's parser does not let go of it.
"""

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias, TypeVar

from dialer.api.wire.change import ChangeRequest, read_change
from dialer.api.wire.create import CreateRequest, read_create
from dialer.api.wire.packed import PackedPeople
from dialer.api.wire.rows import Block, Place, read_array, read_block
from dialer.api.wire.rules import Rules
from dialer.domain.errors import Fault, InvalidInput
from dialer.domain.phone import NumberCheck
from dialer.domain.upload import Batch

LARGEST_IN_THREAD = 128 * 1024
"""Bytes: some 8,000 numbers, 0.4 s of looking them up."""

R = TypeVar("R", CreateRequest, ChangeRequest)
T = TypeVar("T")
Reader: TypeAlias = Callable[[bytes, Rules], R]


@dataclass(frozen=True, slots=True)
class _Refused:
    """InvalidInput as it crosses back from the worker."""

    faults: tuple[Fault, ...]


class Intake:
    """Reads bodies. The worker process starts with the first large one; `close` ends it."""

    def __init__(self, largest_in_thread: int = LARGEST_IN_THREAD) -> None:
        self._largest_in_thread = largest_in_thread
        self._worker: ProcessPoolExecutor | None = None
        self._starting = threading.Lock()

    async def create(self, raw: bytes, rules: Rules) -> CreateRequest:
        """Raises NotJson, InvalidInput."""
        return await self._read(read_create, raw, rules)

    async def change(self, raw: bytes, rules: Rules) -> ChangeRequest:
        """Raises NotJson, InvalidInput."""
        return await self._read(read_change, raw, rules)

    async def contacts(self, raw: bytes, check: NumberCheck) -> tuple[Batch, ...]:
        """Raises NotJson, InvalidInput."""
        return await self._run(len(raw), partial(read_array, raw, check))

    async def block(self, raw: bytes, place: Place, check: NumberCheck, *, last: bool) -> Block:
        """A piece of a stream of contacts. Raises InvalidInput."""
        return await self._run(len(raw), partial(read_block, raw, place, check, last=last))

    async def close(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            await asyncio.to_thread(worker.shutdown, cancel_futures=True)

    async def _read(self, reader: Reader[R], raw: bytes, rules: Rules) -> R:
        here, there = partial(reader, raw, rules), partial(_read_packed, reader, raw, rules)
        return await self._run(len(raw), here, there)

    async def _run(self, size: int, here: Callable[[], T], there: Callable[[], T] | None = None) -> T:
        """`there`: where the worker is to do something else than the thread would."""
        if size <= self._largest_in_thread:
            return await asyncio.to_thread(here)
        work = there or here
        try:
            done = await self._in_worker(work)
        except BrokenProcessPool:  # somebody killed it; a new one is as good
            done = await self._in_worker(work)
        if isinstance(done, _Refused):
            raise InvalidInput(done.faults)
        return done

    async def _in_worker(self, work: Callable[[], T]) -> T | _Refused:
        worker = await asyncio.to_thread(self._started)
        try:
            working = await asyncio.to_thread(worker.submit, _refusable, work)
            return await asyncio.wrap_future(working)
        except BrokenProcessPool:
            if self._worker is worker:
                self._worker = None
            raise

    def _started(self) -> ProcessPoolExecutor:
        with self._starting:
            if self._worker is None:
                context = multiprocessing.get_context("spawn")
                self._worker = ProcessPoolExecutor(1, mp_context=context, initializer=_begin_worker)
            return self._worker


def _begin_worker() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is said to the daemon, which then closes this
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A daemon that is killed leaves no worker behind: it would wait for ever for its next body."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)


def _refusable(work: Callable[[], T]) -> T | _Refused:
    try:
        return work()
    except InvalidInput as error:
        return _Refused(error.faults)


def _read_packed(reader: Reader[R], raw: bytes, rules: Rules) -> R:
    read = reader(raw, rules)
    if read.audience is None:
        return read
    return replace(read, audience=replace(read.audience, people=PackedPeople(read.audience.people)))
