"""Codes as pictures: one for each symbol and back again."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from appliance.auth.emoji_codes import PICTURES, pictures_of, without_pictures
from appliance.auth.join_codes import ALPHABET, normal


def test_each_of_the_32_symbols_has_a_picture_of_its_own() -> None:
    assert [picture.symbol for picture in PICTURES] == list(ALPHABET)
    emoji = {picture.emoji for picture in PICTURES}
    assert len(emoji) == 32
    assert {unicodedata.category(sign) for sign in emoji} == {"So"}


@given(st.text(ALPHABET, min_size=6, max_size=8))
def test_a_code_in_pictures_is_the_code_again(code: str) -> None:
    typed = "".join(picture.emoji for picture in pictures_of(code))
    assert normal(without_pictures(typed)) == code


def test_pictures_letters_spaces_and_the_sign_for_colour_may_be_mixed() -> None:
    star = next(picture for picture in PICTURES if picture.emoji == "⭐")
    assert normal(without_pictures(f"a ⭐\ufe0f-7 {star.symbol.lower()}")) == f"A{star.symbol}7{star.symbol}"
