"""Addresses of people, cut until they name a network and nobody in it."""

from ipaddress import ip_address, ip_network


def network_of(address: str) -> str:
    """The /24 of an IPv4 address or the /56 of an IPv6 one; empty when it is no address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    return str(ip_network(f"{parsed}/{24 if parsed.version == 4 else 56}", strict=False).network_address)
