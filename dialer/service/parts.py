"""What the functions of the service work with; the daemon builds it once."""

from dataclasses import dataclass

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
