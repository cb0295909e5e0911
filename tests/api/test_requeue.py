"""POST /campaigns/{id}/contacts/{phone}/requeue."""

import pytest

from dialer.domain.clock import MINUTE
from dialer.store.unit import Transaction
from tests.api.conftest import Api

PHONE = "+12025550101"


async def held(api: Api) -> str:
    """The path of a running campaign's contact of whom it is not known whether it was called."""
    path = f"/campaigns/{(await api.created())['id']}"
    await api.post(f"{path}/launch")

    def hold(tx: Transaction) -> None:
        tx.execute(
            "UPDATE contact SET status = 'failed', outcome = 'unknown', held = 1, due = NULL, attempts = 1"
            " WHERE phone = ?",
            (PHONE,),
        )
        tx.execute("UPDATE campaign SET pending = 1, failed = 1")

    await api.parts.store.transact(hold)
    return f"{path}/contacts"


async def test_a_held_contact_is_called_again(api: Api) -> None:
    path = await held(api)

    answer = await api.post(f"{path}/{PHONE}/requeue")

    assert answer.status == 200
    assert (answer.body["status"], answer.body["held"], answer.body["gate"]) == ("pending", False, "turn")
    assert answer.body == (await api.get(path, phone=PHONE)).body["contacts"][0]


async def test_sent_again_under_its_key_it_is_answered_again(api: Api) -> None:
    path = f"{await held(api)}/{PHONE}/requeue"
    key = {"Idempotency-Key": "once"}
    first = await api.send("POST", path, headers=key)
    await api.clock.advance(MINUTE / 1000)

    again = await api.send("POST", path, headers=key)

    assert (again.status, again.body) == (200, first.body)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (await api.post(path)).status == 409


@pytest.mark.parametrize("spelling", ["12025550101", "%2B1 202 555 0101", "%2B1(202)555-0101"])
async def test_the_number_is_understood_in_any_spelling(api: Api, spelling: str) -> None:
    path = await held(api)

    assert (await api.post(f"{path}/{spelling}/requeue")).body["phone"] == PHONE


@pytest.mark.parametrize("phone", ["+12025550109", "nobody"])
async def test_who_is_no_contact_is_not_found(api: Api, phone: str) -> None:
    answer = await api.post(f"{await held(api)}/{phone}/requeue")

    assert (answer.status, answer.body["detail"]) == (404, f"There is no contact {phone!r}.")


async def test_who_is_not_held_is_told_why_not(api: Api) -> None:
    answer = await api.post(f"{await held(api)}/+12025550102/requeue")

    assert answer.status == 409
    assert answer.body["detail"] == ("The contact is pending; only one that is held waits for this decision.")
