"""Codes as pictures, for those who don't read letters yet: each of the 32 symbols has one."""

from typing import NamedTuple

from appliance.auth.join_codes import ALPHABET


class Picture(NamedTuple):
    symbol: str
    emoji: str


# One code point each, from before 2016, so that old phones show them; no faces, hands or flags, which vary.
_DRAWN = "🐶🐱🐭🐰🐻🐼🐸🐵🐔🐧🐢🐙🐝🐟🍎🍌🍇🍓🍕🍦🍩⚽🚗🚲🚀⛵🏠🌈⭐🌙🎈🔑"
PICTURES = tuple(Picture(*pair) for pair in zip(ALPHABET, _DRAWN, strict=True))
_BY_SYMBOL = {picture.symbol: picture for picture in PICTURES}
_BY_EMOJI = {ord(picture.emoji): picture.symbol for picture in PICTURES}


def pictures_of(code: str) -> list[Picture]:
    """In the order of the code; a symbol that no code has is left out."""
    return [_BY_SYMBOL[symbol] for symbol in code if symbol in _BY_SYMBOL]


def without_pictures(typed: str) -> str:
    """What was typed, with every picture that stands for a symbol turned into that symbol."""
    return typed.translate(_BY_EMOJI)
