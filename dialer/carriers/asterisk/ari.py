"""Asterisk's REST interface: one request after another, and the socket of its events."""

import base64
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Self

import aiohttp
from pydantic import TypeAdapter, ValidationError

from dialer.carriers.asterisk.settings import AsteriskSettings
from dialer.carriers.asterisk.sorting import fault_in
from dialer.carriers.asterisk.wire import EVENTS, AriChannel, AriEvent, AriVariable
from dialer.carriers.sending import Sending, tracing
from dialer.domain.clock import Clock

FAULTS = (aiohttp.ClientError, OSError, TimeoutError, ValueError)
"""What asking can end in; ValueError: an answer that cannot be read, or a refusal."""

_CONNECT = 3.0
_TOTAL = 5.0
_ORIGINATE = 10.0
_BEAT = 10.0
"""Seconds between the pings that find out whether the events socket still has another end."""
_CONNECTIONS = 256
_NOT_FOUND = 404
_SUCCESS = range(200, 300)
_CHANNELS = TypeAdapter(list[AriChannel])

Query = Mapping[str, str]


class Refused(ValueError):
    """Asterisk answered, and does not do it."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(f"it answered {status} {said}".rstrip())
        self.status = status


class Gone(Refused):
    """The channel, bridge or playback does not exist, or no longer."""


class Ari:
    """Every method raises one of FAULTS when Asterisk cannot be asked, Refused when it says no."""

    def __init__(self, settings: AsteriskSettings, clock: Clock) -> None:
        self._root = f"{settings.url.rstrip('/')}/ari"
        self._app = settings.app
        self._clock = clock
        login = f"{settings.username}:{settings.password.get_secret_value()}"
        self._headers = {"Authorization": f"Basic {base64.b64encode(login.encode()).decode()}"}
        self._stack = AsyncExitStack()
        self._sessions: tuple[aiohttp.ClientSession, aiohttp.ClientSession] | None = None

    async def __aenter__(self) -> Self:
        # A kept connection that the other side is closing makes "was it sent?" unanswerable, so calls are
        # placed each on a new one.
        placing = aiohttp.TCPConnector(force_close=True, limit=_CONNECTIONS)
        asking = aiohttp.TCPConnector(limit=_CONNECTIONS)
        first, second = [
            await self._stack.enter_async_context(
                aiohttp.ClientSession(
                    connector=connector,
                    headers=self._headers,
                    timeout=aiohttp.ClientTimeout(total=None, connect=_CONNECT),
                    trace_configs=[tracing()],
                )
            )
            for connector in (placing, asking)
        ]
        self._sessions = first, second
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._stack.aclose()

    @property
    def _placing(self) -> aiohttp.ClientSession:
        return self._opened()[0]

    @property
    def _asking(self) -> aiohttp.ClientSession:
        return self._opened()[1]

    def _opened(self) -> tuple[aiohttp.ClientSession, aiohttp.ClientSession]:
        if self._sessions is None:
            raise RuntimeError("The carrier is used before it was entered.")
        return self._sessions

    async def originate(self, body: Mapping[str, object], sending: Sending) -> tuple[int, bytes]:
        """The status and body of `POST /channels`, whatever they are; `sending` is marked once it leaves."""
        async with (
            self._clock.timeout(_ORIGINATE),
            self._placing.post(
                f"{self._root}/channels", json=body, allow_redirects=False, trace_request_ctx=sending
            ) as response,
        ):
            return response.status, await response.read()

    async def channel(self, channel_id: str) -> AriChannel | None:
        """None: no such channel lives."""
        try:
            return AriChannel.model_validate_json(await self._ask("GET", f"/channels/{channel_id}"))
        except Gone:
            return None

    async def channels(self) -> list[AriChannel]:
        return _CHANNELS.validate_json(await self._ask("GET", "/channels"))

    async def variable(self, channel_id: str, name: str) -> str:
        query = {"variable": name}
        answer = await self._ask("GET", f"/channels/{channel_id}/variable", query)
        return AriVariable.model_validate_json(answer).value

    async def hang_up(self, channel_id: str) -> None:
        await self._ask("DELETE", f"/channels/{channel_id}")

    async def send_back(self, channel_id: str, context: str, extension: str) -> None:
        """To the dialplan, there."""
        query = {"context": context, "extension": extension, "priority": "1"}
        await self._ask("POST", f"/channels/{channel_id}/continue", query)

    async def play(self, channel_id: str, sound: str, playback_id: str) -> None:
        query = {"media": f"sound:{sound}"}
        await self._ask("POST", f"/channels/{channel_id}/play/{playback_id}", query)

    async def plays(self, playback_id: str) -> bool:
        try:
            await self._ask("GET", f"/playbacks/{playback_id}")
        except Gone:
            return False
        return True

    async def dial(self, body: Mapping[str, object]) -> None:
        """Another leg of a call that is up."""
        await self._ask("POST", "/channels", body={"app": self._app, **body})

    async def external_media(self, body: Mapping[str, object]) -> None:
        await self._ask("POST", "/channels/externalMedia", body={"app": self._app, **body})

    async def bridge(self, bridge_id: str) -> None:
        # Without dtmf_events the bridge may hand the audio through untouched, and pressed keys go unseen.
        await self._ask("POST", "/bridges", {"type": "mixing,dtmf_events", "bridgeId": bridge_id})

    async def join(self, bridge_id: str, channel_id: str) -> None:
        await self._ask("POST", f"/bridges/{bridge_id}/addChannel", {"channel": channel_id})

    async def dissolve(self, bridge_id: str) -> None:
        await self._ask("DELETE", f"/bridges/{bridge_id}")

    async def knows_endpoint(self, technology: str, name: str) -> bool:
        try:
            await self._ask("GET", f"/endpoints/{technology}/{name}")
        except Gone:
            return False
        return True

    async def recording(self, name: str) -> aiohttp.ClientResponse:
        """The file, to be read and closed."""
        async with self._clock.timeout(_TOTAL):
            response = await self._asking.get(
                f"{self._root}/recordings/stored/{name}/file", allow_redirects=False
            )
        if response.status in _SUCCESS:
            return response
        async with response:
            raise _refusal(response.status, await response.read())

    async def delete_recording(self, name: str) -> None:
        await self._ask("DELETE", f"/recordings/stored/{name}")

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[AsyncIterator[AriEvent]]:
        """The events, from now on, until the connection ends."""
        async with self._clock.timeout(_TOTAL):
            socket = await self._asking.ws_connect(
                f"{self._root}/events?app={self._app}&subscribeAll=true",
                heartbeat=_BEAT,
                max_msg_size=0,
            )
        async with socket:
            wanted = {"allowed": [{"type": kind} for kind in EVENTS]}
            await self._ask("PUT", f"/applications/{self._app}/eventFilter", body=wanted)
            yield self._events(socket)

    async def _events(self, socket: aiohttp.ClientWebSocketResponse) -> AsyncIterator[AriEvent]:
        async for message in socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            kind = json.loads(message.data).get("type")
            if kind in EVENTS:
                yield AriEvent.model_validate_json(message.data)

    async def _ask(
        self, method: str, path: str, query: Query | None = None, body: Mapping[str, object] | None = None
    ) -> bytes:
        async with (
            self._clock.timeout(_TOTAL),
            self._asking.request(
                method, f"{self._root}{path}", params=query, json=body, allow_redirects=False
            ) as response,
        ):
            answer = await response.read()
        if response.status in _SUCCESS:
            return answer
        raise _refusal(response.status, answer)


def _refusal(status: int, answer: bytes) -> Refused:
    kind = Gone if status == _NOT_FOUND else Refused
    return kind(status, fault_in(answer))


def in_words(error: Exception) -> str:
    """For an operator. What could not be read is not quoted: telephone numbers stand in it."""
    match error:
        case aiohttp.WSServerHandshakeError(status=401) | Refused(status=401):
            said = "refuses our user or password (ari.conf)"
        case aiohttp.WSServerHandshakeError(status=status):
            said = f"answered {status} to the request for its events; is res_ari_events.so loaded?"
        case Refused():
            said = f"refuses: {error}"
        case ValidationError():
            said = "gave an answer that cannot be read"
        case TimeoutError():
            said = "does not answer in time"
        case aiohttp.ClientConnectorError():
            said = f"cannot be reached: {error.os_error.strerror or 'no connection'}"
        case _:
            said = f"cannot be asked: {type(error).__name__}"
    return f"Asterisk {said}"
