"""Server-Sent Events as bytes, written once for all who get them (WHATWG HTML, section 9.2)."""

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from dialer.api.wire.campaign_answer import CampaignAnswer, CampaignPage
from dialer.api.wire.stream_answer import Counters, Reset
from dialer.domain.campaign import Campaign
from dialer.domain.events import ContactRequeued, ContactSettled, Recorded
from dialer.domain.ids import CampaignId, public_contact_id
from dialer.domain.schedule import format_instant
from dialer.service.streams import Lost
from dialer.store.standings import Standing

MEDIA = "text/event-stream"
_FAST = 1
"""Outcomes become seven times smaller, in a hundredth of a second a megabyte."""


class Form(NamedTuple):
    """How the bytes of a stream travel. HTTP/1.0, as some proxies speak, has no chunks."""

    chunked: bool
    zipped: bool


class Piece:
    """Some frames, written once in each form, so that nothing is left to do for each client."""

    __slots__ = ("_text", "_written")

    def __init__(self, text: str) -> None:
        self._text = text
        self._written: dict[Form, bytes] = {}

    def written(self, form: Form) -> bytes:
        found = self._written.get(form)
        if found is None:
            body = self._text.encode()
            if form.zipped:
                body = _deflated(body)
            if form.chunked:
                body = b"%x\r\n%b\r\n" % (len(body), body)
            found = self._written[form] = body
        return found


KEEP_ALIVE = Piece(":\n\n")
"""A comment: proxies close what is silent."""
RETRY = Piece("retry:1000\n\n")
"""Milliseconds after which a browser connects anew."""
GZIP_HEAD = b"\x1f\x8b\x08" + bytes(6) + b"\xff"


def _deflated(body: bytes) -> bytes:
    """Compressed by itself: after a full flush it fits behind any other piece, so one fits all clients.

    The stream is never finished as RFC 1952 has it, for its checksum would be each client's own.
    """
    compressor = zlib.compressobj(_FAST, wbits=-zlib.MAX_WBITS)
    return compressor.compress(body) + compressor.flush(zlib.Z_FULL_FLUSH)


def frame(event: str, data: str, event_id: int | None = None) -> str:
    """`data` is one line."""
    head = "" if event_id is None else f"id:{event_id}\n"
    return f"{head}event:{event}\ndata:{data}\n\n"


def reset(why: Lost) -> str:
    return frame("reset", Reset(reason=why).model_dump_json())


def snapshot(found: Sequence[Campaign], campaign: CampaignId | None, upto: int) -> str:
    """The campaign, or where all are followed a page of those that are unfinished."""
    shown = [CampaignAnswer.of(each) for each in found]
    page = CampaignPage(campaigns=shown, total=len(shown))
    return frame("snapshot", (page if campaign is None else shown[0]).model_dump_json(), upto)


def frames(
    events: Iterable[Recorded], standings: Mapping[CampaignId, Standing], upto: int, *, of_all: bool
) -> str:
    """What happened, in order, then the counters. The last frame has the id up to which all was told.

    `of_all`: every outcome names its campaign.
    """
    told = [
        _outcome(event, standings[event.campaign].public_id if of_all else None)
        if event.kind == ContactSettled.kind
        else _happened(event, standings[event.campaign].public_id)
        for event in events
        if event.campaign in standings
    ]
    return "".join(told) + _counters(standings.values(), upto)


def _outcome(event: Recorded, campaign: str | None) -> str:
    """Thousands a second. The outcome is the only field of its data, and stands there as it is told."""
    assert event.contact is not None  # it tells of an attempt
    named = f'"campaign_id":"{campaign}",' if campaign else ""
    return (
        f'id:{event.id}\nevent:{event.kind}\ndata:{{{named}"contact_id":"{public_contact_id(event.contact)}",'
        f'"call_id":"{event.attempt}",{event.data[1:]}\n\n'
    )


def _happened(event: Recorded, campaign: str) -> str:
    data = {"campaign_id": campaign, "at": format_instant(event.at), **json.loads(event.data)}
    if event.kind == ContactRequeued.kind:
        data["contact_id"] = public_contact_id(data.pop("contact"))
    return frame(event.kind, json.dumps(data, ensure_ascii=False), event.id)


def _counters(standings: Iterable[Standing], upto: int) -> str:
    told = [Counters.of(each).model_dump_json() for each in standings if not each.deleted]
    last = len(told) - 1
    return "".join(
        frame("counters", data, upto if position == last else None) for position, data in enumerate(told)
    )
