"""One running campaign's place in the round: who is next, and when to look again."""

from collections import deque

from dialer.domain.campaign import Campaign
from dialer.domain.clock import Clock, Instant
from dialer.domain.ids import ContactId
from dialer.domain.policy import Agent
from dialer.engine.pacing import Bucket
from dialer.engine.persist import persist
from dialer.engine.slots import Slots
from dialer.service.parts import Parts
from dialer.store import contacts
from dialer.store.contacts import Callee
from dialer.store.unit import Snapshot

_PAGE = 300
_LOW = 100


class CampaignQueue:
    """Contacts are read ahead a page at a time; the claim decides whether each is still due."""

    def __init__(self, campaign: Campaign, agent: Agent, slots: Slots, clock: Clock) -> None:
        self.campaign = campaign
        self.agent = agent
        self.slots = slots
        self.bucket = Bucket(clock, campaign.config.calls_per_second)
        self.in_round = False
        self.alarm: Instant | None = None
        """When the runner has promised to come back to it."""
        self.next_due: Instant | None = 0  # at once
        """When there may be more to read; None: nobody waits."""
        self.reading = False
        """Whether a page is being read; set by whoever starts the read."""
        self._ready: deque[Callee] = deque()
        self._taken: set[ContactId] = set()
        """Being called, or about to be."""
        self._unclaimed: set[ContactId] = set()
        """Of these, the ones that a read still finds due."""
        self._untried_after = ContactId(0)
        self._rewound = False

    def update(self, campaign: Campaign, agent: Agent) -> None:
        """The campaign was changed, resumed, or starts another run."""
        if campaign.run != self.campaign.run:
            self._ready.clear()
            self._taken.clear()
            self._unclaimed.clear()
        self.campaign = campaign
        self.agent = agent
        self.bucket.rate = campaign.config.calls_per_second
        self._rewind()
        self.next_due = 0

    @property
    def has_ready(self) -> bool:
        return bool(self._ready)

    def wants_more(self, now: Instant) -> bool:
        """Whether it is time to read ahead."""
        return (
            not self.reading
            and len(self._ready) < _LOW
            and self.next_due is not None
            and self.next_due <= now
        )

    def take(self) -> Callee:
        """The next contact; it is not read again until `done`."""
        return self._ready.popleft()

    def done(self, contact: ContactId) -> None:
        """Its call has ended, or its row says when it is due."""
        self._unclaimed.discard(contact)
        self._taken.discard(contact)

    def claimed(self, contact: ContactId) -> None:
        """Its row says that it is in progress; what was read before still may not."""
        self._unclaimed.discard(contact)

    def put_back(self, contact: ContactId, until: Instant) -> None:
        """It was not claimed, and its row is as it was: it is looked for again from then on."""
        self.done(contact)
        self._rewind()
        self.due_at(until)

    def due_at(self, moment: Instant) -> None:
        """A contact will be due then."""
        self.next_due = moment if self.next_due is None else min(self.next_due, moment)

    def _rewind(self) -> None:
        """Untried contacts are walked from the beginning again, also where a page is being read now."""
        self._untried_after = ContactId(0)
        self._rewound = True

    async def read_ahead(self, parts: Parts) -> None:
        """Fills up with contacts that are due."""
        campaign = self.campaign
        untried_after = self._untried_after
        self._rewound = False
        self.next_due = None  # what falls due during the read sets it again
        limit, taken = _PAGE + len(self._unclaimed), frozenset(self._taken)

        def read(view: Snapshot) -> tuple[contacts.Due, Instant | None]:
            found = contacts.due(view, campaign, limit=limit, untried_after=untried_after, taken=taken)
            more = view.now if found.full else contacts.next_due(view, campaign, view.now)
            return found, more

        try:
            found, more = await persist(parts, lambda: parts.store.read(read))
        finally:
            self.reading = False
        if campaign.run != self.campaign.run:
            self.next_due = 0
            return
        if not self._rewound:
            self._untried_after = found.untried_after
        self._ready.extend(found.people)
        self._taken.update(each.id for each in found.people)
        self._unclaimed.update(each.id for each in found.people)
        if more is not None:
            self.due_at(more)
