"""Addresses of people are cut until they name a network."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.storage.addresses import network_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.168.4.77", "192.168.4.0"),
        ("10.0.0.0", "10.0.0.0"),
        ("2001:db8:1:2ff:3::4", "2001:db8:1:200::"),
        ("::1", "::"),
        ("fe80::1%wlan0", "fe80::"),
        ("", ""),
        ("not an address", ""),
        ("192.168.4.77:8080", ""),
    ],
)
def test_the_network_is_left_and_the_person_is_not(address: str, network: str) -> None:
    assert network_of(address) == network


@given(st.ip_addresses())
def test_256_neighbours_or_more_share_what_is_kept(address: IPv4Address | IPv6Address) -> None:
    kept = network_of(str(address))
    assert address in ip_network(f"{kept}/{24 if address.version == 4 else 56}")
    assert network_of(kept) == kept


@given(st.text())
def test_whatever_stands_in_its_place_is_never_an_error_and_never_kept_whole(text: str) -> None:
    kept = network_of(text)
    assert kept == "" or ip_address(kept)
