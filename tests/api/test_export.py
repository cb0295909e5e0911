"""A campaign's contacts as a file."""

import csv
import io
import json
from typing import Any

import aiohttp
import pytest

from dialer.domain.call import AttemptState, Failure
from dialer.service import campaigns, exports
from tests.api.conftest import Answer, Api
from tests.service.desk import ALICE, BOB, Desk

PEOPLE: list[Any] = [
    {
        "phone": ALICE,
        "first_name": "Ada",
        "last_name": "@home",
        "email": "a@x.org",
        "timezone": "Asia/Tokyo",
        "variables": {"Plan": "=1+1", "status": "'gold", "phone": "+1", "n": -5, "vip": True, "blank": " "},
    },
    {"phone": BOB, "name": "Alan", "variables": {"note": 'two\nlines, "quoted"'}},
    "+12025550103",
]
VARIABLES = [{**PEOPLE[0]["variables"]}, PEOPLE[1]["variables"], {}]


async def exported(api: Api, campaign: Any, **options: Any) -> Answer:
    return await api.send("GET", f"/campaigns/{campaign['id']}/export", **options)


def rows_of(answer: Answer) -> list[dict[str, str]]:
    assert answer.status == 200, answer.body
    return list(csv.DictReader(io.StringIO(answer.body, newline="")))


async def test_every_contact_is_a_row_with_its_outcome_and_its_calls(api: Api) -> None:
    campaign = await api.created(
        contacts=PEOPLE, config={"retry": {"enabled": True, "intervalsMinutes": [0.1]}}
    )
    desk = Desk(api.parts, api.clock)
    await api.post(f"/campaigns/{campaign['id']}/launch")
    running = await campaigns.get(api.parts, campaign["id"])
    first = await desk.call(running, ALICE)
    await desk.end(first, AttemptState.BUSY)
    api.clock.step(10)
    second = await desk.call(running, ALICE)
    await desk.end(second, AttemptState.COMPLETED)
    await desk.end(await desk.call(running, BOB), AttemptState.FAILED, Failure.NUMBER)

    answer = await exported(api, campaign)
    ada, alan, third = rows_of(answer)

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{campaign["id"]}.csv"'
    assert [ada[name] for name in ("phone", "status", "outcome", "attempts", "last_call_id")] == [
        *(ALICE, "completed", "answered", "2", second.id)
    ]
    assert ada["calls"] == "2027-01-15T08:00:00Z busy; 2027-01-15T08:00:10Z answered"
    assert ada["ended_at"] == "2027-01-15T08:00:10Z"
    assert (alan["status"], alan["outcome"], alan["attempts"]) == ("failed", "invalid_number", "1")
    assert (third["status"], third["outcome"], third["attempts"], third["calls"]) == ("pending", "", "0", "")
    ndjson = (await exported(api, campaign, params={"format": "ndjson"})).body
    lines = [json.loads(line) for line in ndjson.splitlines()]
    assert [line["variables"] for line in lines] == VARIABLES
    assert [(call["n"], call["status"]) for call in lines[0]["calls"]] == [(1, "busy"), (2, "completed")]
    assert lines[0]["last_call_id"] == lines[0]["calls"][1]["id"]


async def test_a_cell_that_could_be_a_formula_is_defused_and_a_number_is_not(api: Api) -> None:
    (ada, *_) = rows_of(await exported(api, await api.created(contacts=PEOPLE)))

    assert (ada["phone"], ada["last_name"], ada["Plan"], ada["n"]) == (ALICE, "'@home", "'=1+1", "'-5")
    assert ada["variables.status"] == "'gold"
    assert ada["other_variables"] == '{"phone": "+1", "blank": " "}'


@pytest.mark.parametrize(("wanted", "media"), [("csv", "text/csv"), ("ndjson", "application/x-ndjson")])
async def test_an_export_can_be_appended_to_another_campaign(api: Api, wanted: str, media: str) -> None:
    campaign = await api.created(contacts=PEOPLE)
    other = await api.created(contacts=["+12025550199"])
    first = (await exported(api, campaign, params={"format": wanted})).body

    answer = await api.send(
        "POST",
        f"/campaigns/{other['id']}/contacts",
        data=first.encode(),
        headers={"Content-Type": media},
    )

    assert (answer.body["accepted"], answer.body["rejected"]) == (3, [])
    second = (await exported(api, other, params={"format": wanted})).body
    if wanted == "ndjson":
        assert second.splitlines()[1:] == first.splitlines()
    else:
        again = list(csv.DictReader(io.StringIO(second, newline="")))[1:]
        before = list(csv.DictReader(io.StringIO(first, newline="")))
        assert [{k: v for k, v in row.items() if v} for row in again] == [
            {k: v for k, v in row.items() if v} for row in before
        ]


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("*/*", "text/csv"),
        ("text/html, */*;q=0.1", "text/csv"),
        ("application/jsonl", "application/x-ndjson"),
        ("text/csv;q=0.5, application/x-ndjson", "application/x-ndjson"),
    ],
)
async def test_the_client_says_what_it_likes(api: Api, accept: str, media: str) -> None:
    answer = await exported(api, await api.created(), headers={"Accept": accept})

    assert (answer.status, answer.headers["Content-Type"]) == (200, f"{media}; charset=utf-8")


async def test_what_cannot_be_had_is_told_before_anything_is_sent(api: Api) -> None:
    campaign = await api.created()

    unacceptable = await exported(api, campaign, headers={"Accept": "application/json, text/csv;q=0"})
    assert (unacceptable.status, unacceptable.body["status"]) == (406, 406)
    assert (await exported(api, campaign, params={"format": "xlsx"})).locs == [("query", "format")]
    assert (await exported(api, {"id": "camp_00000000"})).status == 404


async def test_a_campaign_that_vanishes_half_way_breaks_the_connection(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "_PAGE", 1)
    campaign = await api.created()
    page = exports.page

    async def page_then_delete(parts: Any, reference: str, earlier: Any = None) -> Any:
        if earlier is not None:
            await api.send("DELETE", f"/campaigns/{campaign['id']}")
        return await page(parts, reference, earlier)

    monkeypatch.setattr(exports, "page", page_then_delete)

    with pytest.raises(aiohttp.ClientPayloadError):
        await exported(api, campaign)
