import re
from pathlib import Path

import pytest

from dialer.config.document import Document
from dialer.config.faults import ANY, BadConfiguration, known_paths
from dialer.config.load import find, load
from dialer.config.model import Config
from dialer.domain.phone import NumberCheck
from dialer.domain.policy import Agent, AgentAddress, CallerId, Policy

SHIPPED = Path(__file__).parent.parent / "config.toml"


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("DIALER_CONFIG", "CREDENTIALS_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)


def read(text: str) -> Config:
    file = Path("config.toml").absolute()
    file.write_text(text, "utf-8")
    return load(file)


def faults(text: str) -> tuple[str, ...]:
    with pytest.raises(BadConfiguration) as refused:
        read(text)
    return refused.value.sentences


def test_without_a_file_the_development_defaults_count(tmp_path: Path) -> None:
    config = load(None)

    assert config.source is None
    assert config.policy() == Policy(carrier="sim")
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
    assert config.caller_ids() == (CallerId("+12025550100", verified=True, default=True),)
    assert config.database == tmp_path / "dialer.db"
    assert config.warnings() == []


def test_the_shipped_file_says_what_counts_without_one() -> None:
    assert load(SHIPPED).document == load(None).document


def test_the_shipped_file_shows_every_key() -> None:
    shown: set[tuple[str, ...]] = set()
    table: tuple[str, ...] = ()
    for line in SHIPPED.read_text("utf-8").splitlines():
        if match := re.match(r"(?:# )?\[+([a-z_.]+)\]+$", line):
            table = tuple(match[1].split("."))
        elif match := re.match(r"(?:# )?([a-z_]+) = (.*)$", line):
            shown.add((*table, match[1]))
            shown |= {(*table, match[1], key) for key in re.findall(r"([a-z_]+) = ", match[2])}

    named = {
        ("carriers", "sim") if path[:2] == ("carriers", ANY) else path[:1] for path in known_paths(Document)
    }
    wanted = set()
    for path in known_paths(Document):
        spelled = tuple(part for part in path if part != ANY)
        if path[:2] == ("carriers", ANY):
            spelled = ("carriers", "sim", *path[2:])
        wanted.add(spelled)
    assert {path for path in wanted if path not in named} <= shown


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
        'carriers.a: needs kind = "simulator"',
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
            "[auth]\nrate_limit_per_minute = 600",
            "auth.rate_limit_per_minute: this version limits no request rate; only 0 is accepted",
        ),
        (
            '[webhooks]\nallow_hosts = ["crm.lan"]',
            "webhooks.allow_hosts: this version sends no webhooks; remove the key",
        ),
        (
            '[carriers.pbx]\nkind = "asterisk"\nurl = "http://127.0.0.1:8088"',
            'carriers.pbx: kind = "asterisk" is not supported by this version; use simulator',
        ),
        ('[carriers.x]\nkind = "fax"', "carriers.x: there is no kind 'fax'; use simulator"),
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


def test_the_environment_overrules_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIALER_HTTP__PORT", "0")
    monkeypatch.setenv("DIALER_CARRIERS__SIM__RING_SECONDS", "[0, 0]")
    monkeypatch.setenv("DIALER_COMPLIANCE__PER_NUMBER_CAPS", "false")
    monkeypatch.setenv("DIALER_HTTP__HOST", "")

    config = load(SHIPPED)

    assert config.http.port == 0
    assert config.http.host == "127.0.0.1"
    assert config.carriers["sim"].ring_seconds == (0, 0)


def test_a_fault_of_the_environment_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIALER_HTTP__PORT", "many")
    monkeypatch.setenv("DIALER_HTPP__PORT", "1")
    monkeypatch.setenv("DIALER_URL", "http://127.0.0.1:1")

    assert faults("") == (
        "DIALER_HTPP__PORT: there is no section htpp; did you mean DIALER_HTTP__PORT?",
        "http.port (DIALER_HTTP__PORT): must be a valid integer",
    )


def test_a_list_in_the_environment_is_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIALER_COMPLIANCE__REGIONS", "[*]")

    assert faults("") == ("DIALER_COMPLIANCE__REGIONS: a list or a table is written as JSON here",)


def test_a_value_may_stand_in_a_file_of_its_own() -> None:
    Path("where").write_text("calls.db\n", "utf-8")

    assert read('[store]\npath_file = "where"\n').database.name == "calls.db"


def test_a_value_in_a_file_of_its_own_must_be_readable_and_alone() -> None:
    missing = Path("nowhere").absolute()

    assert faults('[store]\npath_file = "nowhere"\n[http]\nhost = "::1"\nhost_file = "x"\n') == (
        f"store.path_file: {missing} cannot be read",
        "http.host_file: host is set too; keep one of them",
    )


def test_a_credential_of_systemd_overrules_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials" / "carriers__sim__seed").write_text("42\n", "utf-8")
    (tmp_path / "credentials" / "unrelated").write_text("x", "utf-8")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "credentials"))

    assert load(SHIPPED).carriers["sim"].seed == 42


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


def test_the_file_is_looked_for_in_order(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "config.toml").touch()

    assert find() == Path("config.toml")
    monkeypatch.setenv("DIALER_CONFIG", "other.toml")
    assert find() == Path("other.toml")
    assert find(Path("named.toml")) == Path("named.toml")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "There is no configuration file "),
        (b"[http\n", "is not TOML: "),
        (b"\xff", "is not UTF-8 text."),
    ],
)
def test_a_file_that_cannot_be_read_is_told_in_one_sentence(
    tmp_path: Path, content: bytes | None, sentence: str
) -> None:
    file = tmp_path / "broken.toml"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(BadConfiguration, match=sentence):
        load(file)
