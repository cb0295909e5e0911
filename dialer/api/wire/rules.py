"""What the wire layer must know of the daemon to read a body; it crosses to the worker process."""

from dataclasses import dataclass
from typing import Self

from dialer.domain.clock import Instant
from dialer.domain.phone import NumberCheck
from dialer.domain.policy import Policy


@dataclass(frozen=True, slots=True)
class Rules:
    now: Instant
    number_check: NumberCheck
    reject_unusable: bool
    default_timezone: str
    autostart_scheduled: bool
    may_launch: bool
    """Whether who asks may start calls. If not, no schedule of theirs starts anything by itself."""

    @classmethod
    def of(cls, policy: Policy, now: Instant, *, may_launch: bool) -> Self:
        return cls(
            now=now,
            number_check=policy.number_check,
            reject_unusable=policy.reject_unusable,
            default_timezone=policy.default_timezone,
            autostart_scheduled=policy.autostart_scheduled,
            may_launch=may_launch,
        )
