"""What POST and PATCH of a caller id take, and what the API shows of one."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Annotated, Self, TypeVar

from pydantic import AfterValidator, BaseModel, Field, ValidationError

from dialer.api.wire.document import read_object
from dialer.api.wire.faults import excerpt, faults_of, guess, invalid
from dialer.api.wire.fields import Body, Later, without_nulls
from dialer.api.wire.person import Text
from dialer.domain.errors import Fault, InvalidInput
from dialer.domain.ids import caller_id_of
from dialer.domain.phone import normalise
from dialer.domain.policy import CallerId, Source

FASTEST = 1000.0


def _number(text: str) -> str:
    number = normalise(text)
    if number is None or number[1] == "0":
        raise invalid(f"must be a number such as +12025550100, not {excerpt(text)}")
    return number


class NumberBody(Body):
    name: Text | None = None
    verified: bool | None = None
    """Whether calls may come from it; for keys with the scope `admin`."""
    carrier: Text | None = None
    """The carrier that it belongs to, by its name in the configuration."""
    calls_per_second: Annotated[float, Field(ge=0, le=FASTEST, allow_inf_nan=False)] | None = None
    """0: no limit."""
    default: Later = None
    daily_cap: Later = None

    def apply(self, caller_id: CallerId) -> CallerId:
        """With what was sent changed; a blank name or carrier takes it away."""
        sent, pace = self.model_fields_set, self.calls_per_second
        return replace(
            caller_id,
            name=self.name if "name" in sent else caller_id.name,
            verified=caller_id.verified if self.verified is None else self.verified,
            carrier=self.carrier if "carrier" in sent else caller_id.carrier,
            calls_per_second=caller_id.calls_per_second if pace is None else pace,
        )


class NewNumberBody(NumberBody):
    number: Annotated[str, AfterValidator(_number)]


@dataclass(frozen=True, slots=True)
class NumberChange:
    edit: Callable[[CallerId], CallerId]
    verifies: bool
    """Whether it says that the number is verified, or is not."""


B = TypeVar("B", bound=NumberBody)


def read_new_number(raw: bytes, carriers: Collection[str]) -> CallerId:
    """Raises NotJson, and InvalidInput with every fault of the body."""
    body = _read(NewNumberBody, raw, carriers)
    return body.apply(CallerId(body.number, id=caller_id_of(body.number), source=Source.API))


def read_number_change(raw: bytes, carriers: Collection[str]) -> NumberChange:
    """Raises NotJson, and InvalidInput with every fault of the body."""
    body = _read(NumberBody, raw, carriers)
    return NumberChange(body.apply, body.verified is not None)


def _read(model: type[B], raw: bytes, carriers: Collection[str]) -> B:
    given = without_nulls(read_object(raw), model)
    faults = []
    named = given.get("carrier")
    if isinstance(named, str) and named.strip() not in ("", *carriers):
        sentence = f"must be a configured carrier, not {excerpt(named)}{guess(named.strip(), carriers)}"
        faults.append(Fault(("carrier",), sentence, "invalid"))
        del given["carrier"]
    try:
        body = model.model_validate(given)
    except ValidationError as error:
        raise InvalidInput([*faults_of(error, model), *faults]) from None
    if faults:
        raise InvalidInput(faults)
    return body


class NumberAnswer(BaseModel):
    id: str
    numeric_id: int
    number: str
    name: str | None
    verified: bool
    default: bool
    """Calls come from it unless they name another."""
    carrier: str | None
    """Null: any."""
    calls_per_second: float
    """0: no limit."""
    source: str
    """`configuration`: it stands in the file, and is changed there; or `api`."""

    @classmethod
    def of(cls, caller_id: CallerId) -> Self:
        return cls(
            id=caller_id.id,
            numeric_id=caller_id.numeric_id,
            number=caller_id.number,
            name=caller_id.name,
            verified=caller_id.verified,
            default=caller_id.default,
            carrier=caller_id.carrier,
            calls_per_second=caller_id.calls_per_second,
            source=caller_id.source,
        )


class NumberList(BaseModel):
    phone_numbers: list[NumberAnswer]
    total: int
