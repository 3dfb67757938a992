"""Passwords: strength and hashes."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.auth.passwords import LONGEST_LINE, NOBODY, Hasher, check_strength
from appliance.errors import Busy, Invalid

GOOD = "copper kite on a hill"


@pytest.mark.parametrize(
    "password", [GOOD, "пароль из слов", "tr0ub4dor&3x!", "密码密码很长很长的一句话", "x" * 5 + "abcdefgh 9!"]
)
def test_a_long_unusual_password_is_taken(password: str) -> None:
    check_strength(password, "ada.lovelace")


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "password_too_short"),
        ("nine char", "password_too_short"),
        ("a b" * 400, "password_too_long"),
        ("Ada.Lovelace", "password_is_username"),
        ("my ada.lovelace 1!", "password_is_username"),
        ("password123", "password_too_easy"),
        ("P@ssw0rd2024!", "password_too_easy"),
        ("Chalkbox 2025", "password_too_easy"),
        ("1234567890", "password_too_easy"),
        ("0987654321", "password_too_easy"),
        ("qwertyuiop", "password_too_easy"),
        ("aaaaaaaaaaaa", "password_too_easy"),
        ("abc9!abc9!abc9!", "password_too_easy"),
    ],
)
def test_a_weak_password_is_refused_with_its_reason(password: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_strength(password, "ada.lovelace")
    assert (refusal.value.code, refusal.value.field) == (code, "password")


def test_a_short_username_may_begin_an_ordinary_word() -> None:
    check_strength("maple canyon river", "ma")


@given(st.text(max_size=1200), st.text(max_size=20))
def test_any_text_is_either_taken_or_refused_as_invalid(password: str, username: str) -> None:
    try:
        check_strength(password, username)
    except Invalid:
        return
    assert 10 <= len(password) <= 1000


async def test_a_hash_is_argon2id_at_the_agreed_cost_and_salted() -> None:
    hasher = Hasher()
    first, second = await hasher.hash(GOOD), await hasher.hash(GOOD)
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert first != second


async def test_only_the_same_password_verifies() -> None:
    hasher = Hasher()
    kept = await hasher.hash(GOOD)
    assert await hasher.verify(kept, GOOD)
    assert not await hasher.verify(kept, GOOD + " ")
    assert not await hasher.verify(kept, "")


async def test_a_password_typed_with_composed_and_with_separate_accents_is_the_same() -> None:
    hasher = Hasher()
    assert await hasher.verify(await hasher.hash("caf\u00e9 am See 12"), "cafe\u0301 am See 12")


async def test_without_a_hash_nothing_verifies_but_the_work_is_done() -> None:
    hasher = Hasher()
    assert not await hasher.verify(None, GOOD)
    assert NOBODY.split("$")[:4] == (await hasher.hash(GOOD)).split("$")[:4]


@pytest.mark.parametrize("kept", ["", "no hash", "$argon2id$broken"])
async def test_a_damaged_hash_opens_nothing(kept: str) -> None:
    assert not await Hasher().verify(kept, GOOD)


async def test_text_that_is_no_utf8_and_text_without_end_are_only_wrong() -> None:
    hasher = Hasher()
    kept = await hasher.hash(GOOD)
    assert not await hasher.verify(kept, "\ud800\udc80")
    assert not await hasher.verify(kept, "x" * 10_000_000)


async def test_a_full_line_says_busy_and_everybody_in_it_is_served() -> None:
    hasher = Hasher()
    outcomes = await asyncio.gather(
        *(hasher.verify(None, GOOD) for _ in range(LONGEST_LINE + 1)), return_exceptions=True
    )
    assert outcomes[:-1] == [False] * LONGEST_LINE
    assert isinstance(outcomes[-1], Busy)
    assert not await hasher.verify(None, GOOD)
