"""`[carriers.NAME]` of an Asterisk server."""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

NUMBER, URI = "{number}", "{uri}"
_NAME = r"^[A-Za-z0-9_.-]+$"
_TRUNK = re.compile(r"^(?P<technology>\w+)/(?:[^/@]*@(?P<after>[\w.-]+)|(?P<before>[\w.-]+)(?:/.*)?)$")


def _holds_number(text: str) -> str:
    if NUMBER not in text:
        raise ValueError(f"needs {NUMBER} where the called number stands, as in PJSIP/{NUMBER}@trunk")
    return text


def _holds_uri(text: str) -> str:
    if URI not in text:
        raise ValueError(f"needs {URI} where the agent's address stands, as in PJSIP/agent/{URI}")
    return text


class AsteriskSettings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["asterisk"]
    url: Annotated[str, Field(pattern=r"^https?://[^/]")] = "http://127.0.0.1:8088"
    """Of Asterisk's HTTP server, without `/ari`."""
    username: str = "dialer"
    password: SecretStr
    app: Annotated[str, Field(pattern=_NAME)] = "dialer"
    """Of the ARI application; two daemons on one Asterisk need two."""
    context: Annotated[str, Field(pattern=_NAME)] = "dialer"
    """Of the dialplan that `contrib/asterisk/extensions.conf` brings."""
    endpoint: Annotated[str, AfterValidator(_holds_number)] = "PJSIP/{number}@trunk"
    agent_endpoint: Annotated[str, AfterValidator(_holds_uri)] = "PJSIP/agent/{uri}"
    strip_plus: bool = False
    """Whether numbers are dialled without their leading +, as some trunks want them."""
    max_channels: Annotated[int, Field(ge=0)] = 0
    """Calls at once; 0: no limit."""
    calls_per_second: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    """0: no limit."""
    sounds: Path = Path("/var/spool/dialer/sounds")
    """Where spoken messages are written; Asterisk must be able to read it."""
    asterisk_sounds: Path | None = None
    """The same folder as Asterisk sees it, where that differs: in a container, or over a network."""
    speech_command: str = "espeak-ng --stdout | sox -t wav - -t wav -r 8000 -c 1 -b 16 -"
    """For a shell: the text comes on its standard input, WAV of 8 kHz, 16 bits and one channel goes out."""
    fallback_message: str = "We are sorry, nobody can take this call now. Goodbye."
    """Spoken where the agent does not answer, or the daemon is away; an answered call is never silent."""

    @property
    def trunk(self) -> tuple[str, str] | None:
        """Technology and name of the endpoint that calls leave by; None where the dial string hides it."""
        found = _TRUNK.match(self.endpoint)
        if found is None:
            return None
        name = found["after"] or found["before"]
        return None if "{" in name else (found["technology"], name)

    def channel_to(self, number: str) -> str:
        return self.endpoint.replace(NUMBER, number.removeprefix("+") if self.strip_plus else number)
