"""One client of the API, in a process of its own, so that it does not share the daemon's interpreter.

`python -m tests.bench.requests URL KEY BARE` prints as JSON how many milliseconds each answer took, by route.
"""

import http.client
import json
import sys
import time
from urllib.parse import urlsplit

GETS = 2_000
POSTS = 15
CONTACTS = 10_000
AGENT = 1


class _Client:
    def __init__(self, url: str, key: str) -> None:
        where = urlsplit(url)
        self._connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=60)
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def ask(self, method: str, path: str, body: bytes | None = None) -> tuple[float, bytes]:
        """Milliseconds from the request to the last byte of its answer."""
        begun = time.perf_counter()
        self._connection.request(method, path, body, self._headers)
        answer = self._connection.getresponse()
        read = answer.read()
        took = (time.perf_counter() - begun) * 1000
        if answer.status >= http.client.BAD_REQUEST:
            raise RuntimeError(f"{method} {path}: {answer.status} {read[:200]!r}")
        return took, read


def _body(first: int) -> bytes:
    people = [
        {"phone": f"+1303{first * CONTACTS + n:07}", "first_name": "Ann", "variables": {"n": n}}
        for n in range(CONTACTS)
    ]
    return json.dumps({"name": "Large", "agent_id": AGENT, "type": "voice", "contacts": people}).encode()


def main(url: str, key: str, bare: str) -> None:
    client, least = _Client(url, key), _Client(bare, key)
    campaign = json.loads(client.ask("GET", "/campaigns")[1])["campaigns"][0]["id"]
    took: dict[str, list[float]] = {"get": [], "healthz": [], "post": [], "bare": []}
    for _ in range(GETS):
        took["get"].append(client.ask("GET", f"/campaigns/{campaign}")[0])
        took["healthz"].append(client.ask("GET", "/healthz")[0])
    bodies = [_body(number) for number in range(POSTS + 1)]
    client.ask("POST", "/campaigns", bodies.pop())  # the worker process that reads it starts
    for body in bodies:
        took["post"].append(client.ask("POST", "/campaigns", body)[0])
        took["bare"].append(least.ask("POST", "/bare", body)[0])
    print(json.dumps(took))


if __name__ == "__main__":
    main(*sys.argv[1:])
