"""The address that people type to reach this box."""

import fcntl
import socket
import struct
from contextlib import suppress
from ipaddress import ip_address

from appliance.operations.interfaces import EVERYWHERE
from appliance.settings import Settings

# From linux/sockios.h: the IPv4 number of an interface.
SIOCGIFADDR = 0x8915
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
            # A network that leads nowhere else, as in most classrooms.
            return _of_an_interface(probe)
        return str(probe.getsockname()[0])


def _of_an_interface(probe: socket.socket) -> str:
    """The first number of each interface; one that it gave itself (169.254…) only where there is no other."""
    found = []
    for _, name in socket.if_nameindex():
        with suppress(OSError):
            answer = fcntl.ioctl(probe, SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
            found.append(ip_address(answer[20:24]))
    others = sorted((number for number in found if not number.is_loopback), key=lambda n: n.is_link_local)
    return str(others[0]) if others else "localhost"


def _is_this_machine(name: str) -> bool:
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
