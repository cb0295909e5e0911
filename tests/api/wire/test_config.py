"""`config` of a campaign's body."""

import json
from typing import Any

import pytest

from dialer.domain.call import Outcome
from dialer.domain.campaign import CampaignConfig, read_config
from dialer.domain.clock import HOUR, MINUTE
from tests.api.wire.bodies import NOW, create, faults


class TestConfig:
    def config(self, **fields: Any) -> CampaignConfig:
        return create(config=fields).new.config

    def faults(self, **fields: Any) -> set[tuple[str | int, ...]]:
        return set(faults(config=fields))

    @pytest.mark.parametrize(
        "retry",
        [
            {"enabled": True, "intervalsMinutes": [5, 5, 5]},
            {"intervals_minutes": [5, 5, 5]},
            {"enabled": True, "intervalMinutes": 5, "maxAttempts": 3},
            {"enabled": True, "interval_minutes": 5.0, "max_attempts": 3},
            {"intervalsMinutes": [5, 5, 5], "intervals_minutes": [5, 5, 5], "byOutcome": None},
        ],
    )
    def test_every_shape_of_a_retry_rule_is_stored_in_one(self, retry: dict[str, Any]) -> None:
        config = self.config(retry=retry)

        assert config.document == '{"retry":{"enabled":true,"intervalsMinutes":[5,5,5]}}'
        assert config.retry.intervals == (5 * MINUTE,) * 3

    def test_fractions_and_lists_by_outcome_are_kept(self) -> None:
        config = self.config(
            retry={"enabled": True, "intervalsMinutes": [0.5], "by_outcome": {"busy": [5, 15]}}
        )

        assert config.retry.intervals == (30_000,)
        assert config.retry.by_outcome == {Outcome.BUSY: (5 * MINUTE, 15 * MINUTE)}

    def test_a_rule_that_is_off_is_kept_off(self) -> None:
        assert self.config(retry={"enabled": False, "intervalsMinutes": [60]}).retry.intervals == ()

    @pytest.mark.parametrize(
        ("retry", "loc"),
        [
            ({"enabled": True}, ("intervalsMinutes",)),
            ({"enabled": "yes"}, ("enabled",)),
            ({"intervalsMinutes": 5}, ("intervalsMinutes",)),
            ({"intervalsMinutes": [1] * 11}, ("intervalsMinutes",)),
            ({"intervalsMinutes": [-1]}, ("intervalsMinutes", 0)),
            ({"intervalsMinutes": [True]}, ("intervalsMinutes", 0)),
            ({"intervalsMinutes": ["5"]}, ("intervalsMinutes", 0)),
            ({"intervals_minutes": [1, 10**9]}, ("intervalsMinutes", 1)),
            ({"intervalsMinutes": [1], "intervals_minutes": [2]}, ("intervals_minutes",)),
            ({"intervalMinutes": 5}, ()),
            ({"intervalMinutes": 5, "maxAttempts": 11}, ("maxAttempts",)),
            ({"intervalMinutes": 5, "maxAttempts": 2, "intervalsMinutes": [5]}, ()),
            ({"byOutcome": {"answered": [5]}}, ("byOutcome", "answered")),
            ({"byOutcome": {"busy": [1] * 11}}, ("byOutcome", "busy")),
            ({"intervalsMinuts": [5]}, ("intervalsMinuts",)),
            ([5], ()),
        ],
    )
    def test_a_fault_of_a_retry_rule_names_its_place(self, retry: object, loc: tuple[str | int, ...]) -> None:
        assert self.faults(retry=retry) == {("config", "retry", *loc)}

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("escalation", {"webhook": {"url": "https://example.com"}}),
            ("calling_window", {"opens": "09:00"}),
            ("voicemail", True),
            ("recording", "yes"),
            ("consent", "required"),
            ("callingwindow", {}),
            ("on_unknown", "retry"),
            ("on_unknown", "retry_after:0h"),
            ("on_unknown", "retry_after:24"),
            ("on_unknown", "retry_after:\u0662h"),
            ("on_unknown", 24),
            ("expires_at", "2027-01-15T08:00:00Z"),
            ("expires_at", 5),
            ("max_concurrent", 0),
        ],
    )
    def test_a_fault_of_config_names_its_field(self, field: str, value: object) -> None:
        assert self.faults(**{field: value}) == {("config", field)}

    @pytest.mark.parametrize(
        ("field", "value"),
        [("max_calls_per_hour", 5), ("calls_per_second", -1), ("calls_per_second", True), ("cps", 1)],
    )
    def test_a_fault_of_pacing_names_its_field(self, field: str, value: object) -> None:
        assert self.faults(pacing={field: value}) == {("config", "pacing", field)}

    @pytest.mark.parametrize(
        "config",
        [
            {"escalation": {}},
            {"calling_window": {}},
            {"voicemail": {}},
            {"pacing": {"max_calls_per_hour": 0}},
            {"retry": {}},
        ],
    )
    def test_what_is_empty_is_as_if_it_were_absent(self, config: dict[str, Any]) -> None:
        assert create(config=config) == create()

    def test_the_rest_of_config_is_stored_for_the_engine(self) -> None:
        config = self.config(
            pacing={"calls_per_second": 2.5}, expires_at="2027-01-15 14:30", on_unknown="retry_after:24h"
        )

        assert config.calls_per_second == 2.5
        assert config.expires_at == NOW + HOUR
        assert json.loads(config.document)["expires_at"] == "2027-01-15T09:00:00Z"
        assert config.on_unknown_wait == 24 * HOUR
        assert read_config(config.document) == config

    @pytest.mark.parametrize(
        ("given", "stored"),
        [
            ({"detect": True}, {"detect": True, "action": "hangup"}),
            ({"action": "leave_message"}, {"detect": True, "action": "leave_message"}),
            ({"detect": False, "action": "continue"}, {"detect": False, "action": "continue"}),
        ],
    )
    def test_who_says_what_to_do_with_machines_wants_them_detected(
        self, given: dict[str, Any], stored: dict[str, Any]
    ) -> None:
        config = self.config(voicemail=given)

        assert json.loads(config.document)["voicemail"] == stored
        assert config.on_machine == (stored["action"] if stored["detect"] else None)

    def test_a_fault_of_voicemail_names_its_field(self) -> None:
        assert self.faults(voicemail={"action": "shout"}) == {("config", "voicemail", "action")}
        assert self.faults(voicemail={"detect": "yes"}) == {("config", "voicemail", "detect")}

    def test_an_expiry_before_the_schedule_is_a_fault(self) -> None:
        found = faults(scheduled_at="2027-06-02T00:00:00Z", config={"expires_at": "2027-06-01T00:00:00Z"})

        assert list(found) == [("config", "expires_at")]
