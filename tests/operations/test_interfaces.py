"""Which network the box is announced on, for machines of every shape."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.operations.interfaces import (
    Network,
    choose,
    default_interface,
    networks,
    own_numbers,
    serves_network,
)

WIRE = Network("eth0", 2, "10.1.0.5")
HOTSPOT = Network("wlan0", 3, "192.168.4.1")
DOCKER = Network("docker0", 4, "172.17.0.1")
PUBLIC = Network("eth1", 5, "93.184.216.34")
NO_LEASE = Network("eth2", 6, "169.254.10.10")
ALL = [DOCKER, NO_LEASE, PUBLIC, HOTSPOT, WIRE]
HEAD = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"


@pytest.mark.parametrize(
    ("present", "wanted", "listens_on", "default", "chosen"),
    [
        (ALL, "", "0.0.0.0", "eth0", WIRE),
        (ALL, "", "0.0.0.0", "eth1", PUBLIC),
        (ALL, "", "0.0.0.0", "", HOTSPOT),
        ([DOCKER, NO_LEASE], "", "0.0.0.0", "", NO_LEASE),
        ([DOCKER], "", "0.0.0.0", "", DOCKER),
        (ALL, "wlan0", "0.0.0.0", "eth0", HOTSPOT),
        (ALL, "192.168.4.1", "0.0.0.0", "eth0", HOTSPOT),
        (ALL, "wlan1", "0.0.0.0", "eth0", None),
        (ALL, "", "192.168.4.1", "eth0", HOTSPOT),
        (ALL, "eth0", "192.168.4.1", "eth0", None),
        (ALL, "", "fd00::7", "eth0", None),
        (ALL, "", "box.lan", "eth0", WIRE),
        ([], "", "0.0.0.0", "eth0", None),
    ],
)
def test_the_network_that_is_chosen(
    present: list[Network], wanted: str, listens_on: str, default: str, chosen: Network | None
) -> None:
    assert choose(present, wanted, listens_on, default) == chosen


@given(st.permutations(ALL), st.sampled_from(["", "eth0", "wlan0", "docker0"]))
def test_an_operators_choice_is_the_default_routes_or_a_private_one(
    present: list[Network], default: str
) -> None:
    chosen = choose(present, "", "0.0.0.0", default)
    assert chosen is not None
    assert chosen.interface == default if default else chosen in (WIRE, HOTSPOT)


def test_the_cheapest_default_route_counts(tmp_path: Path) -> None:
    routes = tmp_path / "route"
    rows = [
        "eth0\t00000000\t0100A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0",
        "wlan0\t00000000\t0104A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0",
        "tun0\t00000000\t0104A8C0\t0003\t0\t0\t1\t000000FF\t0\t0\t0",
        "eth3\t00000000\t0104A8C0\t0000\t0\t0\t1\t00000000\t0\t0\t0",
        "eth1\t0000A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0",
    ]
    routes.write_text(HEAD + "\n".join(rows) + "\n")
    assert default_interface(routes) == "wlan0"


@pytest.mark.parametrize("text", ["", HEAD, HEAD + "eth0\n"])
def test_without_a_default_route_there_is_no_default_interface(tmp_path: Path, text: str) -> None:
    (tmp_path / "route").write_text(text)
    assert default_interface(tmp_path / "route") == ""
    assert default_interface(tmp_path / "missing") == ""


@pytest.mark.parametrize(
    ("host", "is_served"),
    [
        ("127.0.0.1", False), ("localhost", False), ("::1", False), ("127.8.8.8", False),
        ("0.0.0.0", True), ("::", True), ("", True), ("192.168.4.1", True), ("box.lan", True),
    ],
)  # fmt: skip
def test_only_a_box_for_others_has_a_name(host: str, is_served: bool) -> None:
    assert serves_network(host) == is_served


def test_this_machines_own_networks_are_without_loopback() -> None:
    assert all(not network.address.startswith("127.") for network in networks())
    assert bytes([127, 0, 0, 1]) in own_numbers()
