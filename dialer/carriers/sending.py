"""Whether a request left: the question behind every "was the call placed?"."""

from dataclasses import dataclass
from types import SimpleNamespace

import aiohttp


@dataclass(slots=True)
class Sending:
    """Of one request: whether its headers were handed to the connection; after that, it may have arrived."""

    began: bool = False


def tracing() -> aiohttp.TraceConfig:
    """Marks the `Sending` that a request was given as `trace_request_ctx`."""

    async def headers_sent(
        _: aiohttp.ClientSession, context: SimpleNamespace, __: aiohttp.TraceRequestHeadersSentParams
    ) -> None:
        if isinstance(context.trace_request_ctx, Sending):
            context.trace_request_ctx.began = True

    trace = aiohttp.TraceConfig()
    trace.on_request_headers_sent.append(headers_sent)
    return trace
