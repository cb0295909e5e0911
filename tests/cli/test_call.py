from tests.cli.conftest import Dialer
from tests.cli.lists import AGENT, draft, value


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


def test_a_call_is_made_and_waited_for(served: Dialer) -> None:
    call = value(served("call", "dial", "+1 202 555 9900", "--name", "Ann", "--wait", "--json"))
    assert (call["to"], call["status"], call["outcome"]) == ("+12025559900", "completed", "answered")

    ran = served("call", "dial", "+12025559901", "--agent", AGENT, "--var", "topic=tea", "--wait")
    assert ran.code == 0
    first, last = ran.out.splitlines()
    assert first.endswith(" is connecting.")
    assert last.endswith(" is over: busy.")


def test_a_call_that_waits_for_its_time_is_hung_up(served: Dialer) -> None:
    made = value(served("call", "dial", "+12025559900", "--schedule", "2990-01-01T00:00:00Z", "--json"))
    assert made["status"] == "scheduled"
    assert made["id"] in served("call", "list", "--status", "scheduled").out

    assert served("call", "hangup", made["id"]).out == f"{made['id']} is over: cancelled.\n"
    ran = served("call", "hangup", made["id"])
    assert (ran.code, ran.err) == (1, "The call has ended.\n")


def test_a_call_that_was_asked_for_wrongly_ends_with_2(served: Dialer) -> None:
    ran = served("call", "dial", "+12025559900", "--var", "topic")
    assert (ran.code, ran.err) == (2, "--var topic: must be KEY=VALUE.\n")

    ran = served("call", "dial", "911")
    assert ran.code == 2
    assert ran.err.startswith("customer.number: must be + and 7 to 15 digits")


def test_agents_and_numbers_are_listed(served: Dialer) -> None:
    assert value(served("agent", "list", "--json"))["agents"][0]["id"] == AGENT
    assert "Follow-up agent" in served("agent", "list").out
    assert value(served("agent", "show", "1", "--json"))["id"] == AGENT
    assert AGENT in served("agent", "show", "1").out
    assert value(served("number", "list", "--json"))["phone_numbers"][0]["number"] == "+12025550100"
    assert "+12025550100" in served("number", "list").out
