"""Idempotency keys: a request that is sent again is answered again, and done once."""

from collections.abc import Callable
from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel

from dialer.service.receipts import Seal, unsealed

T = TypeVar("T")


def sealed(_request: web.Request, _shown: Callable[[T], BaseModel], _status: int = 200) -> Seal[T]:
    """What the handler gives to the service: `shown` turns the transaction's result into the answer."""
    return unsealed
