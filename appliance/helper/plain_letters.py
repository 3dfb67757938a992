"""A text levelled for comparing: one alphabet, one case, no accents, nothing invisible."""

import re
import unicodedata

# Letters of other alphabets, and signs, that look like one of ours.
LOOKALIKES = str.maketrans(
    "авеёкмнорстухіјѕԁɡαβεικνορτυχω×·−–—‐‑’‘“”",
    "abeekmhopctyxijsdgabeikvoptuxw*.-----''\"\"",
)
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\u20e3\ufeff]")
TOKEN = re.compile(r"[^\W_]+")


def levelled(text: str) -> str:
    """Ω and ° stay what they are; ﬁ, ４ and ④ become fi, 4 and 4."""
    seen = INVISIBLE.sub("", text.replace("Ω", "ohm").replace("Ω", "ohm"))
    bare = unicodedata.normalize("NFKD", seen)
    bare = "".join(sign for sign in bare if not unicodedata.combining(sign))
    return bare.casefold().translate(LOOKALIKES).replace("\u2044", "/")


def tokens_of(text: str) -> list[str]:
    """Of a levelled text."""
    return TOKEN.findall(text)
