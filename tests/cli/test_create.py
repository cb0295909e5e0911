from pathlib import Path

import pytest

from tests.cli.conftest import Dialer
from tests.cli.lists import AGENT, draft, people, value


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
