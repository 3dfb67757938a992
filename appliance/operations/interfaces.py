"""Which of this machine's networks the box is announced on."""

import ipaddress
from dataclasses import dataclass
from pathlib import Path

import ifaddr

ROUTES = Path("/proc/self/net/route")
EVERYWHERE = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - compared, not listened on
# Networks inside this machine, or tunnels out of the room: no phone in the class is on them.
INSIDE = (
    "docker",
    "br-",
    "veth",
    "virbr",
    "vnet",
    "lxc",
    "lxd",
    "podman",
    "tun",
    "tap",
    "wg",
    "tailscale",
    "zt",
)
UP = 0x1


@dataclass(frozen=True)
class Network:
    """An interface with one IPv4 address of it; `index` changes when the interface is taken out and put back."""

    interface: str
    index: int
    address: str


def networks() -> list[Network]:
    """Those of this machine, without loopback, as they are right now."""
    return [
        Network(adapter.nice_name, adapter.index or 0, str(ip.ip))
        for adapter in ifaddr.get_adapters()
        for ip in adapter.ips
        if ip.is_IPv4 and not ipaddress.ip_address(str(ip.ip)).is_loopback
    ]


def own_numbers() -> frozenset[bytes]:
    """Every address of this machine as it stands in a packet: what they claim is no stranger's claim."""
    ips = [ip for adapter in ifaddr.get_adapters() for ip in adapter.ips]
    return frozenset(ipaddress.ip_address(ip.ip if isinstance(ip.ip, str) else ip.ip[0]).packed for ip in ips)


def default_interface(routes: Path = ROUTES) -> str:
    """The interface of the cheapest default route; empty without one, as on a box with its own hotspot alone."""
    try:
        rows = [line.split() for line in routes.read_text().splitlines()[1:]]
    except OSError:
        return ""
    defaults = [
        (int(row[6]), row[0])
        for row in rows
        if len(row) > 7 and row[1] == row[7] == "00000000" and int(row[3], 16) & UP
    ]
    return min(defaults)[1] if defaults else ""


def choose(present: list[Network], wanted: str, listens_on: str, default: str) -> Network | None:
    """`wanted` is the operator's interface or number, or empty; `listens_on` is the host the box serves.

    None as long as there is no such network: a hotspot may come up after the box.
    """
    heard = [network for network in present if _answers(network, listens_on)]
    if wanted:
        return next((network for network in heard if wanted in (network.interface, network.address)), None)
    return min(heard, key=lambda network: _rank(network, default), default=None)


def serves_network(host: str) -> bool:
    """Whether others than this machine can reach a box that listens on `host`."""
    try:
        return host in EVERYWHERE or not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() != "localhost"


def _answers(network: Network, listens_on: str) -> bool:
    """A name must not lead to a number where nobody listens."""
    try:
        return listens_on in EVERYWHERE or network.address == str(ipaddress.ip_address(listens_on))
    except ValueError:
        return True


def _rank(network: Network, default: str) -> tuple[bool, bool, bool, bool]:
    number = ipaddress.ip_address(network.address)
    return (
        network.interface != default,
        network.interface.startswith(INSIDE),
        number.is_link_local,
        not number.is_private,
    )
