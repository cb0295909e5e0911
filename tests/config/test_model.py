import re
from pathlib import Path

import pytest

from dialer.carriers.asterisk.settings import AsteriskSettings
from dialer.config.document import Document
from dialer.config.faults import ANY, known_paths
from dialer.config.load import load
from dialer.domain.phone import NumberCheck
from dialer.domain.policy import Agent, AgentAddress, CallerId, Policy
from tests.config.reading import SHIPPED, faults, read


def test_without_a_file_the_development_defaults_count(tmp_path: Path) -> None:
    config = load(None)

    assert config.source is None
    assert config.policy() == Policy(carrier="sim", carriers=("sim",))
    assert config.agents() == (
        Agent(
            id="ag_c47e7c97_b2f2",
            numeric_id=1,
            name="Follow-up agent",
            voice=True,
            sms=True,
            first_message=None,
            max_duration=0,
            connect=AgentAddress(),
        ),
    )
    assert config.caller_ids() == (
        CallerId("+12025550100", verified=True, default=True, id="pn_56bcf01f", numeric_id=1),
    )
    assert config.database == tmp_path / "dialer.db"
    assert config.warnings() == []


def test_the_shipped_file_says_what_counts_without_one() -> None:
    assert load(SHIPPED).document == load(None).document


def test_the_shipped_file_shows_every_key() -> None:
    shown: set[tuple[str, ...]] = set()
    table: tuple[str, ...] = ()
    for line in SHIPPED.read_text("utf-8").splitlines():
        if match := re.match(r"(?:# )?\[+([a-z_.]+)\]+$", line):
            table = ("carriers",) if match[1].startswith("carriers.") else tuple(match[1].split("."))
        elif match := re.match(r"(?:# )?([a-z_]+) = (.*)$", line):
            shown.add((*table, match[1]))
            shown |= {(*table, match[1], key) for key in re.findall(r"([a-z_]+) = ", match[2])}

    wanted = {tuple(part for part in path if part != ANY) for path in known_paths(Document)}
    sections = {path[:1] for path in wanted}
    assert wanted - sections <= shown


def test_a_file_that_names_no_carrier_dials_nobody_and_says_so() -> None:
    config = read("[http]\nport = 9000\n")

    assert config.policy().carrier is None
    assert config.agents() == ()
    assert config.caller_ids() == ()
    assert config.warnings()[0] == "No carrier is configured: the daemon runs, and dials nobody."


def test_the_only_carrier_needs_no_naming() -> None:
    assert read('[carriers.lab]\nkind = "simulator"\n').policy().carrier == "lab"


def test_two_carriers_need_a_choice() -> None:
    two = '[carriers.a]\nkind = "simulator"\n[carriers.b]\nkind = "simulator"\n'

    assert faults(two) == ("dialing.carrier: name the one that dials; configured: a, b",)


def test_the_dialling_carrier_must_be_configured() -> None:
    assert faults('[dialing]\ncarrier = "pbx"\n') == (
        "dialing.carrier: there is no [carriers.pbx]; configured: none",
    )


def test_a_clock_that_may_never_be_late_could_start_nothing() -> None:
    (fault,) = faults('[dialing]\nmisfire_grace = 0\n[carriers.sim]\nkind = "simulator"\n')

    assert fault.startswith("dialing.misfire_grace: ")


def test_the_policy_follows_the_file() -> None:
    policy = read(
        """
        [numbers]
        check = "valid"
        on_invalid = "reject"
        [dialing]
        max_concurrent = 7
        calls_per_second = 2.5
        ring_timeout = 30
        max_duration = 600
        shutdown_grace = 1
        misfire_grace = 2
        default_timezone = "Europe/Berlin"
        autostart_scheduled = false
        default_message = "Hi."
        [templates]
        on_unfilled = "refuse"
        """
    ).policy()

    assert policy == Policy(
        carrier=None,
        max_concurrent=7,
        calls_per_second=2.5,
        ring_timeout=30,
        max_duration=600,
        shutdown_grace=1,
        misfire_grace=2,
        default_timezone="Europe/Berlin",
        autostart_scheduled=False,
        default_message="Hi.",
        number_check=NumberCheck.VALID,
        reject_unusable=True,
        refuse_unfilled=True,
    )


def test_agents_are_numbered_in_the_order_of_the_file() -> None:
    agents = read(
        """
        [[agents]]
        id = "ag_00000000_0001"
        name = "One"
        max_duration = 90
        first_message = "Hello."
        connect = { kind = "sip", uri = "sip:agent@host:5080" }
        [[agents]]
        id = "ag_00000000_0002"
        name = "Two"
        voice = false
        sms = true
        connect = { kind = "websocket", url = "wss://a/b", client = "c" }
        """
    ).agents()

    assert [(agent.numeric_id, agent.voice, agent.sms, agent.max_duration) for agent in agents] == [
        (1, True, False, 90),
        (2, False, True, 0),
    ]
    assert agents[0].connect == AgentAddress("sip", uri="sip:agent@host:5080")
    assert agents[1].connect == AgentAddress("websocket", url="wss://a/b", client="c")


def test_the_database_lies_relative_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    file = tmp_path / "etc" / "dialer.toml"
    file.write_text('[store]\npath = "data/calls.db"\n', "utf-8")

    config = load(file)

    assert config.database == tmp_path / "etc" / "data" / "calls.db"
    assert config.key_file == tmp_path / "etc" / "data" / "dialer.key"
    config.database.parent.mkdir()
    own = config.database.with_name(f"{config.database.name}.key")
    own.touch()
    assert config.key_file == own


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8080"),
        ("0.0.0.0", "http://127.0.0.1:8080"),
        ("::", "http://[::1]:8080"),
        ("dialer.lan", "http://dialer.lan:8080"),
    ],
)
def test_a_client_on_this_machine_finds_the_daemon(host: str, url: str) -> None:
    assert read(f'[http]\nhost = "{host}"\n').base_url == url


PBX = '[carriers.pbx]\nkind = "asterisk"\npassword = "hush"\n'


def test_a_carrier_of_real_phones_needs_its_regions_written() -> None:
    unsaid = read(PBX)
    assert "compliance.regions is not written" in str(unsaid.refusal())
    assert unsaid.warnings()[0].startswith("No agent is configured")
    assert any(sentence.startswith("The daemon will not start: ") for sentence in unsaid.warnings())

    said = read(f'{PBX}[compliance]\nregions = ["*"]\n')
    assert said.refusal() is None
    assert any("enforces no calling hours" in sentence for sentence in said.warnings())


def test_a_configured_carrier_that_does_not_dial_needs_no_regions() -> None:
    both = read(f'{PBX}[carriers.sim]\nkind = "simulator"\n[dialing]\ncarrier = "sim"\n')

    assert (both.refusal(), both.policy().carrier, both.policy().carriers) == (None, "sim", ("pbx", "sim"))


def test_the_password_of_a_carrier_comes_from_a_file_and_is_never_shown(tmp_path: Path) -> None:
    Path("ari.password").write_text("hush\n", "utf-8")
    config = read('[carriers.pbx]\nkind = "asterisk"\npassword_file = "ari.password"\n')

    settings = config.carriers["pbx"]
    assert isinstance(settings, AsteriskSettings)
    assert settings.password.get_secret_value() == "hush"
    assert "hush" not in config.document.model_dump_json() + repr(config)
