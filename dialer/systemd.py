"""Tells systemd how the service is (sd_notify(3)); says nothing where systemd does not ask."""

import os
import socket


class Notifier:
    """Sends datagrams to `$NOTIFY_SOCKET`; an address that starts with `@` is an abstract one."""

    def __init__(self, address: str | None) -> None:
        self._address = "\0" + address[1:] if address and address.startswith("@") else address

    @classmethod
    def from_environment(cls) -> "Notifier":
        return cls(os.environ.get("NOTIFY_SOCKET"))

    def ready(self) -> None:
        self._send("READY=1")

    def stopping(self) -> None:
        self._send("STOPPING=1")

    def alive(self) -> None:
        """Feeds the watchdog."""
        self._send("WATCHDOG=1")

    def _send(self, message: str) -> None:
        if self._address is None:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as channel:
            try:
                channel.sendto(message.encode(), self._address)
            except BlockingIOError:
                return  # systemd is behind with reading; the next beat tells it
