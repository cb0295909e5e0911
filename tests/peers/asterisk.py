"""A real Asterisk on loopback, with the configuration that `contrib/asterisk` gives to users."""

import base64
import http.client
import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.peers.packages import Tree
from tests.peers.process import free_port, running

CONFIGURATION = Path(__file__).parents[2] / "contrib" / "asterisk"
USER, PASSWORD = "dialer", "secret"
_FOLDERS = ("keys", "run", "log", "spool/tmp", "spool/recording", "db", "cache", "sounds")
_EMPTY = """
acl ccss cdr cel cli cli_aliases cli_permissions codecs dnsmgr dsp extconfig features indications
pjproject pjsip_notify res_pjsip chan_websocket sorcery stasis udptl
"""
"""Files that Asterisk looks for, and runs on its defaults without; missing, it complains."""
_RTP_PORTS = 4000
_FOUND = 200

_ASTERISK_CONF = """[directories]
astcachedir => {home}/cache
astetcdir => {home}/etc
astmoddir => {modules}
astvarlibdir => {root}/var/lib/asterisk
astdbdir => {home}/db
astkeydir => {home}
astdatadir => {root}/usr/share/asterisk
astagidir => {root}/usr/share/asterisk/agi-bin
astspooldir => {home}/spool
astrundir => {home}/run
astlogdir => {home}/log
[options]
nocolor = yes
"""


@dataclass(frozen=True, slots=True)
class Ports:
    ari: int
    sip: int
    trunk: int
    agent: int
    rtp: int

    @property
    def agents_rtp(self) -> int:
        return self.rtp + _RTP_PORTS + 10

    @classmethod
    def free(cls) -> "Ports":
        # RTP takes a range, which nothing gives out; a random one rarely meets another test run's.
        return cls(free_port(), free_port(), free_port(), free_port(), random.randrange(10_000, 24_000, 500))


class Asterisk:
    """It can be stopped and started again; its ports stay."""

    def __init__(self, tree: Tree, home: Path, ports: Ports) -> None:
        self.tree = tree
        self.home = home
        self.ports = ports
        self._running = ExitStack()
        self._configure()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports.ari}"

    @property
    def sounds(self) -> Path:
        return self.home / "sounds"

    @property
    def recordings(self) -> Path:
        return self.home / "spool" / "recording"

    def start(self) -> None:
        command: list[str | Path] = [self.tree.program("asterisk"), "-f", "-C"]
        command.append(self.home / "etc" / "asterisk.conf")
        self._running.enter_context(running(command, self.home, ready=self._answers))

    def stop(self) -> None:
        self._running.close()

    def _configure(self) -> None:
        for name in _FOLDERS:
            (self.home / name).mkdir(parents=True)
        etc = self.home / "etc"
        etc.mkdir()
        for name in _EMPTY.split():
            (etc / f"{name}.conf").touch()
        values = {
            "ARI_PORT": self.ports.ari,
            "ARI_USER": USER,
            "ARI_PASSWORD": PASSWORD,
            "SIP_HOST": "127.0.0.1",
            "SIP_PORT": self.ports.sip,
            "TRUNK_HOST": "127.0.0.1",
            "TRUNK_PORT": self.ports.trunk,
            "TRUNK_USER": USER,
            "TRUNK_PASSWORD": PASSWORD,
            "RTP_FIRST": self.ports.rtp,
            "RTP_LAST": self.ports.rtp + _RTP_PORTS,
            "AGENT_HOST": "127.0.0.1",
            "AGENT_PORT": self.ports.agent,
        }
        for template in CONFIGURATION.glob("*.conf"):
            text = template.read_text()
            for name, value in values.items():
                text = text.replace(f"@{name}@", str(value))
            (etc / template.name).write_text(text)
        (etc / "logger.conf").write_text("[general]\n[logfiles]\nconsole => notice,warning,error\n")
        (etc / "asterisk.conf").write_text(
            _ASTERISK_CONF.format(home=self.home, root=self.tree.root, modules=self.tree.modules)
        )

    def _answers(self) -> bool:
        """ARI speaks, and its channels know the trunk."""
        login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        connection = http.client.HTTPConnection("127.0.0.1", self.ports.ari, timeout=2)
        try:
            connection.request(
                "GET", "/ari/endpoints/PJSIP/trunk", headers={"Authorization": f"Basic {login}"}
            )
            return connection.getresponse().status == _FOUND
        except OSError:
            return False
        finally:
            connection.close()


@contextmanager
def asterisk(tree: Tree, home: Path, ports: Ports) -> Iterator[Asterisk]:
    """Answers on ARI when this begins."""
    peer = Asterisk(tree, home, ports)
    peer.start()
    try:
        yield peer
    finally:
        peer.stop()
