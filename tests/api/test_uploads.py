"""Contacts that are added to a campaign, and what could not be taken."""

import csv
import io
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from aiohttp import StreamReader

from dialer.api import uploads
from dialer.api.intake import Intake
from dialer.api.uploads import BLOCK, read_stream
from dialer.api.wire.rows import Form, Place
from dialer.domain.phone import NumberCheck
from dialer.service import housekeeping
from tests.api.conftest import Answer, Api

CSV = {"Content-Type": "text/csv"}
NDJSON = {"Content-Type": "application/x-ndjson"}


async def append(api: Api, campaign: Any, body: str | bytes, headers: dict[str, str] = CSV) -> Answer:
    data = body.encode() if isinstance(body, str) else body
    return await api.send("POST", f"/campaigns/{campaign['id']}/contacts", data=data, headers=headers)


async def people(api: Api, campaign: Any) -> list[Any]:
    page = await api.get(f"/campaigns/{campaign['id']}/contacts", limit="1000")
    return list(page.body["contacts"])


async def test_the_rows_of_a_csv_file_become_contacts(api: Api) -> None:
    campaign = await api.created()

    answer = await append(
        api, campaign, "\ufeffPhone,First Name,plan\r\n+12025550103,Zoë,gold\r\n+12025550104,,\r\n"
    )

    assert (answer.status, answer.body) == (
        201,
        {"accepted": 2, "duplicate": 0, "rejected_total": 0, "rejected": [], "rejects_url": None},
    )
    third, fourth = (await people(api, campaign))[2:]
    assert (third["phone"], third["name"], third["variables"]) == ("+12025550103", "Zoë", {"plan": "gold"})
    assert (fourth["phone"], fourth["name"], fourth["variables"]) == ("+12025550104", None, {})


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ('{"contacts": ["+12025550103", {"phone": "+12025550104", "metadata": {"n": 1}}]}', {}),
        ('["+12025550103", {"phone": "+12025550104", "variables": {"n": 1}}]', {}),
        ('"+12025550103"\n\n{"phone": "+12025550104", "variables": {"n": 1}}\n', NDJSON),
        (
            '"+12025550103"\r\n{"phone": "+12025550104", "variables": {"n": 1}}',
            {"Content-Type": "application/jsonl"},
        ),
    ],
)
async def test_contacts_come_as_json_too_at_once_or_by_line(
    api: Api, body: str, headers: dict[str, str]
) -> None:
    campaign = await api.created()

    answer = await append(api, campaign, body, {"Content-Type": "application/json"} | headers)

    assert (answer.status, answer.body["accepted"]) == (201, 2)
    assert (await people(api, campaign))[3]["variables"] == {"n": 1}


async def test_a_number_that_is_there_is_a_duplicate_however_often_it_is_sent(api: Api) -> None:
    campaign = await api.created()
    file = "phone\n+12025550101\n+12025550103\n+1 (202) 555-0103\n"

    first = (await append(api, campaign, file)).body
    second = (await append(api, campaign, file)).body

    assert (first["accepted"], first["duplicate"]) == (1, 2)
    assert (second["accepted"], second["duplicate"]) == (0, 3)
    assert len(await people(api, campaign)) == 3


async def test_a_bad_entry_is_told_by_its_line_and_refuses_no_other(api: Api) -> None:
    campaign = await api.created()

    body = (
        await append(
            api,
            campaign,
            b'Phone,note,timezone\n+12025550103,"two\nlines",\n12,x,Mars/Base\n+12025550104,a,,b\n,nobody,\n'
            b"+12025550105,\xff,\n+12025550106,\0,\n+12025550107,ok,\n",
        )
    ).body

    assert (body["accepted"], body["rejected_total"]) == (2, 5)
    assert [(each["line"], each["column"], each["value"]) for each in body["rejected"]] == [
        (4, "timezone", "Mars/Base"),
        (5, None, None),
        (6, "Phone", ""),
        (7, None, None),
        (8, None, None),
    ]
    reasons = [each["reason"] for each in body["rejected"]]
    assert reasons[0].startswith("must be an IANA time zone")
    assert reasons[1:] == [
        "has 4 values for 3 columns",
        "is required",
        "is not UTF-8",
        "holds a NUL character",
    ]


async def test_rejects_are_a_file_that_can_be_mended_and_sent_again(api: Api) -> None:
    campaign = await api.created()
    url = (await append(api, campaign, "phone,=plan,name\n555,+gold,Ann\n")).body["rejects_url"]

    answer = await api.get(url)

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    header, row = csv.reader(io.StringIO(answer.body))
    assert header[4:] == ["phone", "'=plan", "name"]
    assert (row[0], row[1], row[4:]) == ("2", "phone", ["555", "'+gold", "Ann"])
    mended = answer.body.replace(",555,", ",+12025550155,")
    assert (await append(api, campaign, mended)).body["accepted"] == 1
    added = (await people(api, campaign))[-1]
    assert (added["name"], added["variables"]) == ("Ann", {"=plan": "+gold"})


async def test_rejects_of_json_have_a_column_for_each_field_and_variable(api: Api) -> None:
    campaign = await api.created()
    lines = ['{"phone": "1", "name": "Ann", "variables": {"name": "x", "n": 7}}', "{", '"12"']
    url = (await append(api, campaign, "\n".join(lines), NDJSON)).body["rejects_url"]

    rows = list(csv.DictReader(io.StringIO((await api.get(url)).body)))

    assert [row["rejected_line"] for row in rows] == ["1", "2", "3"]
    assert (rows[0]["phone"], rows[0]["name"], rows[0]["variables.name"], rows[0]["n"]) == (
        "1",
        "Ann",
        "x",
        "7",
    )
    assert (rows[1]["rejected_text"], rows[2]["phone"]) == ("{", "12")


