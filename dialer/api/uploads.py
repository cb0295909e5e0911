"""Contacts that are added to a campaign, and the file of those that could not be taken."""

import asyncio
from collections.abc import AsyncIterator

from aiohttp import StreamReader, web

from dialer.api.download import download
from dialer.api.http import INTAKE, PARTS, NotDeclaredJson, TooLarge, answer, read_json
from dialer.api.intake import Intake
from dialer.api.route import JSON, Media, Route
from dialer.api.wire import rejects_file
from dialer.api.wire.rows import Form, Place
from dialer.api.wire.upload_answer import AppendBody, UploadAnswer
from dialer.domain.errors import DialerError
from dialer.domain.phone import NumberCheck
from dialer.domain.scope import Scope
from dialer.domain.upload import Batch
from dialer.service import uploads
from dialer.service.parts import Parts
from dialer.service.uploads import Upload

CSV = "text/csv"
NDJSON = "application/x-ndjson"
_FORMS = {CSV: Form.CSV, NDJSON: Form.NDJSON, "application/jsonl": Form.NDJSON}

LARGEST_UPLOAD = 1024**3
"""Bytes of a stream."""
BLOCK = 256 * 1024
"""Bytes that are read, checked and written before more is read."""


class UploadTooLarge(TooLarge):
    """What came before the limit stays."""

    def __init__(self, upload: Upload) -> None:
        DialerError.__init__(
            self, f"The body is larger than {LARGEST_UPLOAD // 1024**2} MiB. {upload.so_far}"
        )


async def append(request: web.Request) -> web.Response:
    parts, intake = request.app[PARTS], request.app[INTAKE]
    reference = request.match_info["id"]
    check = parts.policy.number_check
    if request.content_type == JSON:
        batches = await intake.contacts(await read_json(request), check)
        upload = await uploads.begin(parts, reference)
        for batch in batches:
            await uploads.add(parts, upload, batch)
        return answer(UploadAnswer.of(upload), status=201)
    place = Place(_form(request))
    upload = await uploads.begin(parts, reference)
    try:
        async for batch in read_stream(request.content, intake, place, check):
            await uploads.add(parts, upload, batch)
    except TooLarge:
        raise UploadTooLarge(upload) from None
    return answer(UploadAnswer.of(upload), status=201)


async def rejects(request: web.Request) -> web.StreamResponse:
    reference = request.match_info["id"]
    pieces = _rejects(request.app[PARTS], reference)
    return await download(request, pieces, media=CSV, filename=f"{reference}-rejects.csv")


async def read_stream(
    content: StreamReader, intake: Intake, place: Place, check: NumberCheck
) -> AsyncIterator[Batch]:
    """The batches of a body, in turn: no more of it is read before they are taken. Raises TooLarge."""
    held = bytearray()
    received = 0
    last = False
    while not last:
        enough = len(held) + BLOCK  # what is held is a record that has not ended
        while len(held) < enough and not last:
            some = await content.readany()
            received += len(some)
            if received > LARGEST_UPLOAD:
                raise TooLarge(LARGEST_UPLOAD)
            held += some
            last = content.at_eof()
        block = await intake.block(bytes(held), place, check, last=last)
        del held[: block.consumed]
        place = block.place
        for batch in block.batches:
            yield batch


def _form(request: web.Request) -> Form:
    """Raises NotDeclaredJson, TooLarge."""
    form = _FORMS.get(request.content_type)
    if form is None or (request.charset or "utf-8").lower() not in ("utf-8", "utf8"):
        raise NotDeclaredJson(f"The Content-Type must be {JSON}, {', '.join(_FORMS)} (in UTF-8).")
    if (request.content_length or 0) > LARGEST_UPLOAD:
        raise TooLarge(LARGEST_UPLOAD)
    return form


async def _rejects(parts: Parts, reference: str) -> AsyncIterator[bytes]:
    page = await uploads.rejects(parts, reference, 0)
    columns = page.columns
    yield rejects_file.header(columns)
    while True:
        yield await asyncio.to_thread(rejects_file.lines, page.rejects, columns)
        if page.next is None:
            return
        page = await uploads.rejects(parts, reference, page.next)


ROUTES: tuple[Route, ...] = (
    Route(
        "POST",
        "/campaigns/{id}/contacts",
        append,
        "Adds contacts, in JSON or as a stream of CSV or NDJSON; a number that is there is left alone.",
        Scope.CAMPAIGNS_WRITE,
        {201: UploadAnswer},
        body=AppendBody,
        body_types=(JSON, *_FORMS),
        errors=frozenset({409}),
        versioned=True,
    ),
    Route(
        "GET",
        "/uploads/{id}/rejects",
        rejects,
        "What an upload could not take, as CSV that can be mended and sent again.",
        Scope.CONTACTS_READ,
        {200: Media(CSV)},
    ),
)
