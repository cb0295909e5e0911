from tests.cli.conftest import Dialer
from tests.cli.lists import draft, value


def test_why_is_one_sentence(served: Dialer) -> None:
    campaign = draft(served)

    ran = served("why", campaign, "+12025559900")

    assert ran.code == 0
    assert len(ran.out.splitlines()) == 1
    assert "draft" in ran.out
    assert value(served("why", campaign, "+1 202 555 9900", "--json"))["reason"] == ran.out.strip()


def test_why_knows_its_contacts_alone(served: Dialer) -> None:
    campaign = draft(served)

    ran = served("why", campaign, "+12025559999")

    assert (ran.code, ran.err) == (1, f"+12025559999 is no contact of {campaign}.\n")


def test_calls_are_listed_and_shown(served: Dialer) -> None:
    campaign = draft(served, "+12025559900", "+12025559901", options=("--launch",))
    served("campaign", "watch", campaign)

    of_campaign = value(served("call", "list", "--campaign", campaign, "--json"))["calls"]
    newest = value(served("call", "list", "--limit", "1", "--json"))["calls"]

    assert {call["outcome"] for call in of_campaign} == {"answered", "busy"}
    assert newest[0] in of_campaign
    call = of_campaign[0]
    assert value(served("call", "show", call["id"], "--json")) == call
    assert call["id"] in served("call", "show", call["id"]).out
    assert call["id"] in served("call", "list", "--campaign", campaign).out
    assert call["id"] in served("call", "list", "--limit", "100").out


def test_a_call_that_is_not_there_is_said_so(served: Dialer) -> None:
    ran = served("call", "show", "call_0")

    assert (ran.code, ran.err) == (1, "There is no call 'call_0'.\n")
