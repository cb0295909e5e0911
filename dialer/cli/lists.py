"""`dialer campaign append` and `export`: lists of people into a campaign, and out of it."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from rich.console import Console
from rich.progress import DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from dialer.api.uploads import CSV, NDJSON
from dialer.api.wire.upload_answer import UploadAnswer
from dialer.cli import show
from dialer.cli.client import Client, as_, part, talk
from dialer.cli.failure import USED_WRONGLY, Failed
from dialer.cli.options import AsJson, CampaignReference, ConfigPath

_MEDIA = {".csv": CSV, ".tsv": CSV, ".ndjson": NDJSON, ".jsonl": NDJSON}
_PIECE = 64 * 1024
_MOST_TOLD = 20


class Format(StrEnum):
    CSV = "csv"
    NDJSON = "ndjson"


def append(
    ctx: typer.Context,
    campaign: CampaignReference,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            show_default=False,
            help="CSV with a header (.csv, .tsv), or JSON lines (.ndjson, .jsonl).",
        ),
    ],
    *,
    rejects: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.csv", help="Where to save what is not taken, to be mended and sent again."
        ),
    ] = None,
    json: AsJson = False,
    config: ConfigPath = None,
) -> None:
    """Adds the people in a file; a number that is there already is left alone."""
    media = _MEDIA.get(file.suffix.lower())
    if media is None:
        known = ", ".join(_MEDIA)
        raise Failed(f"{file}: what it holds is told by its ending, one of {known}.", code=USED_WRONGLY)
    text = talk(ctx, config, lambda client: _append(client, campaign, file, media, rejects))
    added = as_(UploadAnswer, text)
    if json:
        show.as_json(text)
    else:
        typer.echo(f"{added.accepted} contacts were added, {added.duplicate} were there already.")
    if added.rejected_total:
        raise Failed(*_told(added, file, rejects))


def export(
    ctx: typer.Context,
    campaign: CampaignReference,
    *,
    format_: Annotated[Format, typer.Option("--format", help="csv, or a JSON object a line.")] = Format.CSV,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Instead of standard output.", show_default=False)
    ] = None,
    config: ConfigPath = None,
) -> None:
    """Writes every contact with its outcome and its calls."""

    async def save(client: Client) -> None:
        await _save(client, f"/campaigns/{part(campaign)}/export", output, format=str(format_))

    talk(ctx, config, save)


async def _append(client: Client, campaign: str, file: Path, media: str, rejects: Path | None) -> str:
    try:
        opened = await asyncio.to_thread(file.open, "rb")
    except OSError as error:
        raise Failed(f"{file} cannot be read: {error.strerror}.") from None
    with opened:
        path = f"/campaigns/{part(campaign)}/contacts"
        text = await client.upload(path, _pieces(opened), media)
    url = as_(UploadAnswer, text).rejects_url
    if rejects is not None and url is not None:
        await _save(client, url, rejects)
    return text


async def _pieces(opened: BinaryIO) -> AsyncIterator[bytes]:
    """The file, with its progress on a terminal: the daemon takes what it has dealt with, and no more."""
    screen = Console(stderr=True)
    columns = (TextColumn("sent"), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=screen, disable=not screen.is_terminal, transient=True) as progress:
        size = os.fstat(opened.fileno()).st_size
        task = progress.add_task("", total=size)
        while piece := await asyncio.to_thread(opened.read, _PIECE):
            yield piece
            progress.advance(task, len(piece))


async def _save(client: Client, path: str, output: Path | None, **query: str) -> None:
    """A file is there once it is whole, and not before."""
    if output is None:
        async for piece in client.download(path, **query):
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        return
    unfinished = output.with_name(f"{output.name}.part")
    try:
        opened = await asyncio.to_thread(unfinished.open, "wb")
        with opened:
            async for piece in client.download(path, **query):
                await asyncio.to_thread(opened.write, piece)
        await asyncio.to_thread(unfinished.replace, output)
    except OSError as error:
        raise Failed(f"{output} cannot be written: {error.strerror}.") from None
    finally:
        await asyncio.to_thread(unfinished.unlink, missing_ok=True)


def _told(added: UploadAnswer, file: Path, rejects: Path | None) -> list[str]:
    lines = []
    for reject in added.rejected[:_MOST_TOLD]:
        column = f"{reject.column}: " if reject.column else ""
        lines.append(f"{file} line {reject.line}: {column}{reject.reason}")
    if added.rejected_total > _MOST_TOLD:
        lines.append(f"… and {added.rejected_total - _MOST_TOLD} more.")
    where = f"they are in {rejects}" if rejects else "--rejects FILE.csv saves them"
    return [*lines, f"{added.rejected_total} lines were not taken; {where}. Mend them and append them again."]
