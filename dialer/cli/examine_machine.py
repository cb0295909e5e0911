"""What `dialer doctor` sees of the machine: zone data, the database file, the disk, the clock."""

import itertools
import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo, ZoneInfoNotFoundError

from dialer.config.model import Config
from dialer.domain.checks import Check, fault, ok, warn
from dialer.domain.clock import MINUTE, SECOND, Clock
from dialer.domain.schedule import format_instant
from dialer.service import holds
from dialer.store import audit
from dialer.store.unit import Snapshot

_MIB = 2**20
_TOO_LITTLE = 64 * _MIB
_LITTLE = 1024 * _MIB
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_OTHER_USER = "Run it as the user of the daemon: sudo -u dialer dialer doctor"
_TIMEDATECTL = ("timedatectl", "show", "--property=NTPSynchronized", "--value")
_BEHIND = 2 * SECOND
"""A daemon may have written since the clock was read."""


def zones(config: Config) -> Iterator[Check]:
    name = config.policy().default_timezone
    try:
        ZoneInfo.no_cache(name)
    except (ZoneInfoNotFoundError, OSError, ValueError):
        yield fault("time zones", f"{name} cannot be loaded.", "Install the package tzdata.")
        return
    own = metadata.version("tzdata")
    system = next((folder for folder in TZPATH if Path(folder, name).exists()), None)
    source = f"the system's, in {system}" if system else f"the package tzdata, {own}"
    yield ok("time zones", f"{name} is there; the data is {source}.")


def database(config: Config) -> tuple[Path | None, Check]:
    """The file, where it is there and this user may use it."""
    file = config.database
    try:
        found = file.stat()
    except FileNotFoundError:
        return None, warn("database", f"There is no {file} yet.", "The first `dialer serve` makes it.")
    except OSError as error:
        return None, fault("database", f"{file}: {error.strerror}.", _OTHER_USER)
    if not os.access(file, os.R_OK | os.W_OK):
        return None, fault("database", f"{file} is not this user's.", _OTHER_USER)
    mode = stat.S_IMODE(found.st_mode)
    if mode & _OTHERS:
        return file, fault("database", f"Others can use {file} (mode {mode:o}).", f"chmod 600 {file}")
    return file, ok("database", f"{file}, {found.st_size / _MIB:.1f} MiB, its owner's alone.")


def content(file: Path, clock: Clock) -> list[Check]:
    return audit.findings(file, clock, lambda view: itertools.chain(audit.glance(view), _hold(view)))


def _hold(view: Snapshot) -> Iterator[Check]:
    hold = holds.standing(view)
    if hold is not None:
        yield fault(
            "hold", f"Dialling is held since {format_instant(hold.since)}. {hold.detail}", holds.REMEDY
        )


def disk(config: Config) -> Iterator[Check]:
    folder = config.database.parent
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        yield fault("disk", f"{folder}: {error.strerror}.", "Make the folder, or change store.path.")
        return
    said = f"{free // _MIB:,} MiB are free in {folder}."
    if free < _TOO_LITTLE:
        yield fault("disk", said, "Make room: on a full disk nobody is dialled.")
    elif free < _LITTLE:
        yield warn("disk", said, "Make room: on a full disk nobody is dialled.")
    else:
        yield ok("disk", said)


def time(file: Path | None, clock: Clock) -> Iterator[Check]:
    newest = None if file is None else audit.newest_instant(file, clock)
    now = clock.now()
    if newest is not None and now < newest - _BEHIND:
        minutes = (newest - now) / MINUTE
        detail = (
            f"It says {format_instant(now)}, {minutes:.1f} minutes before the database was last written:"
            " it was set back, or the database comes from another machine."
        )
        yield fault("clock", detail, "Set the clock before you start the daemon.")
    else:
        yield ok("clock", f"It says {format_instant(now)}, which is not before the database's last word.")
    if _is_synchronized() is False:
        yield warn("clock", "It is not synchronized with a time server.", "timedatectl set-ntp true")


def _is_synchronized() -> bool | None:
    """None where the system does not say."""
    program = shutil.which(_TIMEDATECTL[0])
    if program is None:
        return None
    try:
        said = subprocess.run(  # noqa: S603  a program of the system with words of ours
            [program, *_TIMEDATECTL[1:]], capture_output=True, text=True, timeout=5, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return {"yes": True, "no": False}.get(said.stdout.strip())
