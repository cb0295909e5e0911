"""Programs from Debian's packages, unpacked into a cache folder: no root, no chroot, nothing installed.

Debian's stable suite has no Asterisk; other suites on the same mirror do. What is unpacked runs on the
unpacked suite's own C library, so it runs beside whatever the machine has.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SUITES = ("forky", "sid", "bullseye")
"""In the order in which they are tried: Asterisk 22 twice, then 16."""

_PACKAGES = ("asterisk", "libc6", "sip-tester", "baresip-core", "espeak-ng", "sox", "libsox-fmt-base")
_PROGRAMS = {
    "asterisk": "usr/sbin/asterisk",
    "sipp": "usr/bin/sipp",
    "baresip": "usr/bin/baresip",
    "espeak-ng": "usr/bin/espeak-ng",
    "sox": "usr/bin/sox",
}
_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_MIRROR = re.compile(r"\bhttps?://\S+/debian/?(?=\s|$)")
_LOADER = "lib*/**/ld-linux-*.so.*"
_WRAPPER = """#!/bin/sh
here=$(cd "$(dirname "$0")/.." && pwd)
export ESPEAK_DATA_PATH="{data}"
exec "{loader}" --library-path "{libraries}" "$here/root/{program}" "$@"
"""


class PeerMissing(Exception):
    """A program that the tests talk to cannot be had; the sentence says what to do."""


@dataclass(frozen=True, slots=True)
class Tree:
    """One suite's unpacked programs."""

    suite: str
    folder: Path

    @property
    def root(self) -> Path:
        return self.folder / "root"

    @property
    def programs(self) -> Path:
        """A folder for PATH."""
        return self.folder / "bin"

    def program(self, name: str) -> Path:
        return self.programs / name

    @property
    def modules(self) -> Path:
        """Asterisk's."""
        return next(self.root.glob("usr/lib/**/asterisk/modules"))


def cache_folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dialer-peers"


def obtain(suites: Sequence[str] = SUITES) -> Tree:
    """The first of the suites that can be had, downloaded once. Raises PeerMissing when none can."""
    faults = []
    for suite in suites:
        folder = cache_folder() / suite
        if (folder / "bin").is_dir():
            return Tree(suite, folder)
        _need_tools()
        try:
            tree = _unpacked(suite)
        except subprocess.CalledProcessError as error:
            faults.append(f"{suite}: {error.stderr.decode(errors='replace').strip()[-400:]}")
        else:
            print(f"the peers of the phone tests come from {suite}", file=sys.stderr)
            return tree
    raise PeerMissing("No suite of Debian gives the phone tests' peers.\n" + "\n".join(faults))


def _need_tools() -> None:
    for tool in ("apt-get", "dpkg-deb", "tar"):
        if shutil.which(tool) is None:
            raise PeerMissing(f"The phone tests unpack Asterisk with {tool}, which is not here.")
    if not _KEYRING.exists():
        raise PeerMissing("The phone tests need Debian's keys: apt install debian-archive-keyring.")


def _unpacked(suite: str) -> Tree:
    folder = cache_folder() / suite
    partial = cache_folder() / f"{suite}.partial.{os.getpid()}"
    try:
        root = partial / "root"
        for name in ("bin", "sbin", "lib", "lib64"):
            # Old suites have both /lib and /usr/lib; newer ones expect the one to be the other.
            (root / "usr" / name).mkdir(parents=True)
            (root / name).symlink_to(f"usr/{name}")
        for package in _downloaded(suite, partial / "apt"):
            _extract(package, root)
        shutil.rmtree(partial / "apt")
        _write_wrappers(partial)
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return Tree(suite, folder)


def _downloaded(suite: str, state: Path) -> list[Path]:
    (state / "lists" / "partial").mkdir(parents=True)
    (state / "cache" / "archives" / "partial").mkdir(parents=True)
    sources = state / "mirror.sources"
    sources.write_text(
        f"Types: deb\nURIs: {_mirror()}\nSuites: {suite}\nComponents: main\nSigned-By: {_KEYRING}\n"
    )
    options = {
        "Dir::Etc::sourcelist": sources,
        "Dir::Etc::sourceparts": "-",
        "Dir::State::lists": state / "lists",
        "Dir::Cache": state / "cache",
        "Dir::State::status": "/dev/null",
        "Debug::NoLocking": "1",
        "APT::Sandbox::User": "",
        "Acquire::Languages": "none",
    }
    apt = ["apt-get", "-qq", "-y"]
    for key, value in options.items():
        apt += ["-o", f"{key}={value}"]
    _run(*apt, "update")
    _run(*apt, "--no-install-recommends", "--download-only", "install", *_PACKAGES)
    return sorted((state / "cache" / "archives").glob("*.deb"))


def _mirror() -> str:
    """The one that this machine is set to."""
    sources = Path("/etc/apt")
    for path in [*sources.glob("sources.list.d/*.sources"), *sources.glob("**/*.list")]:
        if found := _MIRROR.search(path.read_text()):
            return found.group()
    raise PeerMissing("The phone tests find no mirror of Debian in /etc/apt.")


def _extract(package: Path, root: Path) -> None:
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package], stdout=subprocess.PIPE) as files:
        unpack = ["tar", "-x", "--keep-directory-symlink", "--no-same-owner", "-C", str(root)]
        subprocess.run(unpack, stdin=files.stdout, check=True, capture_output=True)


def _write_wrappers(folder: Path) -> None:
    root = folder / "root"
    loader = next(path for path in sorted(root.glob(_LOADER)) if path.is_file())
    libraries = [path for path in (root / "usr" / "lib").glob("*-linux-gnu") if path.is_dir()]
    search = [*libraries, root / "usr" / "lib", *(path / "pulseaudio" for path in libraries)]
    there = [f"$here/{path.relative_to(folder)}" for path in search]
    data = next(path for path in libraries if (path / "espeak-ng-data").is_dir())
    (folder / "bin").mkdir()
    for name, program in _PROGRAMS.items():
        wrapper = folder / "bin" / name
        wrapper.write_text(
            _WRAPPER.format(
                loader=f"$here/{loader.relative_to(folder)}",
                libraries=":".join(there),
                data=f"$here/{data.relative_to(folder)}",
                program=program,
            )
        )
        wrapper.chmod(0o755)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=600)
