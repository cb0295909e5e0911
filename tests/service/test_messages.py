from dataclasses import replace

import pytest

from dialer.domain.campaign import Campaign
from dialer.domain.contact import Person
from dialer.domain.policy import Agent
from dialer.service.messages import render
from tests.service.desk import ALICE, Desk

DEFAULT = "Hello from nobody."


@pytest.fixture
async def campaign(desk: Desk) -> Campaign:
    return replace(await desk.draft(ALICE), name="Spring")


def test_the_campaigns_template_comes_before_the_agents_and_the_default(
    campaign: Campaign, agent: Agent
) -> None:
    talkative = replace(agent, first_message="Agent speaking.")
    silent = replace(campaign, message_template=None)

    assert render(campaign, talkative, Person(ALICE, name="Ada"), DEFAULT) == "Hi Ada."
    assert render(silent, talkative, Person(ALICE), DEFAULT) == "Agent speaking."
    assert render(silent, agent, Person(ALICE), DEFAULT) == DEFAULT


@pytest.mark.parametrize(
    ("template", "person", "expected"),
    [
        ("{{first_name}} {{last_name}}", Person(ALICE, "Ada", "Lovelace"), "Ada Lovelace"),
        ("{{name}}", Person(ALICE, "Ada", "Lovelace"), "Ada Lovelace"),
        ("{{phone}} {{email}}", Person(ALICE, email="a@b.c"), f"{ALICE} a@b.c"),
        ("{{city}}", Person(ALICE, variables='{"city": "Ulm"}'), "Ulm"),
        ("{{n}} {{yes}} {{no}}.", Person(ALICE, variables='{"n": 3, "yes": true, "no": null}'), "3 true."),
        ("{{name}}", Person(ALICE, name="Ada", variables='{"name": "Eve"}'), "Ada"),
        ("{{name}}", Person(ALICE, variables='{"name": "Eve"}'), "Eve"),
        ("{{agent_name}} of {{campaign_name}}", Person(ALICE), "Follow-up of Spring"),
        ("{{agent_name}}", Person(ALICE, variables='{"agent_name": "Max"}'), "Max"),
        ("{{name}}", Person(ALICE, name="{{phone}}"), "phone"),
        ("Hi {{who | there}}.", Person(ALICE), "Hi there."),
        ("Hi {{who}}.", Person(ALICE), "Hi."),
    ],
)
def test_the_persons_own_fields_come_first(
    campaign: Campaign, agent: Agent, template: str, person: Person, expected: str
) -> None:
    assert render(replace(campaign, message_template=template), agent, person, DEFAULT) == expected
