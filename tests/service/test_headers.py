import json
from dataclasses import replace

from dialer.domain.campaign import Campaign, Origin
from dialer.domain.contact import Person
from dialer.domain.ids import AttemptId, ContactId
from dialer.service.headers import headers
from tests.service.desk import ALICE, Desk


def told(campaign: Campaign, **variables: object) -> dict[str, str]:
    person = Person(ALICE, variables=json.dumps(variables))
    return headers(campaign, ContactId(7), AttemptId("call_1"), person)


async def test_an_agent_is_told_whose_call_it_is_and_the_contacts_variables(desk: Desk) -> None:
    campaign = await desk.draft(ALICE)

    assert told(campaign, topic="tea", paid=True, left=3, note=None, empty=" ") == {
        "X-Campaign-Id": campaign.public_id,
        "X-Contact-Id": "cont_00000007",
        "X-Attempt-Id": "call_1",
        "X-Var-topic": "tea",
        "X-Var-paid": "true",
        "X-Var-left": "3",
    }


async def test_a_single_call_has_no_campaign(desk: Desk) -> None:
    campaign = replace(await desk.draft(ALICE), origin=Origin.CALL)

    assert "X-Campaign-Id" not in told(campaign)


async def test_no_variable_breaks_out_of_its_header(desk: Desk) -> None:
    campaign = await desk.draft(ALICE)

    found = told(
        campaign,
        **{"a)=x,b": "v", "n\r\nX-Evil": "1\r\nX-Evil: 2", "Straße": "ä", "é": "lost", "x" * 99: "y" * 9999},
    )

    assert {name: value for name, value in found.items() if name.startswith("X-Var-")} == {
        "X-Var-a-x-b": "v",
        "X-Var-n-X-Evil": "1X-Evil: 2",
        "X-Var-Stra-e": "ä",
        f"X-Var-{'x' * 64}": "y" * 512,
    }


async def test_of_two_names_that_become_one_the_first_counts(desk: Desk) -> None:
    campaign = await desk.draft(ALICE)

    assert told(campaign, **{"a b": "1", "a-b": "2"})["X-Var-a-b"] == "1"
