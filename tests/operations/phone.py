"""What stands on the network beside the box in the tests: phones that ask, a laptop that browses, a bad neighbour."""

import asyncio
import json
import random
import socket
import struct
import sys
import time
import urllib.request
from collections.abc import Callable

from zeroconf import (
    DNSAddress,
    DNSIncoming,
    DNSOutgoing,
    DNSQuestion,
    IPVersion,
    ServiceStateChange,
    Zeroconf,
)
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

GROUP = ("224.0.0.251", 5353)
SERVICE = "_http._tcp.local."
RESPONSE = 0x8400
IN, UNIQUE, A = 1, 0x8000, 1


def say(**values: object) -> None:
    print(json.dumps(values), flush=True)


def one_shot(name: str) -> None:
    """As Android asks: one question from a port of its own (RFC 6762, section 6.7)."""
    number, began = random.randrange(1, 0x10000), time.perf_counter()
    question = DNSOutgoing(0, multicast=False, id_=number)
    question.add_question(DNSQuestion(name + ".", A, IN))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.settimeout(2)
        line.sendto(question.packets()[0], GROUP)
        try:
            data, sender = line.recvfrom(9000)
        except TimeoutError:
            say(addresses=[])
            return
    answer = DNSIncoming(data, sender)
    found = [
        socket.inet_ntoa(record.address) for record in answer.answers() if isinstance(record, DNSAddress)
    ]
    say(
        addresses=found,
        ms=(time.perf_counter() - began) * 1000,
        same_number=answer.id == number,
        question=[asked.name for asked in answer.questions],
        flush_bits=sum(record.unique for record in answer.answers()),
    )


async def browse(name: str) -> None:
    """As a second python-zeroconf finds the service, and the host that it names."""
    began, found = time.perf_counter(), asyncio.Event()
    wanted = f"{name.removesuffix('.local')}.{SERVICE}"

    def changed(zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:
        if name == wanted:
            found.set()

    async with AsyncZeroconf(ip_version=IPVersion.V4Only) as laptop:
        browser = AsyncServiceBrowser(laptop.zeroconf, SERVICE, handlers=[changed])
        await asyncio.wait_for(found.wait(), 10)
        info = AsyncServiceInfo(SERVICE, wanted)
        assert await info.async_request(laptop.zeroconf, 3000)
        await browser.async_cancel()
    say(
        server=info.server,
        port=info.port,
        addresses=info.parsed_addresses(),
        ms=(time.perf_counter() - began) * 1000,
    )


def listen(name: str) -> None:
    """Every address that anybody gives for the name, with its time to live; until stopped."""
    with member() as line:
        say(listening=True)
        while True:
            data, sender = line.recvfrom(9000)
            message = DNSIncoming(data, sender)
            if message.is_response():
                for record in message.answers():
                    if isinstance(record, DNSAddress) and record.name == name + ".":
                        say(address=socket.inet_ntoa(record.address), ttl=record.ttl, by=sender[0])


def claim(name: str, address: str, stubbornness: str) -> None:
    """A neighbour who says the name is theirs: `once`, or `always` and of every name that is asked for."""
    with member() as line:
        say(claiming=True)
        line.sendto(lie(name + ".", address), GROUP)
        while stubbornness == "always":
            data, sender = line.recvfrom(9000)
            message = DNSIncoming(data, sender)
            names = {asked.name for asked in message.questions}
            names |= {record.name for record in message.answers() if isinstance(record, DNSAddress)}
            for heard in names:
                if sender[0] != address and heard.startswith(name.removesuffix(".local")):
                    line.sendto(lie(heard, address), GROUP)


def garbage(seconds: str) -> None:
    """Bytes that are no message, and messages cut and bent."""
    dice, until = random.Random(7), time.monotonic() + float(seconds)
    whole = lie("elsewhere.local.", "10.9.0.66")
    with member() as line:
        while time.monotonic() < until:
            bent = bytearray(whole[: dice.randrange(1, len(whole) + 1)])
            for _ in range(dice.randrange(1, 6)):
                bent[dice.randrange(len(bent))] = dice.randrange(256)
            line.sendto(dice.choice([bytes(bent), dice.randbytes(dice.randrange(1, 1400))]), GROUP)
            time.sleep(0.002)
    say(done=True)


def fetch(address: str) -> None:
    """A page, by whatever this machine's resolver makes of the name."""
    with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - the test's own box
        say(status=answer.status, body=answer.read(200).decode())


def lie(name: str, address: str) -> bytes:
    out = DNSOutgoing(RESPONSE)
    record = DNSAddress(name, A, IN | UNIQUE, 120, socket.inet_aton(address))
    out.add_answer_at_time(record, 0)
    return out.packets()[0]


def member() -> socket.socket:
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    line.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
    line.bind(("", GROUP[1]))
    line.setsockopt(
        socket.IPPROTO_IP,
        socket.IP_ADD_MEMBERSHIP,
        struct.pack("=4sl", socket.inet_aton(GROUP[0]), socket.INADDR_ANY),
    )
    return line


if __name__ == "__main__":
    asked: dict[str, Callable[..., None]] = {
        "one-shot": one_shot,
        "browse": lambda name: asyncio.run(browse(name)),
        "listen": listen,
        "claim": claim,
        "garbage": garbage,
        "fetch": fetch,
    }
    asked[sys.argv[1]](*sys.argv[2:])
