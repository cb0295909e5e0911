"""Plans of calls, with the sounds that they need: made before the call is, kept until it is over."""

from dialer.carriers.asterisk.request import plan_of
from dialer.carriers.asterisk.settings import AsteriskSettings
from dialer.carriers.asterisk.speech import Speech, SpeechFailed, SpeechTooSlow
from dialer.carriers.asterisk.wire import Plan
from dialer.carriers.base import NotPlaced, PlaceRequest
from dialer.domain.call import Failure
from dialer.domain.clock import Clock
from dialer.domain.ids import AttemptId


class Plans:
    def __init__(self, settings: AsteriskSettings, clock: Clock) -> None:
        self._fallback = settings.fallback_message
        self._speech = Speech(settings, clock)
        self._ready: dict[AttemptId, Plan] = {}

    async def open(self) -> None:
        """Raises SpeechFailed where no sound can be kept."""
        await self._speech.open()

    async def prepare(self, request: PlaceRequest) -> NotPlaced | None:
        try:
            self._ready[request.attempt_id] = await self._make(request)
        except SpeechTooSlow as error:
            return NotPlaced(Failure.TEMPORARY, str(error))
        except SpeechFailed as error:
            # Where others are spoken, it is this text that the command chokes on.
            of_this_text = await self._speech.trial() is None
            return NotPlaced(Failure.OTHER if of_this_text else Failure.TEMPORARY, str(error))
        return None

    async def take(self, request: PlaceRequest) -> Plan:
        """The one that was prepared, else a new one. Raises SpeechFailed."""
        return self._ready.pop(request.attempt_id, None) or await self._make(request)

    def unused(self, attempt_id: AttemptId) -> Plan | None:
        """What was prepared and never taken, which is then to be dropped."""
        return self._ready.pop(attempt_id, None)

    async def drop(self, plan: Plan) -> None:
        """Its call is over."""
        await self._speech.drop(plan.sound)

    async def _make(self, request: PlaceRequest) -> Plan:
        is_message = request.agent.kind == "message"
        sound = await self._speech.sound(request.message if is_message else self._fallback)
        return plan_of(request, sound)
