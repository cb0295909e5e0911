"""SIPp as everybody who is called: behaves as the number says, and counts who rang."""

import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.peers.packages import Tree
from tests.peers.process import free_port, is_taken, running
from tests.peers.scenario import Sounds, scenario
from tests.peers.sound import alaw, key, silence

_INVITED = re.compile(r"INVITE sips?:([^@;]*)@ from(.*) contact(.*)")


@dataclass(frozen=True, slots=True)
class Invitation:
    caller: str
    """The From."""
    contact: str
    """The header X-Contact-Id."""


class Callee:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def invited(self, number: str) -> int:
        """How often this number was rung; a request that was merely sent again is not counted."""
        return len(self.invitations(number))

    def invitations(self, number: str) -> list[Invitation]:
        logs = [path.read_text(errors="replace") for path in self._folder.glob("*_logs.log")]
        every = [found for log in logs for found in _INVITED.finditer(log)]
        return [Invitation(found[2].strip(), found[3].strip()) for found in every if found[1] == number]


@contextmanager
def callee(tree: Tree, folder: Path, port: int, *, user: str, password: str) -> Iterator[Callee]:
    """Takes calls on that port when this begins."""
    sounds = _sounds(tree, folder)
    script = folder / "callee.xml"
    script.write_text(scenario(sounds, user=user, password=password))
    command: list[str | Path] = [
        tree.program("sipp"),
        *("-sf", script, "-i", "127.0.0.1", "-p", str(port)),
        # Without, its control socket listens on every address.
        *("-ci", "127.0.0.1", "-cp", str(free_port(socket.SOCK_DGRAM))),
        *("-mi", "127.0.0.1", "-mp", "30000"),
        *("-aa", "-nostdin", "-trace_err", "-trace_logs"),
    ]
    with running(command, folder, ready=lambda: is_taken(port)):
        yield Callee(folder)


def _sounds(tree: Tree, folder: Path) -> Sounds:
    def said(name: str, text: str, seconds: float) -> Path:
        """So long, then silence: SIPp ends a sound that is over by sending nothing, like a dead line."""
        path = folder / f"{name}.al"
        speech = subprocess.run(
            [tree.program("espeak-ng"), "--stdout", text], check=True, capture_output=True
        ).stdout
        convert: list[str | Path] = [tree.program("sox"), "-t", "wav", "-", "-t", "al", "-r", "8000"]
        convert += ["-c", "1", path, "trim", "0", str(seconds), "pad", "0", "20"]
        subprocess.run(convert, input=speech, check=True, capture_output=True)
        return path

    def pressed(digit: str) -> Path:
        path = folder / f"key_{digit}.al"
        path.write_bytes(alaw(key(digit) + silence(5)))
        return path

    greeting = (
        "You have reached the mailbox of Asha Rao. I am not able to take your call at this moment,"
        " so please leave your name and your number after the tone, and I will call you back."
    )
    return Sounds(
        speech=said("speech", f"Hello, this is a person. {greeting} {greeting}", 30),
        word=said("word", "Hello", 0.7),
        greeting=said("greeting", greeting, 30),
        key_1=pressed("1"),
        key_9=pressed("9"),
    )
