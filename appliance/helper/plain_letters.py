"""A text levelled for comparing: one alphabet, one case, no accents, nothing invisible."""

import re
import unicodedata

# Letters of other alphabets, and signs, that look like one of ours.
ROWS = (
    ("авеёкмнорстухіјѕԁɡ", "abeekmhopctyxijsdg"),
    ("αβεικνορτυχω", "abeikvoptuxw"),
    ("ɑıοսոօһցԛԝ", "aiounohgqw"),
    ("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz"),
    ("ɐǝɟɥᴉɯɹʇʌʍʎƃ", "aefhimrtvwyg"),
    ("×·−–—‐‑’‘“”", "*.-----''\"\""),
)
LOOKALIKES = {ord(sign): plain for signs, plains in ROWS for sign, plain in zip(signs, plains, strict=True)}
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\u20e3\ufeff\U000e0000-\U000e001f]"
)
# Letters that programs see and people don't, and flags that are drawn with two letters.
TAG_LETTERS = {0xE0000 + code: code for code in range(0x20, 0x7F)}
FLAGS = {0x1F1E6 + place: ord("a") + place for place in range(26)}
DARK_LETTERS = {start + place: ord("a") + place for start in (0x1F150, 0x1F170) for place in range(26)}
DRAWN = TAG_LETTERS | FLAGS | DARK_LETTERS
RAISED = re.compile("(?<=[\\w)])[⁻⁺]?[⁰¹²³⁴-⁹]+")
SHARE_SIGN = re.compile(r"(?<=\d)(?=[\u00bc-\u00be\u2150-\u215f])")
TOKEN = re.compile(r"[^\W_]+")


def levelled(text: str) -> str:
    """Ω and ° stay what they are; ﬁ, ４, ④ and ٤ become fi, 4, 4 and 4; 1½ is 1 1/2, 6² is 6^2."""
    text = text.replace("Ω", "ohm").replace("Ω", "ohm").replace("µ", "micro ").replace("μ", "micro ")
    if not text.isascii():
        text = RAISED.sub(lambda found: f"^{found[0]}", text)
        text = SHARE_SIGN.sub(" ", INVISIBLE.sub("", text.translate(DRAWN)))
        bare = unicodedata.normalize("NFKD", text)
        text = "".join(map(_plain, (sign for sign in bare if not unicodedata.combining(sign))))
    return text.casefold().translate(LOOKALIKES).replace("\u2044", "/")


def _plain(sign: str) -> str:
    if sign.isascii():
        return sign
    digit = unicodedata.decimal(sign, None)
    return sign if digit is None else str(digit)


def tokens_of(text: str) -> list[str]:
    """Of a levelled text."""
    return TOKEN.findall(text)
