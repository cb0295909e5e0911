"""How a verb says that it failed."""

from collections.abc import Sequence

from dialer.domain.errors import DialerError

FAILED = 1
USED_WRONGLY = 2


class Failed(DialerError):
    """Ends the command: its sentences go to standard error."""

    def __init__(self, *sentences: str, code: int = FAILED) -> None:
        self.sentences: Sequence[str] = sentences
        self.code = code
        super().__init__("\n".join(sentences))
