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
from typing import TypeAlias, TypeVar

from dialer.api.wire.change import ChangeRequest, read_change
from dialer.api.wire.create import CreateRequest, read_create
from dialer.api.wire.packed import PackedPeople
from dialer.api.wire.rules import Rules
from dialer.domain.errors import Fault, InvalidInput

LARGEST_IN_THREAD = 128 * 1024
"""Bytes: some 8,000 numbers, 0.4 s of looking them up."""

R = TypeVar("R", CreateRequest, ChangeRequest)
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

    async def close(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            await asyncio.to_thread(worker.shutdown, cancel_futures=True)

    async def _read(self, reader: Reader[R], raw: bytes, rules: Rules) -> R:
        if len(raw) <= self._largest_in_thread:
            return await asyncio.to_thread(reader, raw, rules)
        try:
            read = await self._in_worker(reader, raw, rules)
        except BrokenProcessPool:  # somebody killed it; a new one is as good
            read = await self._in_worker(reader, raw, rules)
        if isinstance(read, _Refused):
            raise InvalidInput(read.faults)
        return read

    async def _in_worker(self, reader: Reader[R], raw: bytes, rules: Rules) -> R | _Refused:
        worker = await asyncio.to_thread(self._started)
        try:
            reading = await asyncio.to_thread(worker.submit, _read_packed, reader, raw, rules)
            return await asyncio.wrap_future(reading)
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


def _read_packed(reader: Reader[R], raw: bytes, rules: Rules) -> R | _Refused:
    try:
        read = reader(raw, rules)
    except InvalidInput as error:
        return _Refused(error.faults)
    if read.audience is None:
        return read
    return replace(read, audience=replace(read.audience, people=PackedPeople(read.audience.people)))
