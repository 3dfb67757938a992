"""Host: which names the box answers to, and what a page elsewhere gets that points its name here."""

import socket
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import StartRefused
from appliance.inference.scripted import ScriptedEngine
from appliance.settings import Settings, settings_from
from appliance.web.hosts import PRIVATE, is_own, names_of_machine
from tests.conftest import Cast, Clock, School, started
from tests.web.conftest import send_raw

NAMES = frozenset({"localhost", "classroom.local", "classroom-2.local"})
PORTS = st.one_of(st.just(""), st.integers(0, 65535).map(lambda port: f":{port}"))


def private(number: IPv4Address | IPv6Address) -> bool:
    return any(number in network for network in PRIVATE)


@pytest.mark.parametrize(
    "host",
    [
        "localhost", "LOCALHOST:8080", "classroom.local", "Classroom.Local.", "classroom-2.local:80", "127.0.0.1:8080",
        "10.1.2.3", "172.16.0.1", "172.31.255.254:80", "192.168.4.1:8080", "169.254.7.7", "[::1]:8080",
        "[fd12::7]", "[fe80::1]", "[fe80::1%25eth0]:80", "[::ffff:192.168.4.1]",
        "10.1.2.3.",
    ],
)  # fmt: skip
def test_the_boxs_names_and_private_numbers_are_taken(host: str) -> None:
    assert is_own(host, NAMES)


@pytest.mark.parametrize(
    "host",
    [
        "", "evil.example", "classroom.local.evil.example", "localhost.evil.example", "classroom-3.local",
        "8.8.8.8", "172.32.0.1", "192.169.0.1", "100.64.0.1", "0.0.0.0", "[2001:db8::1]", "[::]", "[::ffff:8.8.8.8]",
        "127.1", "0x7f000001", "2130706433", "10.0.0.1 ", " 10.0.0.1", "10.0.0.1,evil.example",
        "localhost:80:80", "localhost:", "localhost:x", "user@localhost", "localhost/", "localhost\\", "[::1", "::1",
        "local\u017fhost", "\u0661\u0660.0.0.1", "localhost\n", "localhost\x00", "classroom.local..", ".", "[]",
    ],
)  # fmt: skip
def test_everything_else_is_not(host: str) -> None:
    assert not is_own(host, NAMES)


@given(st.ip_addresses(v=4), PORTS)
def test_a_number_is_taken_exactly_when_it_is_private(number: IPv4Address, port: str) -> None:
    assert is_own(f"{number}{port}", NAMES) == private(number)


@given(st.ip_addresses(v=6), PORTS)
def test_a_long_number_is_taken_exactly_when_it_is_private(number: IPv6Address, port: str) -> None:
    assert is_own(f"[{number}]{port}", NAMES) == private(number.ipv4_mapped or number)


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
def test_the_number_that_was_called_is_taken_whatever_it_is(number: IPv4Address | IPv6Address) -> None:
    host = f"[{number}]" if isinstance(number, IPv6Address) else str(number)
    assert is_own(host, NAMES, str(number))


@given(st.text(max_size=300))
def test_no_text_breaks_the_check_and_none_but_ours_passes(host: str) -> None:
    letters = set("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.:-_[]%")
    assert not is_own(host, frozenset()) or set(host) <= letters


@given(st.from_regex(r"[a-z0-9-]{1,20}(\.[a-z0-9-]{1,20}){0,3}", fullmatch=True), PORTS)
def test_a_name_is_taken_exactly_when_it_is_one_of_ours(name: str, port: str) -> None:
    # What reads as a number of four parts is one.
    if not name.replace(".", "").isdecimal():
        assert is_own(name + port, NAMES) == (name in NAMES)
        assert is_own(name + port, frozenset({name}))


def test_a_machine_goes_by_localhost_and_its_host_name() -> None:
    assert {"localhost", socket.gethostname().lower()} <= names_of_machine()


async def test_a_page_elsewhere_that_points_its_name_here_reads_nothing(cast: Cast) -> None:
    visitor = cast.visitor(Host="evil.example")
    for path in ("/", "/healthz", "/join", "/static/x"):
        response = await visitor.get(path)
        assert response.status_code == 421, path
        assert "Open it by the name or the number" in response.text
    asked = await visitor.client.get("/healthz", headers={"Accept": "application/json"})
    assert asked.json()["error"] == "misdirected"


async def test_two_host_headers_are_none(cast: Cast) -> None:
    answer = await send_raw(
        cast.url, b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
    )
    assert answer.status in (400, 421)


async def test_the_announced_name_is_taken_before_it_is_announced(cast: Cast) -> None:
    assert (await cast.visitor(Host="classroom.local").get("/privacy")).status_code == 200
    assert (await cast.visitor(Host="classroom-2.local").get("/privacy")).status_code == 421


async def test_a_box_for_the_whole_network_is_not_called_by_the_number_that_says_so(
    settings: Settings, clock: Clock, engine: ScriptedEngine
) -> None:
    wide = replace(settings, appliance_host="0.0.0.0", appliance_mdns="off")
    async with started(wide, clock, engine) as (_, url), httpx.AsyncClient(base_url=url) as client:
        assert (await client.get("/privacy", headers={"Host": "0.0.0.0:8080"})).status_code == 421
        assert (await client.get("/privacy")).status_code == 200


async def test_an_operators_own_names_are_taken(
    settings: Settings, clock: Clock, engine: ScriptedEngine
) -> None:
    more = replace(settings, appliance_hosts="Box.School.Example, chalk.lan.")
    async with started(more, clock, engine) as (app, url), httpx.AsyncClient(base_url=url) as client:
        school = School(app, url, clock, engine)
        assert school.parts.settings.more_hosts == {"box.school.example", "chalk.lan"}
        for host, status in (("box.school.example:80", 200), ("chalk.lan", 200), ("school.example", 421)):
            assert (await client.get("/privacy", headers={"Host": host})).status_code == status


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("APPLIANCE_HOSTS", "http://box.example"),
        ("APPLIANCE_HOSTS", "box.example:80"),
        ("APPLIANCE_HOSTS", "*"),
        ("APPLIANCE_MDNS_NAME", "classroom.local"),
        ("APPLIANCE_MDNS_NAME", ""),
        ("APPLIANCE_MDNS_NAME", "-a"),
        ("APPLIANCE_MDNS_NAME", "x" * 61),
        ("APPLIANCE_MDNS", "perhaps"),
    ],
)
def test_a_name_that_cant_be_stops_the_start_with_a_sentence(name: str, value: str) -> None:
    with pytest.raises(StartRefused, match=name):
        settings_from({name: value})
