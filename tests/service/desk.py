"""The service without an engine: the tests claim, tell the carrier's words, and count what is left."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from dialer.carriers.base import Ended
from dialer.domain.call import CARRIERS_WORD, OPEN, SKIPPED, Attempt, AttemptState, Channel, Failure
from dialer.domain.campaign import Campaign, CampaignConfig, Counters, NewCampaign, read_config
from dialer.domain.contact import Audience, Contact, Person
from dialer.domain.ids import AttemptId, ContactId, new_attempt_id, new_token
from dialer.domain.retry import ContactStatus, End
from dialer.service import calls, campaigns, contacts, drafts
from dialer.service.calls import Report, Word
from dialer.service.claims import Claim, Claimed, claim
from dialer.service.contacts import ContactView
from dialer.service.parts import Parts
from dialer.service.settlement import Settled
from dialer.store import attempts
from dialer.store import campaigns as stored_campaigns
from dialer.store import contacts as stored_contacts
from dialer.store.attempts import Intent
from dialer.store.contacts import Callee
from dialer.store.eventlog import read_page
from dialer.store.unit import Snapshot
from tests.clock import FakeClock

ALICE, BOB, CAROL = "+12025550101", "+12025550102", "+12025550103"
NOBODY = AttemptId("call_nobody")
NEW = NewCampaign("Test", "ag_c47e7c97_b2f2", Channel.VOICE, "UTC", message_template="Hi {{name}}.")


def config(document: str = "{}") -> CampaignConfig:
    return read_config(document)


RETRY = config('{"retry": {"enabled": true, "intervalsMinutes": [5, 60]}}')


@dataclass(frozen=True, slots=True)
class Call:
    """An attempt that was claimed."""

    id: AttemptId
    n: int


class Desk:
    def __init__(self, parts: Parts, clock: FakeClock) -> None:
        self.parts = parts
        self.clock = clock
        self._words: dict[AttemptId, AttemptState] = {}

    async def draft(self, *phones: str, unusable: Sequence[str] = (), new: NewCampaign = NEW) -> Campaign:
        people = [Person(phone) for phone in phones] + [Person(phone, usable=False) for phone in unusable]
        return (await drafts.create(self.parts, new, Audience(people, {"name": 0}))).campaign

    async def running(self, *phones: str, unusable: Sequence[str] = (), new: NewCampaign = NEW) -> Campaign:
        campaign = await self.draft(*phones, unusable=unusable, new=new)
        return await campaigns.launch(self.parts, campaign.public_id)

    async def get(self, campaign: Campaign) -> Campaign:
        return await campaigns.get(self.parts, campaign.public_id)

    async def views(self, campaign: Campaign) -> list[ContactView]:
        found: list[ContactView] = []
        after: int | None = 0
        while after is not None:
            page, after = await contacts.page(
                self.parts,
                campaign.public_id,
                status=None,
                outcome=None,
                phone=None,
                held=None,
                after=after,
                limit=1000,
            )
            found += page
        return found

    async def view(self, campaign: Campaign, phone: str) -> ContactView:
        return next(view for view in await self.views(campaign) if view.contact.person.phone == phone)

    async def contact(self, campaign: Campaign, phone: str) -> Contact:
        return (await self.view(campaign, phone)).contact

    async def claim(
        self, campaign: Campaign, phone: str, *, run: int | None = None, agent_kind: str = "message"
    ) -> tuple[AttemptId, Claim]:
        present = await self.get(campaign)
        contact = await self.contact(campaign, phone)
        attempt = new_attempt_id(self.clock.now())
        intent = self._intent(attempt, campaign, contact.id, phone, run or present.run, agent_kind=agent_kind)
        return attempt, await claim(self.parts.store, intent)

    def _intent(
        self,
        attempt: AttemptId,
        campaign: Campaign,
        contact: ContactId,
        phone: str,
        run: int,
        *,
        agent_kind: str = "message",
    ) -> Intent:
        return Intent(
            id=attempt,
            campaign=campaign.id,
            run=run,
            contact=contact,
            channel=campaign.channel,
            phone=phone,
            from_number=None,
            agent_id=campaign.agent_id,
            carrier="sim",
            callback_token=new_token(),
            text="Hi.",
            ring_timeout=5,
            max_duration=60,
            agent_kind=agent_kind,
        )

    async def claim_single(self, made: Campaign) -> Call | None:
        """As the engine does: the first attempt has the id that its caller was given."""

        def look(view: Snapshot) -> tuple[Campaign, list[Callee]]:
            campaign = stored_campaigns.get(view, made.id)
            found = stored_contacts.due(view, campaign, limit=1, untried_after=ContactId(0))
            return campaign, list(found.people)

        campaign, due = await self.parts.store.read(look)
        for callee in due:
            first = callee.tries == 0
            attempt = AttemptId(campaign.public_id) if first else new_attempt_id(self.clock.now())
            intent = self._intent(attempt, campaign, callee.id, callee.person.phone, campaign.run)
            claimed = await claim(self.parts.store, intent)
            if isinstance(claimed, Claimed):
                return Call(attempt, claimed.n)
        return None

    async def call(self, campaign: Campaign, phone: str, *, agent_kind: str = "message") -> Call:
        """A claim that must succeed."""
        attempt, claimed = await self.claim(campaign, phone, agent_kind=agent_kind)
        assert isinstance(claimed, Claimed), claimed
        return Call(attempt, claimed.n)

    async def hear(self, call: Call, *words: Word, healthy: bool = True) -> Report | None:
        return await calls.report(self.parts.store, call.id, words, carrier_healthy=healthy)

    def ended(self, call: Call, state: AttemptState, failure: Failure | None = None) -> Ended:
        return Ended(call.id, self.clock.now(), state, failure)

    async def end(self, call: Call, state: AttemptState, failure: Failure | None = None) -> Report:
        report = await self.hear(call, self.ended(call, state, failure))
        assert report is not None
        return report

    async def give_up(
        self, call: Call, state: AttemptState, failure: Failure | None = None
    ) -> Settled | None:
        return await calls.conclude(self.parts.store, call.id, End(state, self.clock.now(), failure))

    async def doubt(self, call: Call) -> None:
        await calls.doubt(self.parts.store, call.id, "nothing was learned")

    async def kinds(self, campaign: Campaign) -> list[str]:
        """What the event log tells of the campaign, in order."""
        events = await self.parts.store.read(lambda view: read_page(view, 0))
        return [event.kind for event in events if event.campaign == campaign.id]

    async def attempt(self, call: Call) -> Attempt:
        return next(attempt for attempt in await self.attempts() if attempt.id == call.id)

    async def attempts(self) -> list[Attempt]:
        """Of all campaigns, hidden ones too."""

        def work(view: Snapshot) -> list[Attempt]:
            keys = [row[0] for row in view.execute("SELECT id FROM campaign")]
            asked = {"state": None, "phone": None, "after": 0, "limit": 100_000}
            return [each for key in keys for each in attempts.of_campaign(view, key, **asked)]

        return await self.parts.store.read(work)

    async def audit(self) -> None:
        """What must be so at every instant, whatever was done."""
        found, _ = await campaigns.page(self.parts, status=None, channel=None, limit=100, offset=0)
        for campaign in found:
            counted = campaign.counters
            people = [view.contact for view in await self.views(campaign)]
            statuses = Counter(person.status for person in people)
            recount = replace(
                counted,
                total=len(people),
                unusable=sum(not person.person.usable for person in people),
                pending=statuses[ContactStatus.PENDING],
                in_progress=statuses[ContactStatus.IN_PROGRESS],
                completed=statuses[ContactStatus.COMPLETED],
                failed=statuses[ContactStatus.FAILED],
                skipped=sum(person.outcome in SKIPPED for person in people),
            )
            assert counted == recount
        await self._audit_hidden()
        await self._audit_attempts()

    async def _audit_hidden(self) -> None:
        """Single calls and deleted campaigns add up, too; of those that are erased no number is left."""

        def work(view: Snapshot) -> list[tuple[Counters, Counters]]:
            rows = view.execute("SELECT id FROM campaign").fetchall()
            found = [stored_campaigns.get(view, row[0]) for row in rows]
            return [(each.counters, stored_contacts.recount(view, each)) for each in found]

        def numbers(view: Snapshot) -> int:
            return sum(
                view.execute(
                    f"SELECT count(*) FROM {rows} WHERE erased_at IS NOT NULL AND phone GLOB '+*'"
                ).fetchone()[0]
                for rows in (
                    "campaign JOIN contact USING (list)",
                    "campaign JOIN attempt ON attempt.campaign = campaign.id",
                )
            )

        for counted, recounted in await self.parts.store.read(work):
            assert counted == recounted
        assert await self.parts.store.read(numbers) == 0

    async def _audit_attempts(self) -> None:
        every = await self.attempts()
        live = Counter((each.phone, each.channel) for each in every if each.state in OPEN)
        assert not live or max(live.values()) == 1
        assert all(each.phone.startswith("+") for each in every if each.state in OPEN), "erased too early"
        for attempt in every:
            said = self._words.get(attempt.id)
            assert said in (None, attempt.state), "the carrier's word was undone"
            if attempt.state in CARRIERS_WORD:
                self._words[attempt.id] = attempt.state
                assert attempt.blocked_until is None
