"""baresip as a voice agent: answers every call by itself, speaks, and records what it hears."""

import socket
import time
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.peers.packages import Tree
from tests.peers.process import free_port, is_taken, running
from tests.peers.sound import Samples, read_wav, silence, tone, write_wav

_ACCOUNT = "<sip:agent@127.0.0.1:{port}>;regint=0;answermode=auto;audio_codecs=PCMA/8000/1\n"
"""One codec: when the other end changes it in a call, the recording ends."""
_CONFIG = """poll_method epoll
sip_listen 127.0.0.1:{port}
sip_trans_def udp
call_local_timeout 120
call_max_calls 64
audio_player aubridge,x
audio_source aufile,{folder}/agent.wav
audio_alert none
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
audio_txmode thread
rtp_ports {rtp}-{rtp_end}
module_path {modules}
module g711.so
module aufile.so
module aubridge.so
module sndfile.so
module_tmp account.so
module_app menu.so
snd_path {folder}
"""
_SPEAKS = 30
"""Seconds."""
_PITCH = 440
_WRITES = 5.0


class SipAgent:
    def __init__(self, folder: Path, port: int) -> None:
        self._folder = folder
        self.uri = f"sip:agent@127.0.0.1:{port}"

    def heard(self) -> Samples:
        """What it heard in its latest call; waits until that recording is finished."""
        deadline = time.monotonic() + _WRITES  # noqa: TID251  a process writes in real time
        while True:
            recordings = self._folder.glob("dump-*-dec.wav")
            try:
                samples = read_wav(max(recordings, key=lambda path: path.stat().st_mtime_ns))
            except (wave.Error, EOFError, ValueError):
                samples = silence(0)
            # Its header says 0 until the file is closed.
            if samples or time.monotonic() > deadline:  # noqa: TID251
                return samples
            time.sleep(0.05)  # noqa: TID251


@contextmanager
def sip_agent(tree: Tree, folder: Path, rtp: int) -> Iterator[SipAgent]:
    """Takes calls when this begins; `rtp` is the first of a hundred ports."""
    port = free_port(socket.SOCK_DGRAM)
    modules = next(tree.root.glob("usr/lib/**/baresip/modules"))
    write_wav(folder / "agent.wav", tone(_SPEAKS, _PITCH))
    (folder / "accounts").write_text(_ACCOUNT.format(port=port))
    (folder / "contacts").touch()
    (folder / "config").write_text(
        _CONFIG.format(port=port, folder=folder, rtp=rtp, rtp_end=rtp + 100, modules=modules)
    )
    command: list[str | Path] = [tree.program("baresip"), "-f", folder]
    with running(command, folder, ready=lambda: is_taken(port)):
        yield SipAgent(folder, port)
