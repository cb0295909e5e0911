"""Rejects as a CSV file that can be mended and sent again."""

import csv
import io
import json
from collections.abc import Iterable, Sequence

from dialer.api.wire.cells import sheltered
from dialer.api.wire.columns import REJECTED
from dialer.domain.upload import Reject


def header(columns: Sequence[str]) -> bytes:
    return csv_bytes([[*REJECTED, *columns]])


def lines(rejects: Iterable[Reject], columns: Sequence[str]) -> bytes:
    return csv_bytes([_line(reject, columns) for reject in rejects])


def csv_bytes(rows: Iterable[Sequence[object]]) -> bytes:
    """As RFC 4180 has it; no cell is a formula."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([sheltered("" if cell is None else str(cell)) for cell in row] for row in rows)
    return text.getvalue().encode()


def _line(reject: Reject, columns: Sequence[str]) -> list[object]:
    row = json.loads(reject.row)
    raw = row if isinstance(row, str) else ""
    cells = [row.get(name, "") for name in columns] if isinstance(row, dict) else row
    return [reject.line, reject.column, reject.reason, raw, *(cells if isinstance(cells, list) else [])]
