"""Many clients of one event stream, in a process of their own; it parses nothing, to take little time.

`python -m tests.bench.listeners URL KEY PATH COUNT` says `ready` once each has its snapshot. When
its input ends it says what they got as JSON, and ends.
"""

import json
import selectors
import socket
import sys
from dataclasses import dataclass
from urllib.parse import urlsplit

_BUFFER = 1024 * 1024
_HEAD = 600
"""Bytes: headers have less, with a snapshot it is more."""
_OUTCOME = b"\nevent: contact.settled\n"


@dataclass(slots=True)
class _Client:
    socket: socket.socket
    bytes: int = 0
    over: bool = False


class _Reader:
    """Reads what one client gets, for all of them."""

    def __init__(self) -> None:
        self._tail = b""
        self._body = False
        self.outcomes = 0

    def take(self, more: bytes) -> None:
        if not self._body:
            head, found, more = (self._tail + more).partition(b"\r\n\r\n")
            self._body, self._tail = bool(found), b"" if found else head
        if self._body and more:
            seen = self._tail + more
            self.outcomes += seen.count(_OUTCOME)
            self._tail = seen[-len(_OUTCOME) + 1 :]


def _connect(url: str, key: str, path: str) -> _Client:
    where = urlsplit(url)
    connection = socket.create_connection((where.hostname, where.port or 80))
    head = f"Host: bench\r\nAuthorization: Bearer {key}\r\n"
    connection.sendall(f"GET {path} HTTP/1.0\r\n{head}\r\n".encode())  # 1.0: no chunks to take apart
    connection.setblocking(False)
    return _Client(connection)


def _listen(clients: list[_Client], reader: _Reader) -> dict[str, int]:
    buffer = bytearray(_BUFFER)
    selector = selectors.DefaultSelector()
    selector.register(sys.stdin, selectors.EVENT_READ, None)
    for client in clients:
        selector.register(client.socket, selectors.EVENT_READ, client)
    waiting = {id(client) for client in clients}
    while True:
        for key, _ in selector.select():
            client = key.data
            if client is None:
                return {
                    "outcomes": reader.outcomes,
                    "least_bytes": min(each.bytes for each in clients),
                    "most_bytes": max(each.bytes for each in clients),
                    "dropped": sum(each.over for each in clients),
                }
            size = client.socket.recv_into(buffer)
            if size == 0:
                client.over = True
                selector.unregister(client.socket)
                continue
            client.bytes += size
            if client is clients[0]:
                reader.take(bytes(buffer[:size]))
            if waiting and client.bytes > _HEAD:
                waiting.discard(id(client))
                if not waiting:
                    print("ready", flush=True)


def main(url: str, key: str, path: str, count: str) -> None:
    clients = [_connect(url, key, path) for _ in range(int(count))]
    print(json.dumps(_listen(clients, _Reader())))


if __name__ == "__main__":
    main(*sys.argv[1:])
