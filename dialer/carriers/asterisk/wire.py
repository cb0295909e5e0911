"""What ARI says: the parts of its JSON that matter here."""

from pydantic import BaseModel

from dialer.domain.call import OnMachine


class Dialplan(BaseModel):
    app_name: str = ""
    app_data: str = ""


class AriChannel(BaseModel):
    id: str
    state: str = "Down"
    dialplan: Dialplan = Dialplan()


class AriPlayback(BaseModel):
    id: str
    state: str = ""


class AriEvent(BaseModel):
    """Any event. Which fields are set follows from its type."""

    type: str
    channel: AriChannel | None = None
    peer: AriChannel | None = None
    playback: AriPlayback | None = None
    args: list[str] = []
    dialstatus: str = ""
    digit: str = ""
    cause: int | None = None
    tech_cause: int | None = None
    """The SIP status, from Asterisk 22 on."""
    soft: bool = False
    """Whether a hang-up came from inside Asterisk, and not from the other end."""


class AriFault(BaseModel):
    """The body of a refused request; which key it uses differs between addresses."""

    message: str = ""
    error: str = ""


class AriVariable(BaseModel):
    value: str = ""


class Plan(BaseModel):
    """What a channel carries with it, so that a daemon that starts anew knows what was to be done.

    `sound` is as Asterisk sees it, without extension: the message, or what is said when the agent fails.
    """

    ring_timeout: int
    max_duration: int
    sound: str
    agent: str = "message"
    uri: str | None = None
    client: str | None = None
    message: str = ""
    headers: dict[str, str] = {}
    on_machine: OnMachine | None = None
    record: bool = False


EVENTS = (
    "ApplicationReplaced",
    "ChannelDestroyed",
    "ChannelDtmfReceived",
    "ChannelHangupRequest",
    "ChannelStateChange",
    "Dial",
    "PlaybackFinished",
    "StasisStart",
)
"""The types that are asked for; of every channel, since one that is dialled belongs to no application yet."""
