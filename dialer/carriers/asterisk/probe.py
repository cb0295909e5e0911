"""Whether an Asterisk would take a call, asked without its events: those belong to the daemon."""

from dialer.carriers.asterisk.ari import FAULTS, Ari, in_words
from dialer.carriers.asterisk.settings import AsteriskSettings
from dialer.carriers.base import Health
from dialer.domain.clock import Clock


async def probe(settings: AsteriskSettings, clock: Clock) -> Health:
    """Of one that no carrier is entered for."""
    async with Ari(settings, clock) as ari:
        return await answers(ari, settings)


async def answers(ari: Ari, settings: AsteriskSettings) -> Health:
    trunk = settings.trunk
    try:
        # Where the dial string hides its endpoint, any question shows whether we may ask.
        if trunk is None:
            await ari.channels()
        elif not await ari.knows_endpoint(*trunk):
            return Health(up=False, detail=f"Asterisk has no endpoint {'/'.join(trunk)} (endpoint)")
    except FAULTS as error:
        return Health(up=False, detail=in_words(error))
    return Health(up=True)
