"""The address that people type to reach this box."""

import socket
from ipaddress import ip_address

from appliance.operations.interfaces import EVERYWHERE
from appliance.settings import Settings

# Reserved for documentation: nothing is sent there, the kernel only says which way it would go.
ELSEWHERE = ("192.0.2.1", 9)


def address_of(settings: Settings) -> str:
    """Without a slash at the end. A box that serves the whole network names its own number there."""
    host = settings.appliance_host
    name = _outward() if host in EVERYWHERE else host
    if _is_this_machine(name):
        name = "localhost"
    elif ":" in name:
        name = f"[{name}]"
    return at(name, settings.appliance_port)


def at(host: str, port: int) -> str:
    """`host` as it stands in an address: a name, or a number that has its brackets already."""
    return f"http://{host}" if port == 80 else f"http://{host}:{port}"


def _outward() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(ELSEWHERE)
        except OSError:
            return "localhost"
        return str(probe.getsockname()[0])


def _is_this_machine(name: str) -> bool:
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
