"""The one table from errors to statuses, and the body of every error."""

import json
import logging
from collections.abc import Mapping, Sequence

import structlog
from aiohttp import web
from aiohttp.http import HttpProcessingError
from aiohttp.web_exceptions import HTTPException

from dialer.api.http import NotDeclaredJson, Packed, TooLarge, TooSlow
from dialer.api.route import Handler
from dialer.api.wire.document import NotJson
from dialer.domain.errors import (
    CarrierUnavailable,
    DialerError,
    Fault,
    Incomplete,
    InTheWay,
    InvalidInput,
    NotChangeable,
    NotFound,
    ReadOnly,
    ScopeMissing,
    StoreUnavailable,
    WrongState,
)

_STATUS: Mapping[type[DialerError], int] = {
    NotJson: 400,
    ScopeMissing: 403,
    NotChangeable: 403,
    ReadOnly: 403,
    NotFound: 404,
    TooSlow: 408,
    WrongState: 409,
    InTheWay: 409,
    TooLarge: 413,
    NotDeclaredJson: 415,
    Packed: 415,
    InvalidInput: 422,
    Incomplete: 422,
    CarrierUnavailable: 502,
    StoreUnavailable: 503,
}
_TRY_AGAIN = "5"
"""Seconds."""

_log = structlog.get_logger(__name__)


def problem(
    status: int, sentence: str, *, faults: Sequence[Fault] = (), headers: Mapping[str, str] | None = None
) -> web.Response:
    """`{"detail", "status"}`, with `errors` where there are faults."""
    body: dict[str, object] = {"detail": sentence, "status": status}
    if faults:
        body["errors"] = [{"loc": fault.loc, "msg": fault.msg, "type": fault.type} for fault in faults]
    text = json.dumps(body, ensure_ascii=False)
    return web.json_response(text=text, status=status, headers=headers)


@web.middleware
async def answer_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turns whatever a handler raises into an error body."""
    try:
        return await handler(request)
    except DialerError as error:
        return _of_ours(error)
    except HTTPException as error:
        return _of_aiohttp(request, error)
    except web.RequestPayloadError:
        return problem(400, "The body could not be read; its encoding or its length is wrong.")
    except Exception as error:  # noqa: BLE001  the outermost frame of a request: nothing inside may reach the client
        if isinstance(error, ConnectionError) and _has_gone(request):
            return problem(400, "The client has gone.")  # to nobody
        _log.exception("request_failed", method=request.method, route=route_of(request))
        return problem(500, "Something went wrong in the dialer; its log says what.")


def _has_gone(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


def quieten_unreadable() -> None:
    """What a client sends that is no HTTP is answered, and is no error of the daemon's with a traceback."""
    logging.getLogger("aiohttp.server").addFilter(_is_ours)


def _is_ours(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, HttpProcessingError | web.RequestPayloadError)


def route_of(request: web.Request) -> str:
    """The route's pattern, for logs: the path itself may hold a telephone number."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "none"


def _of_ours(error: DialerError) -> web.Response:
    status = next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 500)
    headers = {"Retry-After": _TRY_AGAIN} if isinstance(error, StoreUnavailable) else None
    faults = error.faults if isinstance(error, InvalidInput | Incomplete) else ()
    response = problem(status, str(error), faults=faults, headers=headers)
    if isinstance(error, TooSlow):
        response.force_close()  # the rest of the body would be taken for a request
    return response


def _of_aiohttp(request: web.Request, error: HTTPException) -> web.Response:
    if isinstance(error, web.HTTPMethodNotAllowed):
        allowed = ", ".join(sorted(error.allowed_methods))
        sentence = f"{request.method} is not possible here; use {allowed}."
        return problem(error.status, sentence, headers={"Allow": allowed})
    if isinstance(error, web.HTTPNotFound):
        return problem(error.status, "There is nothing at this address.")
    return problem(error.status, f"{error.reason}.")
