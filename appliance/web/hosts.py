"""Host: the box answers to its own names and to private numbers, so that no web page can lead a name of its own here.

Without this a page elsewhere could point its name at the box (DNS rebinding) and read it as if it were its own.
"""

import re
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from sanic import Request

from appliance.errors import Misdirected

ELSEWHERE = "The box does not go by this name. Open it by the name or the number that its console shows."
HOST = re.compile(
    r"(?:\[(?P<six>[0-9A-Fa-f:.]{2,45})(?:%(?:25)?[\w.-]{1,32})?\]|(?P<name>[A-Za-z0-9._-]{1,253}))(?::[0-9]{1,5})?",
    re.ASCII,
)
PRIVATE = [
    ip_network(network)
    for network in (
        "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16",
        "::1/128", "fc00::/7", "fe80::/10",
    )
]  # fmt: skip


def check(request: Request) -> None:
    """Raise Misdirected unless the one Host header names this box."""
    given = [str(host) for host in request.headers.getall("host", [])]
    if len(given) != 1 or not is_own(given[0], request.app.ctx.host_names(), _own_number(request)):
        raise Misdirected(ELSEWHERE)


def is_own(host: str, names: frozenset[str], number: str = "") -> bool:
    """`host` as a header carries it; `number` is the one that the request was sent to, private or not."""
    parts = HOST.fullmatch(host)
    if parts is None:
        return False
    name = (parts["six"] or parts["name"]).lower().removesuffix(".")
    if name in names:
        return True
    address = _number(name)
    return address is not None and (_is_private(address) or address == _number(number))


def names_of_machine() -> frozenset[str]:
    """Those it has without anybody's doing."""
    host = socket.gethostname().lower().rstrip(".")
    return frozenset({"localhost", host, f"{host.split('.')[0]}.local"} - {"", ".local"})


def _is_private(address: IPv4Address | IPv6Address) -> bool:
    return any(address in network for network in PRIVATE)


def _number(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address


def _own_number(request: Request) -> str:
    """No name can be led to a number that is written out, so the box's own may be any."""
    name = request.conn_info.sockname if request.conn_info else None
    return str(name[0]) if isinstance(name, tuple) else ""
