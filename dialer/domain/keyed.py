"""Keyed hashes: what must be recognised again, and never be read back."""

import hashlib
import hmac
import secrets

_BYTES = 32


def new_hash_key() -> str:
    """64 hex digits of the system's randomness."""
    return secrets.token_hex(_BYTES)


def keyed_hash(hash_key: str, text: str) -> str:
    """HMAC-SHA256 (RFC 2104) as 64 hex digits; `hash_key` is what `new_hash_key` made."""
    return hmac.new(
        bytes.fromhex(hash_key), text.encode("utf-8", "surrogatepass"), hashlib.sha256
    ).hexdigest()
