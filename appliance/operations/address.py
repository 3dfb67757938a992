"""The address that people type to reach this box."""

import socket
from ipaddress import ip_address

from appliance.settings import Settings

# Reserved for documentation: nothing is sent there, the kernel only says which way it would go.
ELSEWHERE = ("192.0.2.1", 9)


def address_of(settings: Settings) -> str:
    """Without a slash at the end. A box that serves the whole network names its own number there."""
    host, port = settings.appliance_host, settings.appliance_port
    name = _outward() if host in ("0.0.0.0", "::", "") else host  # noqa: S104 - compared, not listened on
    if _is_this_machine(name):
        name = "localhost"
    elif ":" in name:
        name = f"[{name}]"
    return f"http://{name}" if port == 80 else f"http://{name}:{port}"


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
