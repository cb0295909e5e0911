import pytest

from tests.config.reading import faults, read


def test_every_fault_is_told_at_once() -> None:
    assert faults(
        """
        [http]
        prot = 1
        [htpp]
        port = 1
        [dialing]
        ring_timeout = "x"
        default_timezone = "Mars"
        [[agents]]
        id = "ag_1"
        connect = { kind = "sip" }
        [[agents]]
        id = "ag_00000000_0001"
        name = "A"
        connect = { uri = "sip:x" }
        [[agents]]
        id = "ag_00000000_0002"
        name = "B"
        connect = { kind = "pigeon" }
        [[caller_ids]]
        number = "555"
        [carriers.sim]
        kind = "simulator"
        tiem_scale = 2
        [carriers.a]
        """
    ) == (
        "http.prot: unknown key; did you mean http.port?",
        "dialing.ring_timeout: must be a valid integer",
        "dialing.default_timezone: 'Mars' is no IANA time zone such as Asia/Kolkata",
        "agents.0.id: 'ag_1' is no agent id such as ag_c47e7c97_b2f2 (8 and 4 hex digits)",
        "agents.0.name: is missing",
        "agents.0.connect.uri: is missing",
        "agents.1.connect: needs kind",
        "agents.2.connect: kind must be 'message', 'sip', 'websocket'",
        "caller_ids.0.number: '555' is no number in international form such as +12025550100",
        "carriers.sim.tiem_scale: unknown key; did you mean carriers.sim.time_scale?",
        'carriers.a: needs kind = "simulator" or "asterisk"',
        "htpp: unknown key; did you mean http?",
        "dialing.carrier: name the one that dials; configured: a, sim",
    )


def test_a_key_in_the_wrong_section_is_shown_its_place() -> None:
    assert faults("[http]\nring_timeout = 1\n") == (
        "http.ring_timeout: unknown key; did you mean dialing.ring_timeout?",
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[wallet]\ncurrency = "USD"', "wallet: this version keeps no balance; remove the section"),
        (
            '[compliance]\nwindow = { opens = "09:00", closes = "20:00" }',
            'compliance.window: this version enforces no calling windows; only "always" is accepted',
        ),
        (
            '[compliance]\nregions = ["US"]',
            'compliance.regions: this version refuses no region; only ["*"] is accepted',
        ),
        (
            "[compliance]\nper_number_caps = true",
            "compliance.per_number_caps: this version caps no calls per number; only false is accepted",
        ),
        (
            '[compliance]\nprofile = "us"',
            'compliance.profile: this version has no rules of a country; only "none" is accepted',
        ),
        (
            '[webhooks]\nallow_hosts = ["crm.lan"]',
            "webhooks.allow_hosts: this version sends no webhooks; remove the key",
        ),
        (
            '[carriers.cloud]\nkind = "twilio"',
            'carriers.cloud: kind = "twilio" is not supported by this version; use simulator or asterisk',
        ),
        ('[carriers.x]\nkind = "fax"', "carriers.x: there is no kind 'fax'; use simulator or asterisk"),
    ],
)
def test_what_this_version_lacks_is_refused(text: str, sentence: str) -> None:
    assert faults(text) == (sentence,)


def test_off_is_accepted_for_what_this_version_lacks() -> None:
    config = read(
        """
        [auth]
        rate_limit_per_minute = 0
        [compliance]
        window = "always"
        regions = ["*"]
        per_number_caps = false
        profile = "none"
        [webhooks]
        allow_http = true
        allow_private = true
        [[prices]]
        channel = "voice"
        prefix = "+1"
        per_minute = "0.02"
        """
    )

    assert config.document.prices[0].increment == "60/60"
    assert "[[prices]] has no effect: this version keeps no balance." in config.warnings()


def test_prices_are_checked() -> None:
    assert faults('[[prices]]\nchannel = "voice"\nprefix = "1"\nper_minute = "cheap"\nincrement = "60"') == (
        "prices.0.prefix: '1' is no beginning of a number such as +1 or +4930",
        "prices.0.per_minute: 'cheap' is no amount such as \"0.02\"",
        "prices.0.increment: '60' is no pair of seconds such as 60/60",
    )


def test_agents_and_numbers_stand_once() -> None:
    agent = '[[agents]]\nid = "ag_00000000_0001"\nname = "A"\n'
    number = '[[caller_ids]]\nnumber = "+12025550100"\n'

    assert faults(agent * 2 + number * 2) == (
        "agents: ag_00000000_0001 stands here more than once",
        "caller_ids: +12025550100 stands here more than once",
    )


def test_one_caller_id_is_the_default() -> None:
    two = "".join(f'[[caller_ids]]\nnumber = "+1202555010{n}"\ndefault = true\n' for n in range(2))

    assert faults(two) == ("caller_ids: only one of them can be the default",)


def test_a_websocket_agent_says_where_it_is() -> None:
    agent = '[[agents]]\nid = "ag_00000000_0001"\nname = "A"\nconnect = { kind = "websocket" }\n'

    assert faults(agent) == ("agents.0.connect: needs url (cloud carriers) or client (Asterisk)",)
