"""Server-Sent Events as bytes, written once for all who get them (WHATWG HTML, section 9.2)."""

import json
from collections.abc import Iterable, Mapping, Sequence

from dialer.api.wire.campaign_answer import CampaignAnswer, CampaignPage
from dialer.api.wire.stream_answer import Counters, Reset
from dialer.domain.campaign import Campaign
from dialer.domain.events import ContactRequeued, ContactSettled, Recorded
from dialer.domain.ids import CampaignId, public_contact_id
from dialer.domain.schedule import format_instant
from dialer.service.streams import Lost
from dialer.store.standings import Standing

MEDIA = "text/event-stream"
RETRY = b"retry: 1000\n\n"
"""Milliseconds after which a browser connects anew."""


class Piece:
    """Some frames, and the same as a chunk of HTTP/1.1, so that nothing is left to do for each client."""

    __slots__ = ("chunk", "plain")

    def __init__(self, text: str | bytes) -> None:
        body = text.encode() if isinstance(text, str) else text
        head = b"%x\r\n" % len(body)
        self.chunk = b"".join((head, body, b"\r\n"))
        self.plain = memoryview(self.chunk)[len(head) : -2]


KEEP_ALIVE = Piece(b":\n\n")
"""A comment: proxies close what is silent."""


def frame(event: str, data: str, event_id: int | None = None) -> str:
    """`data` is one line."""
    head = "" if event_id is None else f"id: {event_id}\n"
    return f"{head}event: {event}\ndata: {data}\n\n"


def reset(why: Lost) -> str:
    return frame("reset", Reset(reason=why).model_dump_json())


def snapshot(found: Sequence[Campaign], campaign: CampaignId | None, upto: int) -> str:
    """The campaign, or where all are followed a page of those that are unfinished."""
    shown = [CampaignAnswer.of(each) for each in found]
    page = CampaignPage(campaigns=shown, total=len(shown))
    return frame("snapshot", (page if campaign is None else shown[0]).model_dump_json(), upto)


def frames(events: Iterable[Recorded], standings: Mapping[CampaignId, Standing], upto: int) -> str:
    """What happened, in order, then the counters. The last frame has the id up to which all was told."""
    told = [happened(event, standings[event.campaign]) for event in events if event.campaign in standings]
    return "".join(told) + _counters(standings.values(), upto)


def happened(event: Recorded, standing: Standing) -> str:
    if event.kind == ContactSettled.kind and event.contact is not None:
        # Thousands a second: the outcome is the only field, and stands in the row as it is told here.
        return (
            f"id: {event.id}\nevent: contact.settled\n"
            f'data: {{"campaign_id":"{standing.public_id}","contact_id":"{public_contact_id(event.contact)}",'
            f'"call_id":"{event.attempt}",{event.data[1:]}\n\n'
        )
    data = {"campaign_id": standing.public_id, "at": format_instant(event.at), **json.loads(event.data)}
    if event.kind == ContactRequeued.kind:
        data["contact_id"] = public_contact_id(data.pop("contact"))
    return frame(event.kind, json.dumps(data, ensure_ascii=False), event.id)


def _counters(standings: Iterable[Standing], upto: int) -> str:
    told = [Counters.of(each).model_dump_json() for each in standings if not each.deleted]
    last = len(told) - 1
    return "".join(
        frame("counters", data, upto if position == last else None) for position, data in enumerate(told)
    )
