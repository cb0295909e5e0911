"""What an upload of contacts is asked with and answers."""

from typing import Self

from pydantic import BaseModel, SkipValidation

from dialer.api.wire.fields import Body
from dialer.api.wire.person import ContactBody
from dialer.domain.upload import Reject
from dialer.service.uploads import Upload


class AppendBody(Body):
    """As JSON; `wire.rows` reads it, entry by entry."""

    contacts: SkipValidation[list[str | ContactBody]]


class RejectAnswer(BaseModel):
    line: int
    """Of the file, from 1 (the header of a CSV file); in a JSON array the place of the entry, from 1."""
    column: str | None
    value: str | None
    reason: str

    @classmethod
    def of(cls, reject: Reject) -> Self:
        return cls(line=reject.line, column=reject.column, value=reject.value, reason=reject.reason)


class UploadAnswer(BaseModel):
    accepted: int
    duplicate: int
    """Their number is in the campaign already, or came before."""
    rejected_total: int
    rejected: list[RejectAnswer]
    """The first 1,000."""
    rejects_url: str | None
    """The path under which all of them are, as CSV; for seven days."""

    @classmethod
    def of(cls, upload: Upload) -> Self:
        return cls(
            accepted=upload.accepted,
            duplicate=upload.duplicate,
            rejected_total=upload.rejected_total,
            rejected=[RejectAnswer.of(reject) for reject in upload.rejected],
            rejects_url=f"/uploads/{upload.public_id}/rejects" if upload.rejected_total else None,
        )
