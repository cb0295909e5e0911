"""Anything may happen in any order: the counters sum, no number is called twice at once, words stand."""

import asyncio
import contextlib
import tempfile
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dialer.api.wire.batches import Batches
from dialer.carriers.base import Answered, Dtmf, Ended, Placed, Ringing, SmsStatus
from dialer.domain.call import CARRIERS_WORD, AttemptState, Channel, Failure
from dialer.domain.campaign import OVER, Campaign
from dialer.domain.contact import Person
from dialer.domain.errors import DialerError
from dialer.domain.phone import NumberCheck
from dialer.domain.policy import Agent, AgentAddress, Policy
from dialer.service import campaigns, erasure, requeue, single_calls, starts, uploads
from dialer.service.agents import Agents
from dialer.service.calls import Word
from dialer.service.claims import Claimed
from dialer.service.fences import Fences
from dialer.service.numbers import CallerIds
from dialer.service.parts import Parts
from dialer.service.readiness import Readiness
from dialer.service.single_calls import NewCall
from dialer.store.calls import SingleCall
from dialer.store.db import open_store
from tests.clock import NOON, FakeClock
from tests.service.desk import ALICE, BOB, CAROL, NEW, Call, Desk, config

PHONES = (ALICE, BOB, CAROL)
LATER = ("+12025550104", "+15550000000")
"""The second one is not usable."""
DOCUMENTS = (
    "{}",
    '{"retry": {"enabled": true, "intervalsMinutes": [1, 5]}, "on_unknown": "retry_after:1h"}',
    f'{{"retry": {{"enabled": true, "intervalsMinutes": [1]}}, "expires_at_ms": {NOON + 3_600_000}}}',
)
AGENT = Agent(
    NEW.agent_id, 1, "A", voice=True, sms=True, first_message=None, max_duration=0, connect=AgentAddress()
)


def parts_over(store: Any, clock: FakeClock) -> Parts:
    return Parts(
        store=store,
        clock=clock,
        policy=Policy(carrier="sim"),
        agents=Agents([AGENT]),
        caller_ids=CallerIds([]),
        fences=Fences(clock),
        readiness=Readiness(),
    )


