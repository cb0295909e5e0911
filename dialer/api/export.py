"""GET /campaigns/{id}/export: every contact with its outcome and its calls, as a file."""

import asyncio
from collections.abc import AsyncIterator
from enum import StrEnum

from aiohttp import hdrs, web

from dialer.api.download import download
from dialer.api.http import PARTS
from dialer.api.route import Media, Route, choice
from dialer.api.uploads import CSV, NDJSON
from dialer.api.wire.export_rows import CsvExport, NdjsonExport
from dialer.api.wire.query import Query
from dialer.domain.scope import Scope
from dialer.service import exports
from dialer.service.parts import Parts


class Format(StrEnum):
    CSV = "csv"
    NDJSON = "ndjson"


_MEDIA = {Format.CSV: CSV, Format.NDJSON: NDJSON}
_ACCEPTED = {CSV: Format.CSV, NDJSON: Format.NDJSON, "application/jsonl": Format.NDJSON}
_ANY = {"*/*": Format.CSV, "text/*": Format.CSV, "application/*": Format.NDJSON}


async def export(request: web.Request) -> web.StreamResponse:
    query = Query(request.query)
    wanted = query.choice("format", Format)
    query.check()
    wanted = wanted or _acceptable(request.headers.getall(hdrs.ACCEPT, []))
    parts, reference = request.app[PARTS], request.match_info["id"]
    first = await exports.page(parts, reference)
    return await download(
        request,
        _pieces(parts, first, wanted),
        media=_MEDIA[wanted],
        filename=f"{first.campaign.public_id}.{wanted}",
    )


async def _pieces(parts: Parts, page: exports.Page, wanted: Format) -> AsyncIterator[bytes]:
    rendering = CsvExport(page.campaign) if wanted is Format.CSV else NdjsonExport()
    yield rendering.header()
    while True:
        yield await asyncio.to_thread(rendering.rows, page.rows)
        if page.next is None:
            return
        page = await exports.page(parts, page.campaign.public_id, page)


def _acceptable(headers: list[str]) -> Format:
    """What the client likes best (RFC 9110, 12.5.1). Raises HTTPNotAcceptable."""
    ranges = [each for header in headers for each in header.split(",") if each.strip()]
    if not ranges:
        return Format.CSV
    liked = sorted((_quality(each), -place, each) for place, each in enumerate(ranges))
    for quality, _, each in reversed(liked):
        media = each.partition(";")[0].strip().lower()
        found = _ACCEPTED.get(media) or _ANY.get(media)
        if found is not None and quality > 0:
            return found
    raise web.HTTPNotAcceptable(reason=f"The export is {CSV} or {NDJSON}; say which by ?format= or Accept")


def _quality(media_range: str) -> float:
    for parameter in media_range.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


ROUTES: tuple[Route, ...] = (
    Route(
        "GET",
        "/campaigns/{id}/export",
        export,
        "Every contact with its outcome and its calls, as a file.",
        Scope.CONTACTS_READ,
        {200: Media(CSV, (NDJSON,))},
        query=(choice("format", "Instead of what Accept says; `csv` where that says nothing.", Format),),
        errors=frozenset({406}),
        versioned=True,
    ),
)
