import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Dialer, Ran

AGENT = "ag_c47e7c97_b2f2"


def people(*numbers: str) -> Path:
    file = Path("people.csv")
    file.write_text(
        "phone,first_name,Plan\n" + "".join(f"{number},Zoë,gold\n" for number in numbers), "utf-8"
    )
    return file


def value(ran: Ran) -> Any:
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def draft(dialer: Dialer, *numbers: str, options: tuple[str, ...] = ()) -> str:
    numbers = numbers or ("+12025559900",)
    made = value(
        dialer("campaign", "create", "--agent", AGENT, "--contacts", people(*numbers), "--json", *options)
    )
    identifier: str = made["id"]
    return identifier


def test_a_list_in_a_file_becomes_a_draft(served: Dialer) -> None:
    ran = served(
        "campaign", "create", "--agent", AGENT, "--contacts", people("+12025559900"), "--name", "May"
    )

    assert ran.code == 0
    assert "(May, 1 contacts) is draft." in ran.out


def test_what_is_not_said_has_a_default(served: Dialer) -> None:
    made = value(served("campaign", "show", draft(served), "--json"))

    assert (made["name"], made["max_concurrent"], made["type"], made["status"]) == (
        "people",
        10,
        "voice",
        "draft",
    )
    assert made["config"] == {}


def test_everything_can_be_said(served: Dialer) -> None:
    options = [
        *(
            "--type",
            "voice",
            "--template",
            "Hello {{ first_name }} of {{ Plan }}.",
            "--timezone",
            "Europe/Berlin",
        ),
        *("--schedule", "2090-03-10T09:00:00Z", "--max-concurrent", "3", "--from", "+12025550100"),
        *("--retry", "0.5,60"),
    ]
    made = value(served("campaign", "show", draft(served, options=tuple(options)), "--json"))

    assert made["message_template"] == "Hello {{ first_name }} of {{ Plan }}."
    assert (made["timezone"], made["scheduled_at"]) == ("Europe/Berlin", "2090-03-10T09:00:00Z")
    assert (made["max_concurrent"], made["from_number"]) == (3, "+12025550100")
    assert made["config"]["retry"]["intervalsMinutes"] == [0.5, 60]


def test_one_line_runs_a_list_to_its_end(served: Dialer) -> None:
    ran = served(
        *("campaign", "create", "--agent", "1", "--contacts", people("+12025559900", "+12025559901")),
        *("--launch", "--watch"),
    )

    assert ran.code == 0
    assert ran.out.splitlines()[0].endswith("(people, 2 contacts) is running.")
    last = ran.out.splitlines()[-1]
    assert last.startswith("completed: 0 pending, 0 in progress, 1 completed, 1 failed; ")
    assert "answered=1" in last
    assert "busy=1" in last
    assert "\x1b" not in ran.out


def test_watching_a_draft_is_a_wrong_use(served: Dialer) -> None:
    ran = served("campaign", "create", "--agent", AGENT, "--contacts", "none.csv", "--watch")

    assert (ran.code, ran.err) == (2, "--watch needs --launch: a draft does not move.\n")


def test_waits_that_are_no_minutes_are_a_wrong_use(served: Dialer) -> None:
    ran = served(
        "campaign", "create", "--agent", AGENT, "--contacts", people("+12025559900"), "--retry", "1h"
    )

    assert (ran.code, ran.err) == (2, "--retry 1h: give minutes, such as 60,300,1440.\n")


def test_faults_of_the_file_are_told_by_line(served: Dialer) -> None:
    ran = served("campaign", "create", "--agent", AGENT, "--contacts", people("+12025559900", "", "12"))

    assert ran.code == 1
    assert ran.out == ""
    assert ran.err.splitlines() == [
        "people.csv line 3: phone is empty",
        "people.csv line 4: '12' is no telephone number: + and 7 to 15 digits, such as +12025550100",
    ]


def test_what_the_daemon_finds_in_the_file_is_told_by_line(served: Dialer) -> None:
    Path("zones.csv").write_text("phone,timezone\n+12025559900,Mars/Base\n", "utf-8")

    ran = served("campaign", "create", "--agent", AGENT, "--contacts", "zones.csv")

    assert ran.code == 1
    assert "zones.csv line 2: timezone: " in ran.err


def test_an_unknown_agent_is_told_in_the_daemons_words(served: Dialer) -> None:
    ran = served("campaign", "create", "--agent", "ag_00000000_0000", "--contacts", people("+12025559900"))

    assert ran.code == 1
    assert "There is no agent 'ag_00000000_0000'." in ran.err


def test_a_refused_launch_leaves_a_draft_and_says_so(served: Dialer) -> None:
    ran = served(
        *("campaign", "create", "--agent", AGENT, "--contacts", people("+12025559900"), "--type", "sms"),
        "--launch",
    )

    assert ran.code == 1
    refused, why = ran.err.splitlines()
    assert refused.endswith("was created and stays a draft, its launch was refused:")
    assert why.startswith("An SMS campaign needs a message_template. Launch it with ")


def test_a_launch_prints_what_the_daemon_has_to_say(served: Dialer) -> None:
    ran = served(
        *("campaign", "create", "--agent", AGENT, "--contacts", people("+12025559900", "+12025559900")),
        *("--launch", "--template", "Hello {{ topic }}"),
    )

    assert ran.code == 0
    assert ran.out.splitlines()[1].startswith("Campaign launched successfully. 1 duplicate contact was")
    assert "{{topic}} stays empty" in ran.out


