"""Codes that children type."""

from hypothesis import given
from hypothesis import strategies as st

from appliance.auth.join_codes import (
    ALPHABET,
    RETURN_CODE_LENGTH,
    is_chosen_join_code,
    new_join_code,
    new_return_code,
    normal,
    return_code_for,
)
from appliance.auth.words import is_rude

codes = st.text(ALPHABET, min_size=8, max_size=8)
gaps = st.text(" -–—\t\n\u00a0_.", max_size=3)


def test_the_alphabet_has_32_symbols_and_none_that_look_alike() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET) == 32
    assert not set("IO01") & set(ALPHABET)


def test_new_codes_have_their_length_are_different_and_never_rude() -> None:
    joins, returns = {new_join_code() for _ in range(2000)}, {new_return_code() for _ in range(2000)}
    assert {len(code) for code in joins} == {8} and {len(code) for code in returns} == {6}
    assert len(joins) == 2000 and len(returns) > 1990
    assert set("".join(joins | returns)) == set(ALPHABET)
    assert not [code for code in joins | returns if is_rude(code)]


@given(codes, st.lists(gaps, min_size=9, max_size=9))
def test_a_code_is_the_same_however_it_is_spaced_and_in_any_case(code: str, between: list[str]) -> None:
    typed = between[0] + "".join(symbol + gap for symbol, gap in zip(code, between[1:], strict=True))
    assert normal(typed) == normal(typed.lower()) == code


def test_wide_letters_of_an_east_asian_keyboard_count() -> None:
    assert normal("ＡＢｃｄ　２３４５") == "ABCD2345"


@given(st.text())
def test_normal_holds_capitals_and_digits_only_and_is_stable(typed: str) -> None:
    code = normal(typed)
    assert set(code) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
    assert normal(code) == code


OTHER_NUMBERS = ((b"other", (1, 2, 3)), (b"secret", (1, 23)), (b"secret", (1, 2, 4)))


def test_a_derived_return_code_is_the_same_for_the_same_numbers_only() -> None:
    code = return_code_for(b"secret", 1, 2, 3)
    assert code == return_code_for(b"secret", 1, 2, 3)
    assert len(code) == RETURN_CODE_LENGTH and set(code) <= set(ALPHABET)
    others = {
        return_code_for(b"other", 1, 2, 3),
        return_code_for(b"secret", 1, 23),
        return_code_for(b"secret", 1, 2, 4),
    }
    assert len(others | {code}) == 4


def test_a_chosen_join_code_has_six_to_eight_symbols_that_can_be_read() -> None:
    assert all(map(is_chosen_join_code, ["ABC234", "abc-2345", "ABCD 2345"]))
    assert not any(map(is_chosen_join_code, ["", "ABC23", "ABCDE23456", "ABC0I1", "ÄBCDÖÜ"]))
