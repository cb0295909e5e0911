"""Reads the configuration: the file, then systemd's credentials, then the environment."""

import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from pydantic import ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict, SettingsError

from dialer.config.document import DEVELOPMENT, Document
from dialer.config.faults import BadConfiguration, closest, sentences
from dialer.config.model import Config

Table: TypeAlias = dict[str, Any]

_PREFIX = "DIALER_"
_PLACES = (Path("config.toml"), Path("/etc/dialer/config.toml"))


class _Environment(Document, BaseSettings):
    model_config = SettingsConfigDict(env_prefix=_PREFIX, env_nested_delimiter="__", env_ignore_empty=True)


def find(path: Path | None = None) -> Path | None:
    """The file that counts: the one named, `DIALER_CONFIG`, `./config.toml`, `/etc/dialer/config.toml`."""
    named = path or os.environ.get("DIALER_CONFIG")
    if named:
        return Path(named)
    return next((place for place in _PLACES if place.is_file()), None)


def load(path: Path | None) -> Config:
    """The configuration of this file, or without one the development defaults.

    Raises BadConfiguration with every fault at once.
    """
    directory = path.absolute().parent if path else Path.cwd()
    given = _read(path) if path else _merge({}, DEVELOPMENT)
    faults: list[str] = []
    given = _merge(given, _credentials())
    given = _merge(given, _environment(faults))
    _read_secret_files(given, directory, (), faults)
    try:
        document = Document.model_validate(given)
    except ValidationError as error:
        faults += sentences(error, given, Document)
        raise BadConfiguration([*faults, *_carrier_faults(given)]) from None
    faults += _carrier_faults(given)
    if faults:
        raise BadConfiguration(faults)
    return Config(document, path, directory)


def _read(path: Path) -> Table:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        fault = f"There is no configuration file {path}."
    except OSError as error:
        fault = f"{path} cannot be read: {error.strerror}."
    except UnicodeDecodeError:
        fault = f"{path} is not UTF-8 text."
    except tomllib.TOMLDecodeError as error:
        fault = f"{path} is not TOML: {error}."
    raise BadConfiguration([fault])


def _merge(below: Table, above: Mapping[str, Any]) -> Table:
    """Tables are merged, everything else of `above` replaces."""
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        if isinstance(value, Mapping):
            value = _merge(under if isinstance(under, dict) else {}, value)  # noqa: PLW2901
        merged[key] = value
    return merged


def _credentials() -> Table:
    """What `LoadCredential=` of systemd hands over: a file `<section>__<key>` holds the value of that key."""
    found: Table = {}
    directory = os.environ.get("CREDENTIALS_DIRECTORY")
    for file in sorted(Path(directory).glob("*__*")) if directory else ():
        *tables, key = file.name.split("__")
        table = found
        for name in tables:
            table = table.setdefault(name, {})
        table[key] = file.read_text("utf-8").strip()
    return found


def _environment(faults: list[str]) -> Table:
    faults += _unknown_variables()
    try:
        return EnvSettingsSource(_Environment)()
    except SettingsError as error:
        text = getattr(error.__cause__, "doc", None)
        culprits = [name for name, value in os.environ.items() if value == text and name.startswith(_PREFIX)]
        faults.append(f"{', '.join(culprits)}: a list or a table is written as JSON here")
        return {}


def _unknown_variables() -> Iterator[str]:
    sections = {(name.upper(),) for name in Document.model_fields}
    for variable in sorted(os.environ):
        section, nested, rest = variable.removeprefix(_PREFIX).partition("__")
        if variable.startswith(_PREFIX) and nested and (section.upper(),) not in sections:
            guess = closest((section.upper(),), sections)
            more = f"; did you mean {_PREFIX}{guess[0]}__{rest}?" if guess else ""
            yield f"{variable}: there is no section {section.lower()}{more}"


def _read_secret_files(table: Table, directory: Path, place: tuple[str, ...], faults: list[str]) -> None:
    """Puts the content of the file named by `<key>_file` in the place of `<key>`."""
    for key, value in list(table.items()):
        where = ".".join((*place, key))
        if isinstance(value, dict):
            _read_secret_files(value, directory, (*place, key), faults)
        elif key.endswith("_file") and isinstance(value, str):
            plain = key.removesuffix("_file")
            del table[key]
            if plain in table:
                faults.append(f"{where}: {plain} is set too; keep one of them")
                continue
            try:
                table[plain] = (directory / value).read_text("utf-8").strip()
            except (OSError, UnicodeDecodeError):
                faults.append(f"{where}: {directory / value} cannot be read")


def _carrier_faults(given: Table) -> Iterator[str]:
    dialing, carriers = given.get("dialing"), given.get("carriers", {})
    chosen = dialing.get("carrier") if isinstance(dialing, dict) else None
    if not isinstance(carriers, dict):
        return
    names = ", ".join(sorted(carriers)) or "none"
    if isinstance(chosen, str) and chosen not in carriers:
        yield f"dialing.carrier: there is no [carriers.{chosen}]; configured: {names}"
    if chosen is None and len(carriers) > 1:
        yield f"dialing.carrier: name the one that dials; configured: {names}"
