"""Squares that open an address."""

from functools import lru_cache

import segno
from markupsafe import Markup


@lru_cache(maxsize=256)
def qr(address: str) -> Markup:
    """An inline SVG, kept by its address: a class page would spend a third of its time on drawing the same again."""
    drawn = segno.make(address, error="m", micro=False).svg_inline(omitsize=True, border=0)
    return Markup(drawn)  # noqa: S704 - drawn here, from our own address
