"""The configuration as the rest of the program reads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dialer.carriers.simulator.settings import SimulatorSettings
from dialer.config.document import CarrierSettings, Document
from dialer.config.sections import Auth, Http, Logs
from dialer.domain.ids import caller_id_of
from dialer.domain.policy import Agent, CallerId, Policy
from dialer.service.keys import key_file_of

_EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  compared with, not bound to


@dataclass(frozen=True, slots=True)
class Config:
    document: Document
    source: Path | None
    """The file it was read from; None: the development defaults."""
    directory: Path
    """Relative paths start here: the file's own folder, or the working directory without a file."""

    @property
    def http(self) -> Http:
        return self.document.http

    @property
    def auth(self) -> Auth:
        return self.document.auth

    @property
    def logs(self) -> Logs:
        return self.document.logs

    @property
    def carriers(self) -> Mapping[str, CarrierSettings]:
        return self.document.carriers

    @property
    def database(self) -> Path:
        return self.directory / self.document.store.path

    @property
    def backup_folder(self) -> Path:
        return self.database.parent / self.document.store.backups

    @property
    def key_file(self) -> Path:
        """Where the first `serve` leaves the key that it made, or left it.

        `dialer.key` beside the database; where several databases lie in one folder, a later one's is named
        after it.
        """
        own = key_file_of(self.database)
        return own if own.exists() else self.database.with_name("dialer.key")

    @property
    def base_url(self) -> str:
        """Where a client on this machine finds the daemon, unless `http.port` is 0."""
        host = _EVERY_ADDRESS.get(self.http.host, self.http.host)
        shown = f"[{host}]" if ":" in host else host
        return f"http://{shown}:{self.http.port}"

    def policy(self) -> Policy:
        dialing = self.document.dialing
        return Policy(
            carrier=self._carrier(),
            carriers=tuple(self.carriers),
            max_concurrent=dialing.max_concurrent,
            calls_per_second=dialing.calls_per_second,
            ring_timeout=dialing.ring_timeout,
            max_duration=dialing.max_duration,
            shutdown_grace=dialing.shutdown_grace,
            misfire_grace=dialing.misfire_grace,
            default_timezone=dialing.default_timezone,
            autostart_scheduled=dialing.autostart_scheduled,
            default_message=dialing.default_message,
            number_check=self.document.numbers.check,
            reject_unusable=self.document.numbers.on_invalid == "reject",
            recordings_kept=self.document.recordings.keep_days,
            refuse_unfilled=self.document.templates.on_unfilled == "refuse",
        )

    def agents(self) -> tuple[Agent, ...]:
        """In the order of the file; `numeric_id` counts them from 1."""
        return tuple(
            Agent(
                id=entry.id,
                numeric_id=position,
                name=entry.name,
                voice=entry.voice,
                sms=entry.sms,
                first_message=entry.first_message,
                max_duration=entry.max_duration,
                connect=entry.connect.address(),
            )
            for position, entry in enumerate(self.document.agents, 1)
        )

    def caller_ids(self) -> tuple[CallerId, ...]:
        """In the order of the file; `numeric_id` counts them from 1."""
        return tuple(
            CallerId(
                number=entry.number,
                verified=entry.verified,
                default=entry.default,
                id=caller_id_of(entry.number),
                numeric_id=position,
            )
            for position, entry in enumerate(self.document.caller_ids, 1)
        )

    def refusal(self) -> str | None:
        """Why no daemon starts with it, though every value is allowed."""
        name = self._carrier()
        if name is None or isinstance(self.carriers[name], SimulatorSettings):
            return None
        if "regions" in self.document.compliance.model_fields_set:
            return None
        return (
            f'Carrier {name} rings real phones, and compliance.regions is not written: write regions = ["*"]'
            " under [compliance] to say that it may call every country; this version cannot restrict it."
        )

    def warnings(self) -> list[str]:
        """What is allowed and yet worth a second look, as sentences."""
        found = []
        if self._carrier() is None:
            found.append("No carrier is configured: the daemon runs, and dials nobody.")
        if not self.document.agents:
            found.append("No agent is configured: campaigns need one that is made over the API.")
        if not any(entry.default and entry.verified for entry in self.document.caller_ids):
            found.append("No verified caller id is the default: calls carry no number unless asked to.")
        if (refusal := self.refusal()) is not None:
            found.append(f"The daemon will not start: {refusal}")
        if (carrier := self._carrier()) and not isinstance(self.carriers[carrier], SimulatorSettings):
            found.append(
                f"Carrier {carrier} rings real phones, and this version enforces no calling hours, no"
                " do-not-call list and no caps per number: call numbers of your own."
            )
        if self.document.prices:
            found.append("[[prices]] has no effect: this version keeps no balance.")
        if self.logs.phone_numbers == "full":
            found.append("logs.phone_numbers is full: the logs hold personal data.")
        return found

    def _carrier(self) -> str | None:
        if self.document.dialing.carrier is None and len(self.carriers) == 1:
            return next(iter(self.carriers))
        return self.document.dialing.carrier
