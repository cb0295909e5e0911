from dataclasses import replace

from dialer.api.wire.messages import resumed
from dialer.domain.campaign import CampaignStatus
from tests.api.wire.test_change import campaign


def test_a_resume_says_what_came_of_it() -> None:
    paused = campaign(CampaignStatus.PAUSED)

    assert resumed(replace(paused, status=CampaignStatus.RUNNING)) == "Campaign resumed successfully"
    assert resumed(replace(paused, status=CampaignStatus.LAUNCHED)) == (
        "Campaign resumed; it starts at 2027-01-15T09:00:00Z"
    )
    assert resumed(replace(paused, status=CampaignStatus.COMPLETED)) == (
        "Nobody was left; the campaign is completed."
    )
