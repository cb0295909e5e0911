"""The body of every error, for the description of the API."""

from pydantic import BaseModel


class FaultAnswer(BaseModel):
    loc: list[str | int]
    """Where it is: keys and indexes of the body, or `query` or `header` and a name."""
    msg: str
    type: str
    """A word for programs, such as `missing` or `out_of_range`."""


class Problem(BaseModel):
    detail: str
    """One sentence."""
    status: int
    errors: list[FaultAnswer] = []
    """In a 422: every fault, not only the first."""