async def test_all_rejects_are_in_the_file_and_the_first_thousand_in_the_answer(api: Api) -> None:
    campaign = await api.created()

    body = (await append(api, campaign, "phone\n" + "x\n" * 1_300)).body

    assert (body["rejected_total"], len(body["rejected"])) == (1_300, 1_000)
    assert len((await api.get(body["rejects_url"])).body.splitlines()) == 1_301


async def test_rejects_are_thrown_away_after_a_week(api: Api) -> None:
    campaign = await api.created()
    url = (await append(api, campaign, "phone\nx\n")).body["rejects_url"]
    await housekeeping.keep_house(api.parts)

    api.clock.step(7 * 24 * 3600 - 1)
    await housekeeping.keep_house(api.parts)
    assert (await api.get(url)).status == 200
    api.clock.step(25 * 3600)
    await housekeeping.keep_house(api.parts)

    assert (await api.get(url)).status == 404


async def test_a_number_that_fails_the_check_has_failed_once_the_campaign_is_launched(api: Api) -> None:
    campaign = await api.created(name="Checked")
    object.__setattr__(api.parts.policy, "number_check", NumberCheck.VALID)

    answer = await append(api, campaign, "phone\n+15550000000\n")

    assert answer.body["accepted"] == 1
    draft = (await api.get(f"/campaigns/{campaign['id']}")).body
    assert (draft["total_contacts"], draft["pending"], draft["failed"]) == (3, 3, 0)
    await api.post(f"/campaigns/{campaign['id']}/launch")
    launched = (await api.get(f"/campaigns/{campaign['id']}")).body
    assert (launched["total_contacts"], launched["pending"], launched["failed"]) == (3, 2, 1)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (
            "number,name\n1,x\n",
            "the header has no column `phone`; it has number, name; rename number to phone",
        ),
        ("", "the header has no column `phone`; it has nothing"),
        ("phone,a,b,a,b\n", "more than one column is called a, b"),
        ("phone,{x}\n", 'column 2 has a name that no placeholder can have: "{x}"'),
        (
            "phone," + ",".join(map(str, range(1_000))),
            "the header has 1,001 columns; at most 1,000 are possible",
        ),
        ('"phone\n+12025550103\n', "a quote is opened and never closed"),
        ("phone\n".encode("utf-16"), "The body is in UTF-16; save it as UTF-8."),
        (b"phone,\xff\n", "the header is not UTF-8; save the file as UTF-8"),
    ],
)
async def test_a_header_that_cannot_be_used_is_a_422(api: Api, body: str | bytes, sentence: str) -> None:
    answer = await append(api, await api.created(), body)

    assert answer.status == 422
    assert answer.body["errors"][0]["msg"] == sentence


async def test_a_campaign_that_is_over_or_not_there_takes_nobody(api: Api) -> None:
    campaign = await api.created()
    await api.post(f"/campaigns/{campaign['id']}/cancel")

    over = await append(api, campaign, "phone\n+12025550103\n")

    assert (over.status, over.body["detail"][:26]) == (409, "The campaign is cancelled;")
    assert (await append(api, {"id": "camp_00000000"}, "phone\n")).status == 404


@pytest.mark.parametrize("kind", ["application/xml", "text/csv; charset=latin-1"])
async def test_another_type_is_a_415(api: Api, kind: str) -> None:
    assert (await append(api, await api.created(), "phone\n", {"Content-Type": kind})).status == 415


async def test_what_is_larger_than_the_limit_is_a_413_that_says_what_stays(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "LARGEST_UPLOAD", 16 * BLOCK)
    campaign = await api.created()

    async def too_many() -> AsyncIterator[bytes]:
        yield b"phone,note\n+12025550103,x\n"
        for _ in range(16):
            yield b"+12025550104," + b"x" * BLOCK + b"\n"

    path = f"/campaigns/{campaign['id']}/contacts"
    answer = await api.send("POST", path, data=too_many(), headers=CSV)

    assert answer.status == 413
    assert "1 contacts were added before" in answer.body["detail"]
    announced = await api.send("POST", path, data=io.BytesIO(b"x" * (16 * BLOCK + 1)), headers=CSV)
    assert announced.status == 413


async def test_no_more_of_a_body_is_read_than_is_being_worked_on() -> None:
    """30,000 rows of which each is checked before the next piece of the body is asked for."""
    rows = [b"phone,note\n", *(b"+1202%07d,%s\n" % (number, b"x" * 90) for number in range(30_000))]
    intake, content = Intake(largest_in_thread=10 * BLOCK), _Body(rows)
    taken = 0
    most_ahead = 0
    async for batch in read_stream(content, intake, Place(Form.CSV), NumberCheck.SHAPE):
        taken += len(json.loads(batch.people))
        most_ahead = max(most_ahead, content.given - taken)

    assert taken == 30_000
    assert most_ahead <= 2 * BLOCK / 100


class _Body(StreamReader):
    """Gives a row at a time, and counts them."""

    def __init__(self, rows: Sequence[bytes], *, torn: bool = False) -> None:
        self._rows = rows
        self._torn = torn
        self.given = 0

    async def readany(self) -> bytes:
        if self._torn and self.given == len(self._rows):
            raise ConnectionResetError
        self.given += 1
        return self._rows[self.given - 1]

    def at_eof(self) -> bool:
        return self.given == len(self._rows) and not self._torn


async def test_a_body_that_breaks_off_adds_no_half_number() -> None:
    content = _Body([b"phone\n+12025550103\n+1202555"], torn=True)

    with pytest.raises(ConnectionResetError):
        await anext(read_stream(content, Intake(), Place(Form.CSV), NumberCheck.SHAPE))