class Service(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.campaigns: list[Campaign] = []
        self.singles: list[Campaign] = []
        self.calls: list[Call] = []

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    @initialize()
    def open(self) -> None:
        self.clock = FakeClock()
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())

        async def enter() -> Parts:
            store = await self.stack.enter_async_context(open_store(Path(folder) / "dialer.db", self.clock))
            return parts_over(store, self.clock)

        self.desk = Desk(self.run(enter()), self.clock)
        self.create(document=DOCUMENTS[0], channel=Channel.VOICE, unusable=True, schedule=None)
        self.create(document=DOCUMENTS[1], channel=Channel.VOICE, unusable=False, schedule=None)

    @precondition(lambda self: len(self.campaigns) < 5)
    @rule(
        document=st.sampled_from(DOCUMENTS),
        channel=st.sampled_from(Channel),
        unusable=st.booleans(),
        schedule=st.none() | st.integers(1, 90),
    )
    def create(self, document: str, channel: Channel, unusable: bool, schedule: int | None) -> None:  # noqa: FBT001
        new = replace(
            NEW,
            channel=channel,
            config=config(document),
            scheduled_at=None if schedule is None else self.clock.now() + schedule * 60_000,
            autostart=schedule is not None,
        )
        made = self.run(self.desk.draft(*PHONES, unusable=["+12025550109"] if unusable else [], new=new))
        self.campaigns.append(made)
        if schedule is None and (made.config.expires_at or self.clock.now() + 1) > self.clock.now():
            self.run(campaigns.launch(self.desk.parts, made.public_id))

    @rule(
        which=st.integers(0, 4),
        move=st.sampled_from(["launch", "rerun", "pause", "resume", "cancel"]),
    )
    def move(self, which: int, move: str) -> None:
        parts, reference = self.desk.parts, self.campaigns[which % len(self.campaigns)].public_id
        moves: dict[str, Callable[[], Coroutine[Any, Any, object]]] = {
            "launch": lambda: campaigns.launch(parts, reference, start_now=True),
            "rerun": lambda: campaigns.launch(parts, reference, force_rerun=True),
            "pause": lambda: campaigns.pause(parts, reference, hangup=True),
            "resume": lambda: campaigns.resume(parts, reference),
            "cancel": lambda: campaigns.cancel(parts, reference),
        }
        before = self.run(self.desk.get(self.campaigns[which % len(self.campaigns)]))
        try:
            self.run(moves[move]())
        except DialerError:
            after = self.run(self.desk.get(self.campaigns[which % len(self.campaigns)]))
            assert after == before, "a refusal changed something"

    def lose(self, campaign: Campaign, phone: str) -> None:
        """A call of which nothing is learned: its contact is held, where the campaign says so."""
        attempt, claimed = self.run(self.desk.claim(campaign, phone))
        if isinstance(claimed, Claimed):
            call = Call(attempt, claimed.n)
            self.calls.append(call)
            self.run(self.desk.doubt(call))
            self.run(self.desk.give_up(call, AttemptState.UNKNOWN))

    @rule(which=st.integers(0, 4), phone=st.sampled_from(PHONES), lost=st.booleans())
    def requeue(self, which: int, phone: str, lost: bool) -> None:  # noqa: FBT001
        campaign = self.campaigns[which % len(self.campaigns)]
        if lost:
            self.lose(campaign, phone)
        before = self.run(self.desk.get(campaign)), self.run(self.desk.contact(campaign, phone))
        try:
            shown = self.run(requeue.requeue(self.desk.parts, campaign.public_id, phone))
        except DialerError:
            after = self.run(self.desk.get(campaign)), self.run(self.desk.contact(campaign, phone))
            assert after == before, "a refusal changed something"
        else:
            assert before[1].held
            assert shown.contact.due == self.clock.now()

    @rule(
        which=st.integers(0, 4), phones=st.lists(st.sampled_from((*PHONES, *LATER)), min_size=1, max_size=3)
    )
    def append(self, which: int, phones: list[str]) -> None:
        campaign = self.campaigns[which % len(self.campaigns)]
        batches = Batches(NumberCheck.VALID)
        for phone in phones:
            batches.add(Person(phone))
        before = self.run(self.desk.get(campaign)).counters
        try:
            upload = self.run(uploads.begin(self.desk.parts, campaign.public_id))
            self.run(uploads.add(self.desk.parts, upload, *batches.finish()))
        except DialerError:
            added = 0
        else:
            added = upload.accepted
        assert self.run(self.desk.get(campaign)).counters.total == before.total + added

    @precondition(lambda self: len(self.campaigns) > 1)
    @rule(which=st.integers(0, 4))
    def delete(self, which: int) -> None:
        """Its calls may still be open, and be heard of."""
        campaign = self.campaigns[which % len(self.campaigns)]
        with contextlib.suppress(DialerError):
            self.run(campaigns.cancel(self.desk.parts, campaign.public_id))
        self.run(erasure.delete(self.desk.parts, campaign.public_id))
        self.campaigns.remove(campaign)
        self.run(erasure.erase_deleted(self.desk.parts))

    @rule(phone=st.sampled_from(PHONES), wait=st.sampled_from([None, 60_000]))
    def dial(self, phone: str, wait: int | None) -> None:
        at = None if wait is None else self.clock.now() + wait
        new = NewCall(Person(phone), AGENT.id, scheduled_at=at)
        made = self.run(single_calls.dial(self.desk.parts, new))
        self.singles.append(made.call.campaign)

    @precondition(lambda self: self.singles)
    @rule(data=st.data())
    def claim_single(self, data: st.DataObject) -> None:
        made = data.draw(st.sampled_from(self.singles[-4:]))
        claimed = self.run(self.desk.claim_single(made))
        if claimed is not None:
            self.calls.append(claimed)

    @precondition(lambda self: self.calls or self.singles)
    @rule(data=st.data())
    def hang_up(self, data: st.DataObject) -> None:
        known = [call.id for call in self.calls[-8:]] + [made.public_id for made in self.singles[-4:]]
        reference = data.draw(st.sampled_from(known))
        try:
            found = self.run(single_calls.hang_up(self.desk.parts, reference))
        except DialerError:
            return
        if isinstance(found, SingleCall):
            assert found.campaign.counters.pending == 0
            assert found.campaign.status in OVER

    @rule(which=st.integers(0, 4), phone=st.sampled_from(PHONES))
    def claim(self, which: int, phone: str) -> None:
        campaign = self.campaigns[which % len(self.campaigns)]
        attempt, claimed = self.run(self.desk.claim(campaign, phone))
        if isinstance(claimed, Claimed):
            self.calls.append(Call(attempt, claimed.n))

    @precondition(lambda self: self.calls)
    @rule(
        data=st.data(),
        words=st.lists(
            st.sampled_from(["placed", "ringing", "answered", "dtmf", "receipt", "ended"]), max_size=4
        ),
        healthy=st.booleans(),
    )
    def hear(self, data: st.DataObject, words: list[str], healthy: bool) -> None:  # noqa: FBT001
        call = data.draw(st.sampled_from(self.calls[-8:]))
        self.run(self.desk.hear(call, *(self.word(call, word, data) for word in words), healthy=healthy))

    def word(self, call: Call, word: str, data: st.DataObject) -> Word:
        now = self.clock.now()
        plain: dict[str, Word] = {
            "placed": Placed("c"),
            "ringing": Ringing(call.id, now),
            "answered": Answered(call.id, now),
            "dtmf": Dtmf(call.id, now, "1"),
        }
        if word == "receipt" and self.run(self.desk.attempt(call)).channel is Channel.SMS:
            return SmsStatus(call.id, now, data.draw(st.sampled_from(["delivered", "undelivered"])))
        if word in plain:
            return plain[word]
        state = data.draw(st.sampled_from(sorted(CARRIERS_WORD - {AttemptState.SENT})))
        failure = data.draw(st.sampled_from(Failure)) if state is AttemptState.FAILED else None
        return Ended(call.id, now, state, failure, message_left=data.draw(st.booleans()))

    @precondition(lambda self: self.calls)
    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        call = data.draw(st.sampled_from(self.calls[-3:]))
        self.run(self.desk.hear(call, self.word(call, "ended", data)))

    @precondition(lambda self: self.calls)
    @rule(
        data=st.data(),
        state=st.sampled_from(
            [
                AttemptState.UNCERTAIN,
                AttemptState.NOT_PLACED,
                AttemptState.UNKNOWN,
                AttemptState.ENDED_UNKNOWN,
            ]
        ),
    )
    def silence(self, data: st.DataObject, state: AttemptState) -> None:
        call = data.draw(st.sampled_from(self.calls[-8:]))
        if state is AttemptState.UNCERTAIN:
            self.run(self.desk.doubt(call))
        else:
            failure = data.draw(st.sampled_from(Failure)) if state is AttemptState.NOT_PLACED else None
            self.run(self.desk.give_up(call, state, failure))

    @rule(seconds=st.sampled_from([1, 70, 400, 4000]))
    def time_passes(self, seconds: int) -> None:
        async def scheduler() -> None:
            await self.clock.advance(seconds)
            await starts.start_due(self.desk.parts)
            await starts.expire_due(self.desk.parts)
            await erasure.erase_deleted(self.desk.parts)

        self.run(scheduler())

    @invariant()
    def it_adds_up(self) -> None:
        if self.campaigns:
            self.run(self.desk.audit())

    def teardown(self) -> None:
        self.run(self.stack.aclose())
        self.runner.close()


TestService = Service.TestCase
TestService.settings = settings(
    max_examples=15, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
