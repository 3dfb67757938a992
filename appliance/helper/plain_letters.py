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
MOST_SIGNS = 4096
TOKEN = re.compile(r"[^\W_]+")


class PlainSigns(dict[int, str]):
    """For `str.translate`: nothing for an accent, 0 to 9 for a digit of any script, else the sign itself."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        digit = unicodedata.decimal(sign, None)
        plain = "" if unicodedata.combining(sign) else sign if digit is None else str(digit)
        if len(self) < MOST_SIGNS:
            self[code] = plain
        return plain


PLAIN = PlainSigns()


def levelled(text: str) -> str:
    """Ω and ° stay what they are; ﬁ, ４, ④ and ٤ become fi, 4, 4 and 4; 1½ is 1 1/2, 6² is 6^2."""
    text = text.replace("Ω", "ohm").replace("Ω", "ohm").replace("µ", "micro ").replace("μ", "micro ")
    if not text.isascii():
        text = RAISED.sub(lambda found: f"^{found[0]}", text)
        text = SHARE_SIGN.sub(" ", INVISIBLE.sub("", text.translate(DRAWN)))
        text = unicodedata.normalize("NFKD", text).translate(PLAIN)
    text = text.casefold()
    return text if text.isascii() else text.translate(LOOKALIKES).replace("\u2044", "/")


def tokens_of(text: str) -> list[str]:
    """Of a levelled text."""
    return TOKEN.findall(text)
