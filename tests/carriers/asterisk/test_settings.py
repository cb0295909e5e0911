import pytest
from pydantic import SecretStr, ValidationError

from dialer.carriers.asterisk.settings import AsteriskSettings


def settings(**given: object) -> AsteriskSettings:
    return AsteriskSettings.model_validate({"kind": "asterisk", "password": SecretStr("secret"), **given})


@pytest.mark.parametrize(
    ("strip_plus", "channel"),
    [(False, "PJSIP/+12025550100@trunk"), (True, "PJSIP/12025550100@trunk")],
)
def test_the_number_stands_in_the_dial_string(*, strip_plus: bool, channel: str) -> None:
    assert settings(strip_plus=strip_plus).channel_to("+12025550100") == channel


@pytest.mark.parametrize(
    ("endpoint", "trunk"),
    [
        ("PJSIP/{number}@trunk", ("PJSIP", "trunk")),
        ("PJSIP/trunk/sip:{number}@sip.example", ("PJSIP", "trunk")),
        ("PJSIP/{number}", None),
    ],
)
def test_the_endpoint_is_known_where_the_dial_string_names_it(
    endpoint: str, trunk: tuple[str, str] | None
) -> None:
    assert settings(endpoint=endpoint).trunk == trunk


@pytest.mark.parametrize("fault", [{"endpoint": "PJSIP/trunk"}, {"agent_endpoint": "PJSIP/agent"}])
def test_a_dial_string_that_dials_nobody_is_refused(fault: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match=r"needs \{"):
        settings(**fault)


def test_the_password_is_not_shown() -> None:
    assert "secret" not in str(settings())
