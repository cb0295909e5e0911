"""kill -9 of the daemon at random moments, before a real Asterisk: nobody is rung twice (F2)."""

import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from dialer.carriers.asterisk.settings import AsteriskSettings
from dialer.domain.clock import SystemClock
from tests.daemon.cast import AGENT, database, key
from tests.daemon.desk import sitting_at
from tests.daemon.truth import all_completed, connect
from tests.peers import scenario
from tests.peers.callee import Callee
from tests.phones.calls import number

_KILLS = 50
_SEED = 4
_CODES = ("486", "404", scenario.ANSWERS, scenario.HANGS_UP, scenario.RINGS_FOR_EVER)
_PEOPLE = 300
_AT_ONCE = 8
_REAL = SystemClock()

_CONFIG = """
[http]
port = 0
[logs]
level = "warning"
[dialing]
ring_timeout = 2
max_duration = 10
max_concurrent = 20
[compliance]
regions = ["*"]
[carriers.pbx]
kind = "asterisk"
url = "{url}"
username = "{user}"
password = "{password}"
sounds = "{sounds}"
speech_command = "{speech}"
[[agents]]
id = "{agent}"
name = "Follow-up agent"
[[caller_ids]]
number = "+12025550100"
verified = true
default = true
"""


@contextmanager
def serving(config: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A daemon and its address; killed when this is left."""
    with (
        config.with_name("daemon.log").open("a") as log,
        subprocess.Popen(
            [sys.executable, "-m", "dialer", "serve", "--config", str(config)],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        assert process.stdout is not None
        said = next((line for line in process.stdout if line.startswith("listening on ")), "")
        try:
            yield process, said.removeprefix("listening on ").strip()
        finally:
            process.send_signal(signal.SIGKILL)


async def test_a_daemon_that_is_killed_again_and_again_rings_nobody_twice(
    settings: AsteriskSettings, people: Callee, tmp_path: Path
) -> None:
    chance = random.Random(_SEED)
    config = tmp_path / "config.toml"
    config.write_text(
        _CONFIG.format(
            url=settings.url,
            user=settings.username,
            password=settings.password.get_secret_value(),
            sounds=settings.sounds,
            speech=settings.speech_command,
            agent=AGENT,
        )
    )
    numbers = [number(_CODES[each % len(_CODES)]) for each in range(_PEOPLE)]
    body = {
        "name": "killed",
        "agent_id": AGENT,
        "type": "voice",
        "contacts": numbers,
        "message_template": "Hello.",
        "max_concurrent": _AT_ONCE,
    }
    with serving(config) as (_, url), sitting_at(url, key(config)) as desk:
        created = desk.post("/campaigns", body)
        assert created.status == 201, created.body
        assert desk.post(f"/campaigns/{created.body['id']}/launch").status == 200
        await _REAL.sleep(chance.uniform(0.1, 1.5))
    for _ in range(_KILLS - 1):
        with serving(config):
            await _REAL.sleep(chance.uniform(0.1, 1.5))
    with serving(config) as (daemon, _):
        while not all_completed(database(config), 1):
            assert daemon.poll() is None, config.with_name("daemon.log").read_text()[-2000:]
            await _REAL.sleep(0.2)

    rung = {phone: people.invited(phone) for phone in numbers}
    with closing(connect(database(config))) as db:
        attempts = Counter(row[0] for row in db.execute("SELECT phone FROM attempt"))
        states = Counter(row[0] for row in db.execute("SELECT state FROM attempt"))
    print(states)
    assert {phone: times for phone, times in rung.items() if times > 1} == {}
    assert not {phone for phone, times in rung.items() if times > attempts[phone]}
    assert states["unknown"] + states["ended_unknown"] < _PEOPLE / 2
