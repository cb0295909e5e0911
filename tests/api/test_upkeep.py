"""What an operator asks of the daemon."""

import pytest

from dialer.domain.events import CampaignChanged
from dialer.domain.ids import CampaignId
from dialer.service import holds
from dialer.store.unit import Transaction
from tests.api.conftest import Api


async def test_a_hold_is_told_by_readyz_and_by_every_contact_and_released_by_confirm(api: Api) -> None:
    campaign = await api.created()
    await api.post(f"/campaigns/{campaign['id']}/launch")
    await api.parts.store.transact(lambda tx: holds.mark_restored(tx, "backup.db"))
    await holds.take_stock(api.parts)

    ready = await api.get("/readyz")
    contact = (await api.get(f"/campaigns/{campaign['id']}/contacts")).body["contacts"][0]
    confirmed = await api.post("/confirm")

    assert ready.status == 503
    assert "was restored from backup.db" in ready.body["reasons"]["hold"]
    assert contact["reason"] == ready.body["reasons"]["hold"]
    assert confirmed.status == 200
    assert confirmed.body == {
        "released": {
            "reason": "restored",
            "since": "2027-01-15T08:00:00Z",
            "detail": "The database was restored from backup.db.",
        },
        "message": "Dialling goes on.",
    }
    assert (await api.get("/readyz")).status == 200


async def test_to_confirm_what_is_not_held_does_nothing_and_says_so(api: Api) -> None:
    answer = await api.post("/confirm")

    assert (answer.status, answer.body) == (200, {"released": None, "message": "Nothing was held."})


async def test_housekeeping_deletes_what_is_old_and_counts_it(api: Api) -> None:
    def happen(tx: Transaction) -> None:
        tx.record(CampaignChanged(CampaignId(1)))

    await api.parts.store.transact(happen)
    await api.clock.advance(hours=3 * 24 + 1)

    kept = await api.post("/housekeeping")
    deleted = await api.post("/housekeeping", older_than_days="3")

    assert (kept.status, kept.body) == (200, {"events": 0, "receipts": 0})
    assert deleted.body == {"events": 1, "receipts": 0}


@pytest.mark.parametrize("days", ["0", "x", "1.5"])
async def test_what_the_engine_still_reads_is_not_deleted(api: Api, days: str) -> None:
    answer = await api.post("/housekeeping", older_than_days=days)

    assert answer.status == 422
    assert answer.locs == [("query", "older_than_days")]
