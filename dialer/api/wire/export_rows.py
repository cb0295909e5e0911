"""A campaign's contacts as a file: CSV, or a JSON object a line. The append takes either as it is."""

import json
from collections.abc import Iterable, Mapping, Sequence

from dialer.api.wire.columns import OTHER_VARIABLES, PERSON, RESULT, column_of
from dialer.api.wire.rejects_file import csv_bytes
from dialer.domain.campaign import Campaign
from dialer.domain.schedule import format_instant
from dialer.service.exports import Row
from dialer.store.exports import Call


class CsvExport:
    """Each variable that the campaign's counts know has a column, the others stand together in the last."""

    def __init__(self, campaign: Campaign) -> None:
        self._variables = [name for name in campaign.filled if name not in PERSON]

    def header(self) -> bytes:
        own = [column_of(name) for name in self._variables]
        return csv_bytes([[*PERSON, *RESULT, *own, OTHER_VARIABLES]])

    def rows(self, rows: Iterable[Row]) -> bytes:
        return csv_bytes([self._row(row) for row in rows])

    def _row(self, row: Row) -> list[object]:
        variables = _variables(row)
        own = [_cell(variables.pop(name, None)) for name in self._variables]
        others = json.dumps(variables, ensure_ascii=False) if variables else None
        calls = "; ".join(map(_in_short, row.calls))
        return [*_person(row).values(), *_result(row).values(), calls, *own, others]


class NdjsonExport:
    def header(self) -> bytes:
        return b""

    def rows(self, rows: Iterable[Row]) -> bytes:
        return b"".join(map(self._line, rows))

    def _line(self, row: Row) -> bytes:
        shown = {
            **_person(row),
            "variables": _variables(row),
            **_result(row),
            "calls": [_in_full(call) for call in row.calls],
        }
        return f"{json.dumps(shown, ensure_ascii=False)}\n".encode()


def _person(row: Row) -> dict[str, object]:
    """In the order of PERSON."""
    person = row.contact.person
    return {name: getattr(person, name) for name in PERSON}


def _variables(row: Row) -> dict[str, object]:
    variables: dict[str, object] = json.loads(row.contact.person.variables or "{}")
    return variables


def _result(row: Row) -> Mapping[str, object]:
    """In the order of RESULT, without the calls; the times are the last call's."""
    contact, last = row.contact, _last(row.calls)
    values = (
        contact.status,
        contact.outcome,
        contact.attempts,
        last and last.id,
        last and _instant(last.answered_at),
        last and _instant(last.ended_at),
        last and last.seconds,
    )
    return dict(zip(RESULT, values, strict=False))


def _last(calls: Sequence[Call]) -> Call | None:
    return calls[-1] if calls else None


def _in_short(call: Call) -> str:
    seconds = f" {call.seconds}s" if call.seconds else ""
    return f"{format_instant(call.created_at)} {call.outcome or call.state}{seconds}"


def _in_full(call: Call) -> dict[str, object]:
    return {
        "id": call.id,
        "n": call.n,
        "status": call.state,
        "outcome": call.outcome,
        "created_at": format_instant(call.created_at),
        "answered_at": _instant(call.answered_at),
        "ended_at": _instant(call.ended_at),
        "duration_seconds": call.seconds,
    }


def _cell(value: object) -> object:
    """`true` and 1.5 as JSON writes them."""
    return value if value is None or isinstance(value, str) else json.dumps(value)


def _instant(at: int | None) -> str | None:
    return None if at is None else format_instant(at)
