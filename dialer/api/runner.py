"""The HTTP server of the application: even what is no HTTP is answered as every other error is."""

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from dialer.api.problems import problem

_INSIDE = 500


class Runner(web.AppRunner):
    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return _Server(made.request_handler, request_factory=made.request_factory, **self._kwargs)


class _Server(web.Server):
    def __call__(self) -> RequestHandler:
        return _Connection(self, loop=self._loop, **self._kwargs)


class _Connection(RequestHandler):
    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = _INSIDE,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """As aiohttp's own, which logs it where it must, and raises where an answer was begun already."""
        super().handle_error(request, status, exc, message)
        sentence = "The request could not be read; it is no HTTP/1.1."
        if status >= _INSIDE:
            sentence = "Something went wrong in the dialer; its log says what."
        answer = problem(status, sentence)
        answer.force_close()
        return answer
