"""The address that students type, by name and by number, and the squares that open it."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from markupsafe import Markup
from sanic import Request

from appliance.operations.address import address_of, at
from appliance.operations.interfaces import serves_network
from appliance.parts import parts_of
from appliance.web.qr import qr


@dataclass(frozen=True)
class Way:
    """One address of the box: `typed` as people write it, `qr` an inline SVG that opens it."""

    typed: str
    qr: Markup


def ways(request: Request, path: str = "") -> list[Way]:
    """The best one first; a number follows where that is a name."""
    return [Way(host, qr(f"{request.scheme}://{host}{path}")) for host in hosts(request)]


def on_network(request: Request) -> bool:
    """Whether another device can open the box at all."""
    parts = parts_of(request)
    return parts.announcer.held is not None or serves_network(parts.settings.appliance_host)


def hosts(request: Request) -> list[str]:
    """The announced name and its number; without those, what the teacher used, as it works for them too."""
    parts = parts_of(request)
    held, settings = parts.announcer.held, parts.settings
    if held:
        return [
            at(host, settings.appliance_port).removeprefix("http://") for host in (held.name, held.number)
        ]
    if serves_network(settings.appliance_host) and not serves_network(
        urlsplit(f"//{request.host}").hostname or ""
    ):
        # A teacher at the box itself came by localhost, which leads every phone to itself.
        return [address_of(settings).removeprefix("http://")]
    return [str(request.host)]
