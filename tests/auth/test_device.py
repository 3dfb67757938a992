"""The device cookie and the API token of students."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.auth.device import DEVICE_SECONDS, read, read_api_token, sign, sign_api_token

SECRET, OTHER = b"s" * 32, b"o" * 32
NOW = 1_770_000_000
ids = st.integers(1, 2**53)


@given(ids, ids)
def test_a_device_cookie_says_who_joined(class_id: int, student_id: int) -> None:
    assert read(SECRET, sign(SECRET, class_id, student_id, NOW), NOW) == (class_id, student_id)


def test_a_device_cookie_is_good_for_180_days() -> None:
    cookie = sign(SECRET, 7, 12, NOW)
    assert read(SECRET, cookie, NOW + DEVICE_SECONDS - 1) == (7, 12)
    assert read(SECRET, cookie, NOW + DEVICE_SECONDS) is None


def test_a_clock_put_back_does_not_end_a_device_cookie() -> None:
    assert read(SECRET, sign(SECRET, 7, 12, NOW), NOW - 3 * 365 * 24 * 3600) == (7, 12)


def test_an_api_token_says_student_class_and_epoch() -> None:
    token = read_api_token(SECRET, sign_api_token(SECRET, student_id=12, class_id=7, epoch=3))
    assert token is not None
    assert (token.student_id, token.class_id, token.epoch) == (12, 7, 3)


def test_what_another_box_signed_is_nothing_here() -> None:
    assert read(SECRET, sign(OTHER, 7, 12, NOW), NOW) is None
    assert read_api_token(SECRET, sign_api_token(OTHER, 12, 7, 3)) is None


def test_a_cookie_is_no_token_and_a_token_no_cookie() -> None:
    assert read_api_token(SECRET, sign(SECRET, 7, 12, NOW)) is None
    assert read(SECRET, sign_api_token(SECRET, 12, 7, 3), NOW) is None


@given(st.data())
def test_one_changed_character_spoils_it(data: st.DataObject) -> None:
    cookie = sign(SECRET, 7, 12, NOW)
    # The last character of unpadded base64 holds bits that count for nothing.
    place = data.draw(st.integers(0, len(cookie) - 2))
    other = data.draw(st.sampled_from("ABCxyz019-_.").filter(lambda symbol: symbol != cookie[place]))
    assert read(SECRET, cookie[:place] + other + cookie[place + 1 :], NOW) is None


@pytest.mark.parametrize("value", ["", ".", "..", "a.b.c", "\udc80.\ud800.x", "." * 10_000, "ü.ü.ü"])
def test_nonsense_is_nobody(value: str) -> None:
    assert read(SECRET, value, NOW) is None
    assert read_api_token(SECRET, value) is None
