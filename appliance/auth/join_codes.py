"""Codes that children type: the class's join code and each student's own return code."""

import hashlib
import hmac
import secrets
import unicodedata
from itertools import count

from appliance.auth.words import is_rude

# Without I, O, 0 and 1, which look alike on a board.
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
JOIN_CODE_LENGTH = 8
# Other systems make theirs shorter; below this a class could be found by trying.
SHORTEST_JOIN_CODE = 6
RETURN_CODE_LENGTH = 6


def new_join_code() -> str:
    """40 bits; whether a class has it already is for the table to say."""
    return _new_code(JOIN_CODE_LENGTH)


def new_return_code() -> str:
    """30 bits, to be used within one class and behind a throttle."""
    return _new_code(RETURN_CODE_LENGTH)


def return_code_for(secret: bytes, *known: int) -> str:
    """Always the same for the same numbers, and as hard to guess as a new one."""
    for number in count():
        said = ":".join(map(str, (*known, number))).encode()
        digest = hmac.new(secret, b"chalkbox.return-code.v1:" + said, hashlib.sha256).digest()
        code = "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:RETURN_CODE_LENGTH])
        if not is_rude(code):
            return code
    raise AssertionError("numbers do not end")


def normal(code: str) -> str:
    """As stored: capital letters and digits alone, without the spaces and dashes that people put in."""
    wide = unicodedata.normalize("NFKC", code).upper()
    return "".join(symbol for symbol in wide if symbol.isascii() and symbol.isalnum())


def is_chosen_join_code(code: str) -> bool:
    """Whether somebody may choose it for a class."""
    symbols = normal(code)
    length = len(symbols)
    is_long_enough = SHORTEST_JOIN_CODE <= length <= JOIN_CODE_LENGTH
    return is_long_enough and set(symbols) <= set(ALPHABET) and not is_rude(symbols)


def _new_code(length: int) -> str:
    while True:
        code = "".join(secrets.choice(ALPHABET) for _ in range(length))
        if not is_rude(code):
            return code
