import pytest

from tests.cli.conftest import Dialer
from tests.cli.lists import draft, value


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
