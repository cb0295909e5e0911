"""The configuration file as a whole: which sections there are, and what must hold between their entries."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from dialer.carriers.asterisk.settings import AsteriskSettings
from dialer.carriers.simulator.settings import SimulatorSettings
from dialer.config import sections

_KINDS = ("simulator", "asterisk")
_LATER_KINDS = frozenset({"twilio", "smpp"})


def _known_kind(settings: Any) -> Any:  # noqa: ANN401  anything may stand in a file
    if not isinstance(settings, Mapping):
        return settings
    kind = settings.get("kind")
    if kind is None:
        raise PydanticCustomError("kind", 'needs kind = "simulator" or "asterisk"')
    if kind in _LATER_KINDS:
        raise PydanticCustomError(
            "kind",
            'kind = "{kind}" is not supported by this version; use simulator or asterisk',
            {"kind": kind},
        )
    if kind not in _KINDS:
        raise PydanticCustomError(
            "kind", "there is no kind {kind}; use simulator or asterisk", {"kind": repr(kind)}
        )
    return settings


def _distinct_agents(agents: tuple[sections.AgentEntry, ...]) -> tuple[sections.AgentEntry, ...]:
    _refuse_repeated(agent.id for agent in agents)
    return agents


def _distinct_numbers(entries: tuple[sections.CallerIdEntry, ...]) -> tuple[sections.CallerIdEntry, ...]:
    _refuse_repeated(entry.number for entry in entries)
    if sum(entry.default for entry in entries) > 1:
        raise ValueError("only one of them can be the default")
    return entries


def _refuse_repeated(values: Iterable[str]) -> None:
    repeated = [value for value, times in Counter(values).items() if times > 1]
    if repeated:
        raise ValueError(f"{', '.join(repeated)} stands here more than once")


CarrierSettings = Annotated[
    SimulatorSettings | AsteriskSettings, Field(discriminator="kind"), BeforeValidator(_known_kind)
]
"""One class a kind, told apart by `kind`."""


class Document(sections.Section):
    """What the file, the credentials and the environment say together, checked.

    Carriers, agents and caller ids have no default: what rings people, and as whom, is stated.
    """

    http: sections.Http = sections.Http()
    store: sections.StoreFile = sections.StoreFile()
    auth: sections.Auth = sections.Auth()
    logs: sections.Logs = sections.Logs()
    numbers: sections.Numbers = sections.Numbers()
    dialing: sections.Dialing = sections.Dialing()
    compliance: sections.Compliance = sections.Compliance()
    recordings: sections.Recordings = sections.Recordings()
    prices: tuple[sections.Price, ...] = ()
    agents: Annotated[tuple[sections.AgentEntry, ...], AfterValidator(_distinct_agents)] = ()
    caller_ids: Annotated[tuple[sections.CallerIdEntry, ...], AfterValidator(_distinct_numbers)] = ()
    carriers: dict[str, CarrierSettings] = Field(default={})
    templates: sections.Templates = sections.Templates()
    webhooks: sections.Webhooks = sections.Webhooks()


DEVELOPMENT: Mapping[str, object] = {
    "dialing": {"carrier": "sim"},
    "agents": [{"id": "ag_c47e7c97_b2f2", "name": "Follow-up agent", "voice": True, "sms": True}],
    "caller_ids": [{"number": "+12025550100", "verified": True, "default": True}],
    "carriers": {"sim": {"kind": "simulator"}},
}
"""What a daemon without a file starts from: the simulated carrier, one agent, one caller id. The shipped
`config.toml` says the same in full."""
