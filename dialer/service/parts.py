"""What the functions of the service work with; the daemon builds it once."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dialer.carriers.base import Carrier
from dialer.domain.clock import Clock
from dialer.domain.policy import Policy
from dialer.service.agents import Agents
from dialer.service.fences import Fences
from dialer.service.numbers import CallerIds
from dialer.service.readiness import Readiness
from dialer.store.db import Store


@dataclass(frozen=True, slots=True)
class Parts:
    store: Store
    clock: Clock
    policy: Policy
    agents: Agents
    caller_ids: CallerIds
    fences: Fences
    readiness: Readiness
    carriers: Mapping[str, Carrier] = field(default_factory=dict)
    """By their names in the configuration. Whoever is called, the engine alone has them place it."""
