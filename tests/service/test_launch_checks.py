from dataclasses import replace
from typing import Any

import pytest

from dialer.domain.call import Channel
from dialer.domain.campaign import Campaign, Counters
from dialer.domain.errors import InvalidInput, NotFound
from dialer.domain.policy import Agent, AgentAddress, CallerId, Policy
from dialer.service.agents import Agents
from dialer.service.launch_checks import choose, reasons_against, unfilled_placeholders
from dialer.service.notices import notices
from dialer.service.numbers import CallerIds
from dialer.service.parts import Parts
from dialer.service.reach import beyond_carrier
from tests.clock import NOON, FakeClock
from tests.engine.network import Network
from tests.service.desk import ALICE, Desk, config

VERIFIED, SECOND, UNVERIFIED = "+12025550100", "+12025550199", "+12025550198"


@pytest.fixture
def parts(parts: Parts, agent: Agent) -> Parts:
    others = [
        replace(agent, id="ag_00000000_0002", numeric_id=2, voice=False),
        replace(agent, id="ag_00000000_0003", numeric_id=3, sms=False),
    ]
    caller_ids = [
        CallerId(SECOND, verified=True),
        CallerId(VERIFIED, verified=True, default=True),
        CallerId(UNVERIFIED, default=True),
    ]
    return replace(parts, agents=Agents([agent, *others]), caller_ids=CallerIds(caller_ids))


@pytest.fixture
async def campaign(desk: Desk) -> Campaign:
    return await desk.draft(ALICE)


def test_agent_and_caller_id_are_resolved(parts: Parts) -> None:
    chosen = choose(parts, "1", Channel.VOICE, None)

    assert (chosen.agent.id, chosen.from_number) == ("ag_c47e7c97_b2f2", VERIFIED)
    assert choose(parts, "1", Channel.VOICE, SECOND).from_number == SECOND


def test_without_a_verified_default_calls_come_from_no_number(parts: Parts) -> None:
    for caller_ids in ([], [CallerId(SECOND, verified=True)], [CallerId(UNVERIFIED, default=True)]):
        bare = replace(parts, caller_ids=CallerIds(caller_ids))
        assert choose(bare, "1", Channel.VOICE, None).from_number is None


def test_every_fault_of_the_choice_is_named(parts: Parts) -> None:
    with pytest.raises(InvalidInput) as refused:
        choose(parts, "ag_00000000_0002", Channel.VOICE, UNVERIFIED)

    assert [(fault.loc, fault.type) for fault in refused.value.faults] == [
        (("agent_id",), "agent_lacks_channel"),
        (("from_number",), "caller_id"),
    ]
    assert "not voice-enabled" in refused.value.faults[0].msg
    assert "not verified" in refused.value.faults[1].msg


def test_an_agent_that_does_not_write_serves_no_sms_campaign(parts: Parts) -> None:
    with pytest.raises(InvalidInput, match="not enabled for SMS"):
        choose(parts, "ag_00000000_0003", Channel.SMS, None)
    assert choose(parts, "ag_00000000_0002", Channel.SMS, None).agent.sms


@pytest.mark.parametrize("reference", ["ag_0", "4", "", "01", "AG_C47E7C97_B2F2"])
def test_an_agent_that_is_not_there_is_not_found(parts: Parts, reference: str) -> None:
    with pytest.raises(NotFound, match="There is no agent"):
        choose(parts, reference, Channel.VOICE, None)


async def test_a_complete_campaign_may_be_launched(parts: Parts, campaign: Campaign) -> None:
    assert reasons_against(parts, campaign, NOON) == []


async def test_every_reason_against_a_launch_is_named(parts: Parts, campaign: Campaign) -> None:
    hopeless = replace(
        campaign,
        counters=Counters(),
        agent_id="ag_00000000_0003",
        channel=Channel.SMS,
        message_template=None,
        from_number=UNVERIFIED,
        config=config(f'{{"expires_at_ms": {NOON}}}'),
    )

    reasons = reasons_against(parts, hopeless, NOON)

    assert [reason.type for reason in reasons] == [
        "no_contacts",
        "agent_lacks_channel",
        "caller_id",
        "no_template",
        "expired",
    ]
    assert all(reason.msg.endswith(".") for reason in reasons)


