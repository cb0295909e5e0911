"""While a hold stands nobody is dialled, whatever else happens; confirmed, everybody is."""

from dialer.service import holds
from tests.clock import FakeClock
from tests.engine.dialer import Dialer
from tests.engine.network import Network


async def test_nobody_is_dialled_until_the_hold_is_confirmed(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    await dialer.parts.store.transact(lambda tx: holds.mark_restored(tx, "backup.db"))
    await dialer.start()
    await holds.take_stock(dialer.parts)
    campaign = await dialer.running(contacts=3)
    await clock.advance(minutes=1)
    assert network.placed == 0
    assert await dialer.attempts(campaign) == []
    assert "hold" in dialer.faults

    await holds.confirm(dialer.parts)
    await clock.advance(seconds=1)

    assert network.placed == 3


async def test_the_claim_itself_refuses_while_a_hold_stands(dialer: Dialer, network: Network) -> None:
    """Where the readiness knew nothing of it, nobody is dialled all the same, and nobody forgotten."""
    await dialer.parts.store.transact(lambda tx: holds.mark_restored(tx, "backup.db"))
    await dialer.start()
    campaign = await dialer.running(contacts=3)
    await dialer.clock.advance(seconds=5)
    assert dialer.faults == {}
    assert (network.placed, await dialer.attempts(campaign)) == (0, [])

    await dialer.parts.store.transact(holds.release)
    await dialer.clock.advance(seconds=2)

    assert network.placed == 3
