"""What happens to a call once it is answered: a message, or its agent; and what is said when that fails."""

import asyncio
import re
from contextlib import suppress
from urllib.parse import quote

from dialer.carriers.asterisk.ari import FAULTS, Ari, in_words
from dialer.carriers.asterisk.call import Call
from dialer.carriers.asterisk.settings import URI, AsteriskSettings
from dialer.carriers.asterisk.wire import Plan
from dialer.domain.call import OnMachine
from dialer.domain.clock import Clock

_AGENT_ANSWERS = 10
"""Seconds."""
_LONGEST_GREETING = 35
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")


class Host:
    """Receives answered calls. Each method returns when the call is over."""

    def __init__(self, ari: Ari, clock: Clock, settings: AsteriskSettings) -> None:
        self._ari = ari
        self._clock = clock
        self._settings = settings

    async def receive(self, call: Call, plan: Plan) -> None:
        if call.amd == "machine" and plan.on_machine is OnMachine.HANG_UP:
            await self.end(call, "dialer")
        elif call.amd == "machine" and plan.on_machine is OnMachine.LEAVE_MESSAGE:
            await self._leave_message(call, plan)
        elif plan.agent == "message":
            await self._message(call, plan)
        else:
            await self._agent(call, plan)
        await call.over.wait()

    async def resume(self, call: Call, plan: Plan) -> None:
        """A call that was answered before this process, or this connection to Asterisk, began."""
        with suppress(*FAULTS):
            if plan.agent != "message" and await self._ari.channel(call.agent_channel):
                call.connected()
                await self._until_either_hangs_up(call)
                return
            playing = _expect(call)
            if await self._ari.plays(_playback(call)):
                if plan.agent == "message":
                    call.connected()
                await playing
        # Whatever was to be said has been said.
        await self.end(call, "agent" if plan.agent == "message" else "dialer")
        await call.over.wait()

    async def end(self, call: Call, by: str) -> None:
        """Hangs up, unless somebody has; a request that gets lost leaves that to the longest duration."""
        if call.over.is_set():
            return
        call.ended_by = call.ended_by or by
        with suppress(*FAULTS):
            await self._ari.hang_up(call.attempt_id)

    async def _message(self, call: Call, plan: Plan) -> None:
        await self._say(call, plan.sound, is_agent=True)
        await self.end(call, "agent")

    async def _leave_message(self, call: Call, plan: Plan) -> None:
        """Once the greeting is over: what is said before, no machine records."""
        try:
            await self._ari.send_back(call.attempt_id, self._settings.context, "greeting")
        except FAULTS as error:
            call.fault = f"The end of the greeting could not be waited for: {in_words(error)}."
        else:
            await self._first(call.greeted, call.over, seconds=_LONGEST_GREETING)
            call.message_left = await self._say(call, plan.sound)
        await self.end(call, "dialer")

    async def _agent(self, call: Call, plan: Plan) -> None:
        try:
            joined = await self._join(call, plan)
        except FAULTS as error:
            joined = False
            call.fault = f"The agent could not be connected: {in_words(error)}."
        if joined:
            call.connected()
            await self._until_either_hangs_up(call)
        else:
            await self._hang_up_agent(call)
            await self._say(call, plan.sound)
            await self.end(call, "dialer")

    async def _join(self, call: Call, plan: Plan) -> bool:
        await self._ari.bridge(call.bridge)
        await self._ari.join(call.bridge, call.attempt_id)
        if plan.agent == "sip":
            await self._ari.dial(self._second_leg(call, plan))
        else:
            await self._ari.external_media(_stream(call, plan))
        await self._first(call.agent_up, call.agent_over, call.over, seconds=_AGENT_ANSWERS)
        if call.over.is_set():
            return False
        if not call.agent_up.is_set():
            call.fault = "The agent did not answer."
            return False
        await self._ari.join(call.bridge, call.agent_channel)
        return True

    def _second_leg(self, call: Call, plan: Plan) -> dict[str, object]:
        return {
            "endpoint": self._settings.agent_endpoint.replace(URI, plan.uri or ""),
            "channelId": call.agent_channel,
            "originator": call.attempt_id,
            "appArgs": "agent",
            "timeout": _AGENT_ANSWERS,
            "variables": {
                f"PJSIP_HEADER(add,{name})": _CONTROLS.sub(" ", value)
                for name, value in {**plan.headers, "X-Message": plan.message}.items()
            },
        }

    async def _until_either_hangs_up(self, call: Call) -> None:
        await self._first(call.agent_over, call.over, seconds=None)
        if call.agent_over.is_set():
            await self.end(call, "agent")
        await call.over.wait()
        await self._hang_up_agent(call)

    async def _hang_up_agent(self, call: Call) -> None:
        with suppress(*FAULTS):
            await self._ari.hang_up(call.agent_channel)
        with suppress(*FAULTS):
            await self._ari.dissolve(call.bridge)

    async def _say(self, call: Call, sound: str, *, is_agent: bool = False) -> bool:
        """Whether it was heard to its end."""
        if call.over.is_set():
            return False
        playing = _expect(call)
        try:
            await self._ari.play(call.attempt_id, sound, _playback(call))
        except FAULTS as error:
            playing.cancel()
            call.fault = call.fault or f"Nothing could be said: {in_words(error)}."
            return False
        if is_agent:
            call.connected()
        heard = await playing
        if not (heard or call.over.is_set()):
            call.fault = call.fault or f"Asterisk could not play {sound}."
        return heard

    async def _first(self, *events: asyncio.Event, seconds: float | None) -> None:
        """Returns when one of them came, or the time is over."""
        waits = [asyncio.ensure_future(event.wait()) for event in events]
        try:
            async with self._clock.timeout(seconds):
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError:
            return
        finally:
            for wait in waits:
                wait.cancel()


def _playback(call: Call) -> str:
    return f"{call.attempt_id}.sound"


def _expect(call: Call) -> asyncio.Future[bool]:
    """Resolved when the call's sound is over, or the call is."""
    playing = call.played = asyncio.get_running_loop().create_future()
    if call.over.is_set():
        playing.set_result(False)
    return playing


def _stream(call: Call, plan: Plan) -> dict[str, object]:
    parameters = {**plan.headers, "X-Message": plan.message, "X-Attempt-Id": call.attempt_id}
    pairs = ",".join(f"{name}={_of_uri(value)}" for name, value in parameters.items() if value)
    return {
        "channelId": call.agent_channel,
        "external_host": plan.client or "",
        "encapsulation": "none",
        "transport": "websocket",
        "connection_type": "client",
        "format": "ulaw",
        "transport_data": f"v({pairs})",
    }


def _of_uri(value: str) -> str:
    return quote(value, safe="")