@pytest.mark.parametrize(
    "options", [("--type", "email"), ("--max-concurrent", "20000"), ("--schedule", "tomorrow")]
)
def test_an_option_that_the_daemon_refuses_is_a_wrong_use_told_once(
    served: Dialer, options: tuple[str, str]
) -> None:
    ran = served("campaign", "create", "--agent", AGENT, "--contacts", people("+12025559900"), *options)

    assert (ran.code, ran.out) == (2, "")
    assert len(ran.err.splitlines()) == 1
    assert ran.err.startswith(options[0].removeprefix("--").replace("-", "_"))


def test_a_query_that_the_daemon_refuses_is_a_wrong_use(served: Dialer) -> None:
    campaign = draft(served)

    for arguments in (
        ("campaign", "list", "--status", "foo"),
        ("campaign", "contacts", campaign, "--status", "foo"),
        ("why", campaign, "garbage"),
    ):
        ran = served(*arguments)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.startswith(("status: must be one of", "phone: must be a number"))


def test_a_launch_that_lacks_something_has_failed(served: Dialer) -> None:
    ran = served("campaign", "launch", draft(served, options=("--type", "sms")))

    assert (ran.code, ran.err) == (1, "message_template: An SMS campaign needs a message_template.\n")


def test_a_list_says_that_there_are_more(served: Dialer) -> None:
    draft(served), draft(served)

    short = served("campaign", "list", "--limit", "1")
    total = value(served("campaign", "list", "--json"))["total"]
    rest = served("campaign", "list", "--limit", "100", "--offset", str(max(total - 1, 0)))

    assert short.err == f"There are more, {total} in all: --offset 1\n"
    assert rest.err == ""


def test_campaigns_are_listed_the_newest_first(served: Dialer) -> None:
    older, newer = draft(served), draft(served)

    listed = value(served("campaign", "list", "--json", "--status", "draft", "--limit", "2"))
    table = served("campaign", "list")

    assert [campaign["id"] for campaign in listed["campaigns"]] == [newer, older]
    assert table.out.index(newer) < table.out.index(older)
    assert table.out.splitlines()[0].split()[:3] == ["ID", "NAME", "STATUS"]


def test_a_campaign_is_shown_value_by_value(served: Dialer) -> None:
    campaign = draft(served)

    ran = served("campaign", "show", campaign)

    assert ran.out.splitlines()[0].split() == ["id", campaign]
    assert "total_contacts" in ran.out


def test_a_campaign_is_launched_paused_resumed_and_cancelled(served: Dialer) -> None:
    slow = [f"+1202555{n}" for n in range(1000, 1040)]
    campaign = draft(served, *slow, options=("--max-concurrent", "1"))

    assert served("campaign", "launch", campaign).out.startswith(f"{campaign} is running.")
    assert served("campaign", "pause", campaign, "--hangup").out.startswith(f"{campaign} is paused.")
    assert value(served("campaign", "resume", campaign, "--json"))["status"] == "running"
    assert served("campaign", "cancel", campaign).out.startswith(f"{campaign} is cancelled.")


def test_a_campaign_that_is_over_runs_again_when_told_so(served: Dialer) -> None:
    campaign = draft(served, options=("--launch",))
    assert value(served("campaign", "watch", campaign, "--json"))["run"] == 1

    refused = served("campaign", "launch", campaign)
    again = served("campaign", "launch", campaign, "--force-rerun")

    assert refused.code == 1
    assert again.code == 0
    over = value(served("campaign", "watch", campaign, "--json"))
    assert (over["run"], over["status"], over["completed"]) == (2, "completed", 1)


def test_a_scheduled_campaign_starts_now_when_told_so(served: Dialer) -> None:
    campaign = draft(served, options=("--schedule", "2090-03-10T09:00:00Z"))

    assert value(served("campaign", "launch", campaign, "--json"))["status"] == "launched"
    assert value(served("campaign", "launch", campaign, "--now", "--json"))["status"] == "running"


def test_a_wrong_move_is_told_in_the_daemons_words(served: Dialer) -> None:
    campaign = draft(served)

    ran = served("campaign", "pause", campaign)

    assert ran.code == 1
    assert "draft" in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("verb", ["show", "launch", "pause", "resume", "cancel", "watch", "contacts"])
def test_a_campaign_that_is_not_there_is_said_so(served: Dialer, verb: str) -> None:
    ran = served("campaign", verb, "camp_ffffffff")

    assert (ran.code, ran.out) == (1, "")
    assert "There is no campaign 'camp_ffffffff'." in ran.err


def test_contacts_are_listed_page_by_page(served: Dialer) -> None:
    campaign = draft(served, "+12025559900", "+12025559901", "+12025559902")

    first = served("campaign", "contacts", campaign, "--limit", "2")
    cursor = first.err.removeprefix("There are more: --cursor ").strip()
    second = value(served("campaign", "contacts", campaign, "--cursor", cursor, "--json"))

    assert "+12025559900" in first.out
    assert "+12025559902" not in first.out
    assert [contact["phone"] for contact in second["contacts"]] == ["+12025559902"]
    assert second["contacts"][0]["variables"] == {"Plan": "gold"}


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
