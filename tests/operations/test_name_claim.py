"""Whose name it is: what counts as somebody else's claim, and who wins when two ask at once."""

import asyncio
import logging
import socket
from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zeroconf import DNSAddress, DNSRecord, DNSService

from appliance.operations import mdns
from appliance.operations.interfaces import Network
from appliance.operations.mdns import Announced, Announcer, Pace
from appliance.operations.name_claim import Claim
from appliance.settings import settings_from

IN, A = 1, 1
OURS = Claim("classroom", "192.168.4.1", 80)
NUMBERS = st.ip_addresses(v=4).map(str)


def address(number: str, name: str = "classroom.local.", ttl: int = 120) -> DNSAddress:
    return DNSAddress(name, A, IN, ttl, socket.inet_aton(number))


def service(port: int, server: str = "classroom.local.") -> DNSService:
    return DNSService("classroom._http._tcp.local.", 33, IN, 120, 0, 0, port, server)


@pytest.mark.parametrize(
    ("record", "is_claim"),
    [
        (address("192.168.4.2"), True),
        (address("192.168.4.2", "CLASSROOM.local."), True),
        (address("192.168.4.1"), False),
        (address("192.168.4.2", ttl=0), False),
        (address("192.168.4.2", "classroom-2.local."), False),
        (address("10.0.0.5"), False),
        (service(80), False),
        (service(8080), True),
        (service(80, "other.local."), True),
    ],
)
def test_a_claim_is_another_number_or_service_under_our_name(record: DNSRecord, is_claim: bool) -> None:
    # The second number is the box's own, on another network.
    assert OURS.contradicted_by(record, frozenset({IPv4Address("10.0.0.5").packed})) == is_claim


@given(NUMBERS, NUMBERS)
def test_of_two_who_ask_at_once_exactly_one_wins(one: str, other: str) -> None:
    mine, theirs = Claim("classroom", one, 80), Claim("classroom", other, 80)
    outcomes = mine.outranks([address(other)]), theirs.outranks([address(one)])
    assert outcomes in ([(True, True)] if one == other else [(True, False), (False, True)])


@pytest.mark.parametrize(
    ("environment", "is_wanted"),
    [
        ({}, False),
        ({"APPLIANCE_HOST": "0.0.0.0"}, True),
        ({"APPLIANCE_HOST": "192.168.4.1"}, True),
        ({"APPLIANCE_HOST": "0.0.0.0", "APPLIANCE_MDNS": "off"}, False),
        ({"APPLIANCE_MDNS": "on"}, True),
    ],
)
def test_a_name_is_announced_where_there_is_somebody_to_hear_it(
    environment: dict[str, str], is_wanted: bool
) -> None:
    assert mdns.is_wanted(settings_from(environment)) == is_wanted


@pytest.mark.parametrize("network", [None, Network("eth0", 9, "203.0.113.254")])
async def test_what_fails_is_one_line_and_another_try(
    network: Network | None, caplog: pytest.LogCaptureFixture
) -> None:
    """No network at all, and a number that this machine does not have."""
    looked: asyncio.Queue[None] = asyncio.Queue()

    def look() -> Network | None:
        looked.put_nowait(None)
        return network

    told: list[Announced | None] = []
    announcer = Announcer("classroom", 80, look, Pace(jitter=0, look=0.01, after_failure=0.01))
    announcer.tell(told.append)
    with caplog.at_level(logging.INFO, "chalkbox.mdns"):
        task = asyncio.create_task(announcer.run())
        for _ in range(4):
            await asyncio.wait_for(looked.get(), 10)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert (announcer.held, told) == (None, [None])
    assert [record.message.split("=")[0] for record in caplog.records] == ["mdns_failed reason"]
