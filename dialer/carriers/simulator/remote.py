"""The simulated carrier of a network in a process of its own, over HTTP: as a cloud carrier would be."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from typing import Self

import aiohttp

from dialer.carriers.base import (
    Absent,
    CarrierEvent,
    Health,
    LookupResult,
    NotPlaced,
    PlaceRequest,
    PlaceResult,
    RecordingResult,
    Uncertain,
    Unreachable,
)
from dialer.carriers.sending import Sending, tracing
from dialer.carriers.simulator.carrier import SIMULATED
from dialer.carriers.simulator.settings import SimulatorSettings
from dialer.carriers.simulator.sorting import sort_answer
from dialer.carriers.simulator.wire import (
    PLACE_REQUEST,
    KnownCall,
    Position,
    Told,
    UnknownCall,
    read_event,
    read_found,
)
from dialer.domain.call import Failure
from dialer.domain.clock import Clock
from dialer.domain.errors import CarrierUnavailable
from dialer.domain.ids import AttemptId
from dialer.failpoint import failpoint

_CONNECT = 3.0
_TOTAL = 10.0
_AT_START = 3.0
_FIRST_WAIT = 0.1
_LONGEST_WAIT = 5.0
_CONNECTIONS = 256
_OK, _NOT_FOUND = 200, 404
_FAULTS = (aiohttp.ClientError, OSError, TimeoutError, ValueError)
"""What asking the network can end in; ValueError: an answer that cannot be read."""


class RemoteSimulator:
    abilities = SIMULATED

    def __init__(
        self,
        name: str,
        settings: SimulatorSettings,
        clock: Clock,
        url: str,
        *,
        connect_timeout: float = _CONNECT,
    ) -> None:
        """`connect_timeout` is in real seconds: aiohttp keeps it."""
        self.name = name
        self.calls_per_second = settings.calls_per_second
        self._clock = clock
        self._url = url.rstrip("/")
        self._connect_timeout = connect_timeout
        self._session: aiohttp.ClientSession | None = None
        self._position: Position | None = None
        self._streaming: aiohttp.ClientResponse | None = None
        self._closed = asyncio.Event()

    async def __aenter__(self) -> Self:
        """Marks where the events stand: of a call that is placed before they are read, none is missed."""
        self._session = aiohttp.ClientSession(
            # A connection for each request: a kept one that the other side is closing makes "was it sent?"
            # unanswerable.
            connector=aiohttp.TCPConnector(force_close=True, limit=_CONNECTIONS),
            timeout=aiohttp.ClientTimeout(total=None, connect=self._connect_timeout),
            trace_configs=[tracing()],
        )
        with suppress(*_FAULTS):
            self._position = await self._ask_position(_AT_START)
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._closed.set()
        if self._streaming is not None:
            # Closing the session would leave its reader waiting for ever.
            self._streaming.close()
        await self._http.close()

    @property
    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("The carrier is used before it was entered.")
        return self._session

    async def prepare(self, request: PlaceRequest) -> None:
        """It speaks nothing."""

    def discard(self, request: PlaceRequest) -> None:
        """There is nothing to throw away."""

    async def place(self, request: PlaceRequest) -> PlaceResult:
        body = PLACE_REQUEST.dump_json(request)
        sending = Sending()
        failpoint("carrier.before_send")
        try:
            async with (
                self._clock.timeout(_TOTAL),
                self._http.post(
                    f"{self._url}/calls",
                    data=body,
                    headers={"Content-Type": "application/json"},
                    allow_redirects=False,
                    trace_request_ctx=sending,
                ) as response,
            ):
                answer = await response.read()
        except _FAULTS as error:
            detail = _in_words(error)
            return Uncertain(detail) if sending.began else NotPlaced(Failure.TEMPORARY, detail)
        failpoint("carrier.reply")
        return sort_answer(response.status, response.headers.get("Retry-After"), answer)

    async def look_up(self, attempt_id: AttemptId, carrier_id: str | None) -> LookupResult:  # noqa: ARG002  the seam has it
        try:
            status, answer = await self._get(f"/calls/{attempt_id}", _TOTAL)
            if status == _OK:
                return read_found(KnownCall.model_validate_json(answer))
            if status == _NOT_FOUND and UnknownCall.model_validate_json(answer).absent == attempt_id:
                return Absent()
        except _FAULTS as error:
            return Unreachable(_in_words(error))
        return Unreachable(f"The simulated network answered {status}.")

    async def hang_up(self, attempt_id: AttemptId, carrier_id: str | None) -> None:  # noqa: ARG002  the seam has it
        # Lost on its way, it is as if the callee had not noticed: the longest duration ends the call.
        with suppress(*_FAULTS):
            async with self._clock.timeout(_TOTAL), self._http.delete(f"{self._url}/calls/{attempt_id}"):
                return

    async def recording(self, attempt_id: AttemptId) -> RecordingResult:
        try:
            async with self._clock.timeout(_TOTAL):
                response = await self._http.get(
                    f"{self._url}/calls/{attempt_id}/recording", allow_redirects=False
                )
        except _FAULTS as error:
            return Unreachable(_in_words(error))
        if response.status == _OK:
            return _pieces(response)
        response.close()
        if response.status == _NOT_FOUND:
            return Absent()
        return Unreachable(f"The simulated network answered {response.status}.")

    async def delete_recording(self, attempt_id: AttemptId) -> bool:
        try:
            async with (
                self._clock.timeout(_TOTAL),
                self._http.delete(f"{self._url}/calls/{attempt_id}/recording") as response,
            ):
                return response.ok
        except _FAULTS:
            return False

    async def health(self) -> Health:
        try:
            await self._ask_position(_CONNECT)
        except _FAULTS as error:
            return Health(up=False, detail=f"The simulated network does not answer: {type(error).__name__}.")
        return Health(up=True)

    async def listing(self) -> bytes | None:
        """Everything the network was asked to do: its `GET /calls`. None when it does not answer."""
        try:
            status, answer = await self._get("/calls", _TOTAL)
        except _FAULTS:
            return None
        return answer if status == _OK else None

    async def events(self) -> AsyncIterator[CarrierEvent]:
        wait = _FIRST_WAIT
        while not self._closed.is_set():
            with suppress(*_FAULTS):
                async for told in self._stream():
                    wait = _FIRST_WAIT
                    yield read_event(told)
            with suppress(TimeoutError):
                async with self._clock.timeout(wait):
                    await self._closed.wait()
            wait = min(2 * wait, _LONGEST_WAIT)

    async def _stream(self) -> AsyncIterator[Told]:
        """One connection's events, from where the last one ended; from the oldest, where that is unknown."""
        known = self._position
        query = {"after": "0"} if known is None else {"after": str(known.event), "network": known.network}
        async with self._clock.timeout(_TOTAL):
            response = await self._http.get(f"{self._url}/events", params=query)
        self._streaming = response
        async with response:
            response.raise_for_status()
            position = Position.model_validate_json(await response.content.readline())
            async for line in response.content:
                told = Told.model_validate_json(line)
                self._position = position.model_copy(update={"event": told.n})
                yield told

    async def _ask_position(self, seconds: float) -> Position:
        status, answer = await self._get("/health", seconds)
        if status != _OK:
            raise ValueError(f"it answered {status}")
        return Position.model_validate_json(answer)

    async def _get(self, path: str, seconds: float) -> tuple[int, bytes]:
        async with (
            self._clock.timeout(seconds),
            self._http.get(f"{self._url}{path}", allow_redirects=False) as response,
        ):
            return response.status, await response.read()


async def _pieces(response: aiohttp.ClientResponse) -> AsyncGenerator[bytes, None]:
    async with response:
        try:
            async for piece in response.content.iter_any():
                yield piece
        except _FAULTS as error:
            raise CarrierUnavailable(_in_words(error)) from error


def _in_words(error: Exception) -> str:
    # A fault of reading quotes what was read, telephone numbers included.
    if isinstance(error, ValueError):
        return "The answer cannot be read."
    return str(error) or type(error).__name__
