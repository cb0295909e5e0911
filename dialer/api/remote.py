"""Where a connection comes from, as what limits are counted by."""

import ipaddress

_ONE_OWNER = 64
"""Bits of an IPv6 address: whoever has one usually has all that begin so."""


def origin(address: str | None) -> str:
    """An IPv4 address, or the network of an IPv6 one; what is neither stays as it is."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return address or ""
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(parsed), _ONE_OWNER), strict=False))