async def test_an_agent_that_has_gone_is_a_reason(parts: Parts, campaign: Campaign) -> None:
    reasons = reasons_against(parts, replace(campaign, agent_id="ag_0"), NOON)

    assert [(reason.type, reason.msg) for reason in reasons] == [
        ("agent_missing", "There is no agent 'ag_0'. Choose another agent.")
    ]


async def test_an_expiry_that_lies_ahead_is_no_reason(parts: Parts, campaign: Campaign) -> None:
    later = replace(campaign, config=config(f'{{"expires_at_ms": {NOON + 1}}}'))

    assert reasons_against(parts, later, NOON) == []


async def test_a_voice_campaign_needs_no_template(parts: Parts, campaign: Campaign) -> None:
    assert reasons_against(parts, replace(campaign, message_template=None), NOON) == []


def test_placeholders_that_nobody_or_not_everybody_fills_are_counted(campaign: Campaign) -> None:
    template = "{{name}} {{city}} {{topic|work}} {{first_name}} {{phone}} {{agent_name}} {{campaign_name}}"
    asked = replace(
        campaign,
        message_template=template,
        counters=Counters(total=10),
        filled={"name": 10, "city": 7, "topic": 0},
    )

    assert unfilled_placeholders(asked) == {"city": 3, "first_name": 10}
    assert unfilled_placeholders(replace(asked, message_template=None)) == {}


async def test_where_it_is_configured_unfilled_placeholders_refuse_a_launch(
    parts: Parts, campaign: Campaign
) -> None:
    strict = replace(parts, policy=Policy(carrier="sim", refuse_unfilled=True))

    (reason,) = reasons_against(strict, campaign, NOON)

    assert reason.type == "unfilled_placeholders"
    assert reason.msg.startswith("Placeholders stay empty: {{name}} for 1.")
    filled = replace(campaign, filled={"name": 1})
    assert reasons_against(strict, filled, NOON) == []


async def test_otherwise_they_only_warn(parts: Parts, campaign: Campaign) -> None:
    many = replace(
        campaign, counters=Counters(total=10), message_template="{{name}} {{city}}", filled={"city": 4}
    )

    assert notices(many, parts) == [
        "{{name}} stays empty where nobody has a value for it.",
        "{{city}} stays empty where 6 of 10 contacts do not have a value for it.",
    ]


async def test_more_concurrency_than_the_daemon_allows_warns(parts: Parts, campaign: Campaign) -> None:
    wide = replace(campaign, message_template=None, max_concurrent=1001)

    assert notices(wide, parts) == [
        "max_concurrent 1001 is above the daemon's own limit of 1000, which counts."
    ]
    assert notices(replace(wide, max_concurrent=1000), parts) == []


def within(parts: Parts, clock: FakeClock, **changed: Any) -> Parts:
    """Its carrier can do no more than this."""
    network = Network(clock, name="sim")
    network.abilities = replace(network.abilities, **changed)
    return replace(parts, carriers={"sim": network})


def test_a_channel_that_the_carrier_does_not_carry_is_refused(parts: Parts, clock: FakeClock) -> None:
    voice_alone = within(parts, clock, channels=frozenset({Channel.VOICE}))

    with pytest.raises(InvalidInput, match="Carrier sim carries voice alone"):
        choose(voice_alone, "1", Channel.SMS, None)
    choose(voice_alone, "1", Channel.VOICE, None)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        (AgentAddress("sip", uri="sip:a@b"), "cannot connect agent ag_00000000_0009 by sip"),
        (AgentAddress("websocket", url="wss://a"), "only by connect.client"),
        (AgentAddress("websocket", url="wss://a", client="a"), None),
        (AgentAddress(), None),
    ],
)
def test_an_agent_that_the_carrier_cannot_connect_is_refused(
    parts: Parts, agent: Agent, clock: FakeClock, address: AgentAddress, sentence: str | None
) -> None:
    kinds = frozenset({"message", "websocket"})
    here = within(parts, clock, agent_kinds=kinds, agent_needs=frozenset({"client"}))
    here.agents.put(replace(agent, id="ag_00000000_0009", numeric_id=9, connect=address))

    found = beyond_carrier(here, here.agents.get("9"), Channel.VOICE)

    assert (sentence is None) is (found is None)
    assert sentence is None or (found is not None and sentence in found)
    assert beyond_carrier(here, here.agents.get("9"), Channel.SMS) is None
