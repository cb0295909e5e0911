"""The daemon's HTTP API, as the verbs use it."""

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import aiohttp
import typer
from pydantic import BaseModel, ValidationError

from dialer.cli.failure import FAILED, USED_WRONGLY, Failed
from dialer.cli.options import configuration
from dialer.config.faults import BadConfiguration
from dialer.config.model import Config

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")

_TIMEOUT = aiohttp.ClientTimeout(total=120, sock_connect=5)
_PATIENT = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=120)
_JSON = "application/json"
_REFUSED = 400
_NO_KEY = 401
_WRONG_INPUT = frozenset({400, 422})
_QUERY = "query"


class NoAnswer(Failed):
    """Nobody is there, or not any more."""


class _Fault(BaseModel):
    loc: list[str | int] = []
    msg: str


class _Problem(BaseModel):
    """The error body of the API."""

    detail: str
    errors: list[_Fault] = []


class Client:
    """Every method answers the body as text; `as_` reads it. All raise Failed with the server's sentences."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str) -> None:
        self.base_url = base_url
        self._session = session

    async def get(self, path: str, **query: str | int | None) -> str:
        return await self._ask("GET", path, query, None)

    async def post(self, path: str, body: object = None, **query: str | int | None) -> str:
        return await self._ask("POST", path, query, body)

    async def upload(self, path: str, pieces: AsyncIterable[bytes], media: str) -> str:
        """Sends a body as it is made, however long that takes."""
        async with self._asked("POST", path, {}, pieces, media, patience=_PATIENT) as answer:
            return await answer.text()

    async def download(self, path: str, **query: str | int | None) -> AsyncGenerator[bytes, None]:
        """The body as it comes, however long that takes. Raises Failed, too, when it breaks off."""
        async with self._asked("GET", path, query, None, None, patience=_PATIENT) as answer:
            async for piece in answer.content.iter_any():
                yield piece

    async def delete(self, path: str) -> str:
        return await self._ask("DELETE", path, {}, None)

    async def _ask(self, method: str, path: str, query: Mapping[str, str | int | None], body: object) -> str:
        document = None if body is None else json.dumps(body).encode()
        async with self._asked(method, path, query, document, _JSON if document else None) as answer:
            return await answer.text()

    @contextlib.asynccontextmanager
    async def _asked(
        self,
        method: str,
        path: str,
        query: Mapping[str, str | int | None],
        body: bytes | AsyncIterable[bytes] | None,
        media: str | None,
        *,
        patience: aiohttp.ClientTimeout = _TIMEOUT,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        given = {name: str(value) for name, value in query.items() if value is not None}
        headers = {"Content-Type": media} if media else {}
        answered = False
        try:
            async with self._session.request(
                method,
                f"{self.base_url}{path}",
                params=given,
                data=body,
                headers=headers,
                allow_redirects=False,
                timeout=patience,
            ) as answer:
                answered = True
                if answer.status >= _REFUSED:
                    raise _refusal(answer.status, await answer.text(), has_body=body is not None)
                yield answer
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            if answered:
                raise NoAnswer(f"The daemon's answer broke off ({_short(error)}); it is not whole.") from None
            raise NoAnswer(
                f"No daemon answers at {self.base_url} ({_short(error)}). "
                "Start one with `dialer serve`, or say where it is with DIALER_URL."
            ) from None


def as_(model: type[M], text: str) -> M:
    """The answer as its model. Raises Failed when it is something else."""
    try:
        return model.model_validate_json(text)
    except ValidationError:
        raise Failed("What answered is no dialer of this version; check DIALER_URL.") from None


def part(reference: str) -> str:
    """A piece of a path."""
    return quote(reference, safe="")


@contextlib.asynccontextmanager
async def connect(base_url: str, key: str) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {key}"}
    async with aiohttp.ClientSession(timeout=_TIMEOUT, headers=headers) as session:
        yield Client(session, base_url.rstrip("/"))


def talk(ctx: typer.Context, config: Path | None, work: Callable[[Client], Coroutine[Any, Any, T]]) -> T:
    """Runs `work` with the daemon of `DIALER_URL` or the configuration, and the key that belongs to it."""
    base_url, key = _where(ctx, config)

    async def run() -> T:
        async with connect(base_url, key) as client:
            return await work(client)

    return asyncio.run(run())


def _where(ctx: typer.Context, named: Path | None) -> tuple[str, str]:
    url, key = _given_url(), _given_key()
    if url and key:
        return url, key
    try:
        config = configuration(ctx, named)
    except BadConfiguration as bad:
        raise Failed(*bad.sentences, code=USED_WRONGLY) from None
    return url_of(config), key_of(config)


def _given_url() -> str | None:
    return os.environ.get("DIALER_URL")


def _given_key() -> str | None:
    key = os.environ.get("DIALER_API_KEY") or os.environ.get("THINNESTAI_API_KEY")
    return key.strip() if key else None


def url_of(config: Config) -> str:
    """Where the verbs look for the daemon. Raises Failed."""
    url = _given_url()
    if not url and config.http.port == 0:
        raise Failed(
            "http.port is 0, so the daemon chose its port itself: set DIALER_URL to what it printed."
        )
    return url or config.base_url


def key_of(config: Config) -> str:
    """The key of the verbs. Raises Failed."""
    if key := _given_key():
        return key
    try:
        return config.key_file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise Failed(
            f"There is no API key: DIALER_API_KEY is not set, and {config.key_file} cannot be read. "
            "Make one with `dialer key create --name NAME`."
        ) from None


def _refusal(status: int, text: str, *, has_body: bool) -> Failed:
    """The server's sentences, each once. What it finds wrong in what the verb sent was used wrongly."""
    try:
        problem = _Problem.model_validate_json(text)
    except ValidationError:
        return Failed(f"The server answered {status}, and not as a dialer does; check DIALER_URL.")
    if status == _NO_KEY:
        return Failed(
            problem.detail, "The key is read from DIALER_API_KEY, THINNESTAI_API_KEY or the file dialer.key."
        )
    asked = has_body or any(fault.loc[:1] == [_QUERY] for fault in problem.errors)
    code = USED_WRONGLY if status in _WRONG_INPUT and asked else FAILED
    return Failed(*([_said(fault) for fault in problem.errors] or [problem.detail]), code=code)


def _said(fault: _Fault) -> str:
    place = ".".join(str(step) for step in fault.loc if step != _QUERY)
    return f"{place}: {fault.msg}" if place else fault.msg


def _short(error: Exception) -> str:
    reason = error.__cause__ or error
    if isinstance(reason, OSError) and reason.errno and reason.errno > 0:
        return os.strerror(reason.errno)  # asyncio puts its own words in the place of the system's
    return str(reason) or type(reason).__name__
