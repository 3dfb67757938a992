"""What the box claims under one name, and whether it is free: asked as RFC 6762, section 8, wants it.

zeroconf probes for names of services alone; the name that people type is a host's, so the questions are our own.
"""

import asyncio
import random
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address

from zeroconf import (
    DNSAddress,
    DNSIncoming,
    DNSOutgoing,
    DNSQuestion,
    DNSRecord,
    DNSService,
    ServiceInfo,
)

SERVICE = "_http._tcp.local."
GROUP, PORT = "224.0.0.251", 5353
QUERY = 0x0000
IN, UNIQUE = 0x0001, 0x8000
A, ANY = 1, 255
ADDRESS_TYPES = (1, 28)

QUESTIONS = 3
BETWEEN_QUESTIONS = 0.25
AFTER_A_DRAW = 1.0
DRAWS = 4
# Of Linux, and missing in Python's socket: 0 keeps out what other programs' memberships bring in.
IP_MULTICAST_ALL = 49

OwnNumbers = Callable[[], frozenset[bytes]]


@dataclass(frozen=True)
class Claim:
    """`label` is the name without `.local`; `address` is an IPv4 number."""

    label: str
    address: str
    port: int

    @property
    def name(self) -> str:
        return f"{self.label}.local"

    @property
    def host(self) -> str:
        return f"{self.name}."

    @property
    def packed(self) -> bytes:
        return IPv4Address(self.address).packed

    def service(self) -> ServiceInfo:
        return ServiceInfo(
            SERVICE, f"{self.label}.{SERVICE}", self.port,
            properties={"path": "/"}, server=self.host, addresses=[self.packed],
        )  # fmt: skip

    def contradicted_by(self, record: DNSRecord, own: frozenset[bytes]) -> bool:
        """Whether somebody else says this name is theirs; a goodbye claims nothing."""
        if record.ttl == 0:
            return False
        name = record.name.lower()
        if isinstance(record, DNSAddress):
            return name == self.host and record.address not in own | {self.packed}
        if isinstance(record, DNSService):
            return name == f"{self.label}.{SERVICE}" and (record.server.lower(), record.port) != (
                self.host,
                self.port,
            )
        return False

    def outranks(self, theirs: list[DNSRecord]) -> bool:
        """Section 8.2: of two who ask at the same moment the later record wins, and both find the same winner."""
        rivals = sorted((record.type, record.address) for record in theirs if isinstance(record, DNSAddress))
        return [(A, self.packed)] >= rivals


async def is_free(claim: Claim, own: OwnNumbers) -> bool:
    """Takes three quarters of a second when nobody answers. Raises OSError when the network can't be asked."""
    for _ in range(DRAWS):
        ear = await _ask(claim, own)
        if ear.is_taken:
            return False
        if not ear.has_lost:
            return True
        # The winner announces itself meanwhile: then the next question has an answer.
        await asyncio.sleep(AFTER_A_DRAW)
    return False


class _Ear(asyncio.DatagramProtocol):
    """Hears who has the name, and who asks for it at this very moment."""

    def __init__(self, claim: Claim, own: OwnNumbers) -> None:
        self.is_taken = self.has_lost = False
        self.decided = asyncio.Event()
        self._claim, self._own = claim, own

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        message = DNSIncoming(data, address)
        if not message.valid:
            return
        rivals = [record for record in message.answers() if self._claim.contradicted_by(record, self._own())]
        # Section 6: an answer from another port was not sent by a responder.
        if rivals and message.is_response() and address[1] == PORT:
            self.is_taken = True
            self.decided.set()
        elif rivals and message.is_query() and message.is_probe() and not self._claim.outranks(rivals):
            self.has_lost = True
            self.decided.set()


async def _ask(claim: Claim, own: OwnNumbers) -> _Ear:
    loop, ear = asyncio.get_running_loop(), _Ear(claim, own)
    doors: list[asyncio.DatagramTransport] = []
    try:
        # Where another program shares 5353, the kernel gives an answer for one of the two to either: hence a second
        # port, which is ours alone.
        for port in (PORT, 0):
            door, _ = await loop.create_datagram_endpoint(lambda: ear, sock=line(claim.address, "", port))
            doors.append(door)
        await asyncio.sleep(random.uniform(0, BETWEEN_QUESTIONS))  # noqa: S311 - keeps boxes apart, guards nothing
        for _ in range(QUESTIONS):
            doors[0].sendto(_probe(claim), (GROUP, PORT))
            doors[1].sendto(_one_shot(claim), (GROUP, PORT))
            try:
                async with asyncio.timeout(BETWEEN_QUESTIONS):
                    await ear.decided.wait()
            except TimeoutError:
                continue
            break
    finally:
        for door in doors:
            door.close()
    return ear


def line(address: str, bound: str, port: int) -> socket.socket:
    """A line by way of `address`; with port 5353 it hears what is said to the group there."""
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
    try:
        opened.setblocking(False)
        opened.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
        opened.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(address))
        if port:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            opened.setsockopt(socket.IPPROTO_IP, IP_MULTICAST_ALL, 0)
            member = struct.pack("=4s4s", socket.inet_aton(GROUP), socket.inet_aton(address))
            opened.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
        opened.bind((bound, port))
    except OSError:
        opened.close()
        raise
    return opened


def _probe(claim: Claim) -> bytes:
    """Both names, with the records that we would like to have for them."""
    info, out = claim.service(), DNSOutgoing(QUERY)
    for name in (claim.host, info.name):
        out.add_question(DNSQuestion(name, ANY, IN | UNIQUE))
    wanted: list[DNSRecord] = [*info.dns_addresses(), info.dns_service()]
    # Past its method, which takes pointers alone.
    out.authorities.extend(wanted)  # type: ignore[arg-type]
    return out.packets()[0]


def _one_shot(claim: Claim) -> bytes:
    # Told apart by their number: responders pass over a question that they have just heard.
    out = DNSOutgoing(QUERY, multicast=False, id_=random.randrange(1, 0x10000))  # noqa: S311
    out.add_question(DNSQuestion(claim.host, A, IN))
    return out.packets()[0]
