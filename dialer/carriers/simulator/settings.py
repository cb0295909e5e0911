"""`[carriers.NAME]` of a simulated carrier."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

_ROUNDING = 1e-9


def _ordered(bounds: tuple[float, float]) -> tuple[float, float]:
    if bounds[0] > bounds[1]:
        raise ValueError("the first is the shortest time, the second the longest")
    return bounds


Seconds = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]
Span = Annotated[tuple[Seconds, Seconds], AfterValidator(_ordered)]
"""The shortest and the longest of times that are spread evenly between, in seconds."""

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class Mix(BaseModel):
    """Shares of the outcomes of voice calls; what is missing to 1 is answered."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    answered: Share = 0.0
    no_answer: Share = 0.0
    busy: Share = 0.0
    voicemail: Share = 0.0
    declined: Share = 0.0
    temporary: Share = 0.0

    @model_validator(mode="after")
    def _at_most_all(self) -> Self:
        shares = (self.answered, self.no_answer, self.busy, self.voicemail, self.declined, self.temporary)
        if sum(shares) > 1 + _ROUNDING:
            raise ValueError("the shares sum to more than 1")
        return self


class SimulatorSettings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["simulator"] = "simulator"
    seed: int = 1
    ring_seconds: Span = (0.2, 0.8)
    talk_seconds: Span = (0.5, 2.0)
    latency_seconds: Span = (0.01, 0.05)
    """The network's time to answer a request."""
    time_scale: Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)] = 1.0
    """60: a simulated minute takes a second; ring time-out and longest duration, too."""
    mix: Mix = Mix(answered=0.6, no_answer=0.2, busy=0.08, voicemail=0.08, declined=0.02, temporary=0.02)
    max_channels: Annotated[int, Field(ge=0)] = 0
    """0: no limit."""
    calls_per_second: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    """What the carrier declares as its limit; 0: none."""
    url: Annotated[str, Field(pattern=r"^https?://[^/]")] | None = None
    """Of the network in a process of its own; None: it runs inside the daemon."""
