from tests.cli.conftest import Dialer
from tests.cli.lists import draft, value


def test_a_preflight_says_what_a_launch_would_do(served: Dialer) -> None:
    campaign = draft(served, "+12025559900", "+12025559901", options=("--template", "Hi {{nickname}}."))

    ran = served("campaign", "preflight", campaign)

    assert ran.code == 0
    lines = [line.split() for line in ran.out.splitlines()]
    assert ["contacts", "2"] in lines
    assert ["without", "{{nickname}}", "2"] in lines
    assert value(served("campaign", "preflight", campaign, "--json"))["valid"] == 2


def test_a_refusal_is_foretold(served: Dialer) -> None:
    campaign = draft(served, options=("--type", "sms"))

    ran = served("campaign", "preflight", campaign)

    assert "A launch is refused: An SMS campaign needs a message_template." in ran.out


def test_the_stats_of_a_campaign_that_is_done(served: Dialer) -> None:
    campaign = draft(served, "+12025559900", "+12025559901", options=("--launch",))
    served("campaign", "watch", campaign)

    ran = served("campaign", "stats", campaign)

    assert ran.code == 0
    assert "1 answered, 1 busy" in ran.out
    assert "50.0%" in ran.out
    figures = value(served("campaign", "stats", campaign, "--json"))
    assert (figures["calls"], figures["attempts_histogram"], figures["eta"]) == (2, {"1": 2}, None)


def test_the_stats_of_a_draft_are_empty(served: Dialer) -> None:
    assert served("campaign", "stats", draft(served)).code == 0
