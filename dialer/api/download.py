"""Answers that are written as they are read: constant memory, at the client's own speed."""

from collections.abc import AsyncIterator

import structlog
from aiohttp import hdrs, web

from dialer.api.problems import route_of
from dialer.domain.errors import DialerError

_log = structlog.get_logger(__name__)


async def download(
    request: web.Request, pieces: AsyncIterator[bytes], *, media: str, filename: str
) -> web.StreamResponse:
    """A file to save. What fails before the first piece is an answer of its own; there is always a first.

    What fails later breaks the connection, so that nobody takes half a file for a whole one.
    """
    first = await anext(pieces)
    headers = {
        hdrs.CONTENT_TYPE: media if media.startswith("audio/") else f"{media}; charset=utf-8",
        hdrs.CONTENT_DISPOSITION: f'attachment; filename="{filename}"',
        hdrs.CACHE_CONTROL: "no-store",
    }
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    if request.method == hdrs.METH_HEAD:
        return response
    try:
        await response.write(first)
        async for piece in pieces:
            await response.write(piece)
    except DialerError as error:
        _log.warning("download_broken_off", route=route_of(request), reason=str(error))
        if request.transport is not None:
            request.transport.abort()
        raise ConnectionAbortedError from error
    return response
