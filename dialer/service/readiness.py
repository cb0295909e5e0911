"""Whether the daemon can dial now, and if not, why: what `/readyz` says."""

_FORBIDDING = frozenset({"store", "hold"})


class Readiness:
    """Faults by the part that has them (`store`, `hold`, `carrier:<name>`, `stopping`), one sentence each."""

    def __init__(self) -> None:
        self._faults: dict[str, str] = {}

    @property
    def faults(self) -> dict[str, str]:
        return dict(self._faults)

    @property
    def carrier_down(self) -> bool:
        return any(part.startswith("carrier") for part in self._faults)

    @property
    def forbids_dialling(self) -> bool:
        """Whether not even one call may be tried."""
        return not _FORBIDDING.isdisjoint(self._faults)

    def fault(self, part: str, sentence: str) -> None:
        self._faults[part] = sentence

    def mended(self, part: str) -> None:
        self._faults.pop(part, None)
