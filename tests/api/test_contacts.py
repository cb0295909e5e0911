"""The contacts page."""

import threading
from typing import Any

import pytest

from dialer.api.http import answer_page
from dialer.api.wire.contact_answer import ContactPage
from tests.api.conftest import Api

PEOPLE: list[Any] = [
    "+12025550101",
    {"phone": "+12025550102", "first_name": "Ada", "last_name": "Byron", "variables": {"topic": "engines"}},
    {"phone": "+12025550103", "name": "Alan", "metadata": {"age": 41, "vip": True}},
]


async def test_a_contact_is_shown_with_what_was_given_and_why_it_waits(api: Api) -> None:
    created = await api.created(contacts=PEOPLE)

    page = (await api.get(f"/campaigns/{created['id']}/contacts")).body

    assert page["next_cursor"] is None
    assert page["contacts"][1] == {
        "id": "cont_00000002",
        "numeric_id": 2,
        "phone": "+12025550102",
        "name": "Ada Byron",
        "status": "pending",
        "outcome": None,
        "attempts": 0,
        "next_attempt_at": None,
        "reason": "The campaign is a draft; launch it.",
        "gate": "campaign_running",
        "until": None,
        "held": False,
        "variables": {"topic": "engines"},
    }
    assert page["contacts"][2]["variables"] == {"age": 41, "vip": True}


async def test_what_holds_a_contact_is_a_word_and_has_an_end(api: Api) -> None:
    created = await api.created(schedule="2027-03-10T09:00:00Z")

    [contact] = (await api.get(f"/campaigns/{created['id']}/contacts", phone="+12025550101")).body["contacts"]

    assert (contact["gate"], contact["until"]) == ("campaign_running", "2027-03-10T09:00:00Z")


async def test_pages_follow_each_other_by_their_cursor(api: Api) -> None:
    path = f"/campaigns/{(await api.created(contacts=PEOPLE))['id']}/contacts"

    first = (await api.get(path, limit="2")).body
    second = (await api.get(path, limit="2", cursor=first["next_cursor"])).body

    assert [contact["phone"][-1] for contact in first["contacts"]] == ["1", "2"]
    assert [contact["phone"][-1] for contact in second["contacts"]] == ["3"]
    assert second["next_cursor"] is None


async def test_a_number_is_found_in_any_spelling(api: Api) -> None:
    path = f"/campaigns/{(await api.created(contacts=PEOPLE))['id']}/contacts"

    for spelling in ("%2B12025550102", "+12025550102", "12025550102", "%2B1(202)555-0102"):
        found = (await api.get(f"{path}?phone={spelling}")).body["contacts"]
        assert [contact["phone"] for contact in found] == ["+12025550102"]


async def test_contacts_are_filtered_by_status_outcome_and_whether_they_are_held(api: Api) -> None:
    created = await api.created(contacts=PEOPLE)
    path = f"/campaigns/{created['id']}/contacts"
    await api.post(f"/campaigns/{created['id']}/cancel")

    assert len((await api.get(path, status="failed", outcome="cancelled")).body["contacts"]) == 3
    assert (await api.get(path, status="pending")).body["contacts"] == []
    assert (await api.get(path, held="true")).body["contacts"] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", "waiting"),
        ("outcome", "lost"),
        ("held", "maybe"),
        ("phone", "vanity"),
        ("cursor", "abc"),
        ("cursor", "-1"),
        ("limit", "1001"),
    ],
)
async def test_a_bad_filter_is_a_422(api: Api, name: str, value: str) -> None:
    path = f"/campaigns/{(await api.created())['id']}/contacts"

    answer = await api.get(path, **{name: value})

    assert answer.status == 422
    assert answer.locs == [("query", name)]


async def test_a_page_is_written_beside_the_loop() -> None:
    writers: list[int] = []

    def page() -> ContactPage:
        writers.append(threading.get_ident())
        return ContactPage(contacts=[], next_cursor=None)

    response = await answer_page(page)

    assert response.text == '{"contacts":[],"next_cursor":null}'
    assert threading.get_ident() not in writers
