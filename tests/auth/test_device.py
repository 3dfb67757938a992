"""The device cookie and the API token of students."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.auth.device import DEVICE_SECONDS, ApiToken, Device, read, read_api_token, sign, sign_api_token

SECRET, OTHER = b"s" * 32, b"o" * 32
NOW = 1_770_000_000
BENS = Device(class_id=7, student_id=12, since=NOW - 60)
TOKEN = ApiToken(student_id=12, class_id=7, epoch=3, since=NOW - 60)
ids = st.integers(1, 2**53)


@given(ids, ids, ids)
def test_a_device_cookie_says_who_joined(class_id: int, student_id: int, since: int) -> None:
    known = Device(class_id, student_id, since)
    assert read(SECRET, sign(SECRET, known, NOW), NOW) == known


def test_a_device_cookie_is_good_for_180_days() -> None:
    cookie = sign(SECRET, BENS, NOW)
    assert read(SECRET, cookie, NOW + DEVICE_SECONDS - 1) == BENS
    assert read(SECRET, cookie, NOW + DEVICE_SECONDS) is None


def test_a_clock_put_back_does_not_end_a_device_cookie() -> None:
    assert read(SECRET, sign(SECRET, BENS, NOW), NOW - 3 * 365 * 24 * 3600) == BENS


def test_an_api_token_says_student_class_and_epoch() -> None:
    assert read_api_token(SECRET, sign_api_token(SECRET, TOKEN)) == TOKEN


def test_what_another_box_signed_is_nothing_here() -> None:
    assert read(SECRET, sign(OTHER, BENS, NOW), NOW) is None
    assert read_api_token(SECRET, sign_api_token(OTHER, TOKEN)) is None


def test_a_cookie_is_no_token_and_a_token_no_cookie() -> None:
    assert read_api_token(SECRET, sign(SECRET, BENS, NOW)) is None
    assert read(SECRET, sign_api_token(SECRET, TOKEN), NOW) is None


@given(st.data())
def test_one_changed_character_spoils_it(data: st.DataObject) -> None:
    cookie = sign(SECRET, BENS, NOW)
    # The last character of unpadded base64 holds bits that count for nothing.
    place = data.draw(st.integers(0, len(cookie) - 2))
    other = data.draw(st.sampled_from("ABCxyz019-_.").filter(lambda symbol: symbol != cookie[place]))
    assert read(SECRET, cookie[:place] + other + cookie[place + 1 :], NOW) is None


@pytest.mark.parametrize("value", ["", ".", "..", "a.b.c", "\udc80.\ud800.x", "." * 10_000, "ü.ü.ü"])
def test_nonsense_is_nobody(value: str) -> None:
    assert read(SECRET, value, NOW) is None
    assert read_api_token(SECRET, value) is None
