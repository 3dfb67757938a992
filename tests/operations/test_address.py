"""The address that is printed is one that a browser can open."""

import subprocess
import sys
from ipaddress import ip_address
from urllib.parse import urlsplit

import pytest

from appliance.operations.address import address_of
from appliance.settings import settings_from


@pytest.mark.parametrize(
    ("host", "port", "address"),
    [
        ("127.0.0.1", 8080, "http://localhost:8080"),
        ("localhost", 80, "http://localhost"),
        ("::1", 8080, "http://localhost:8080"),
        ("192.168.4.1", 80, "http://192.168.4.1"),
        ("fd00::7", 8080, "http://[fd00::7]:8080"),
        ("classroom.local", 80, "http://classroom.local"),
    ],
)
def test_the_address_follows_from_host_and_port(host: str, port: int, address: str) -> None:
    assert address_of(settings_from({}, appliance_host=host, appliance_port=port)) == address


def test_a_box_for_the_whole_network_names_a_number_of_its_own() -> None:
    host = urlsplit(address_of(settings_from({}, appliance_host="0.0.0.0"))).hostname or ""
    assert host == "localhost" or not ip_address(host).is_unspecified


NETWORK = """
ip link set lo up
ip link add box0 type veth peer name box1 && ip link set box0 up && ip link set box1 up || exit 77
ip address add 169.254.3.4/16 dev box0
ip address add 192.168.7.9/24 dev box1
exec "$0" -c 'from appliance.operations.address import _outward; print(_outward())'
"""


def test_a_network_without_a_router_has_an_address_too() -> None:
    command = ["unshare", "--map-root-user", "--net", "bash", "-c", NETWORK, sys.executable]
    try:
        said = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("unshare is missing: sudo apt install -y util-linux")
    if said.returncode:
        pytest.skip(f"this machine makes no network namespaces: {said.stderr.strip()[-100:]}")
    assert said.stdout == "192.168.7.9\n"
