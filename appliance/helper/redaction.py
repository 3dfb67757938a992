"""Takes out what would tell who somebody is: e-mail addresses, phone numbers, addresses with a password in them."""

import re

URL_WITH_SECRET = re.compile(r"\b[a-z][a-z0-9+.-]{1,15}://[^\s/@:]*:?[^\s/@]*@[^\s]*", re.IGNORECASE)
EMAIL = re.compile(r"[^\s@<>()\[\]{},;:\"“”«»]+@[^\W_](?:[\w-]*[^\W_])?(?:\.[\w-]+)+")
# "ana (at) school (dot) org", "ana arroba escuela punto es": said aloud on purpose, and just as telling.
SPELLED_EMAIL = re.compile(
    r"\b[\w.+-]+\s?(?:[(\[]\s?(?:at|arroba)\s?[)\]]|\sarroba\s)\s?[\w-]+"
    r"(?:\s?(?:[(\[]\s?(?:dot|punto)\s?[)\]]|\s(?:dot|punto)\s|\.)\s?[\w-]+)+",
    re.IGNORECASE,
)
# One separator between groups at most, and never a line break: a guard that works line by line sees the same.
NUMBER = re.compile(r"(?<![\w.,+])(?:\+|00)?\(?\d{1,5}\)?(?:(?:[ .\u00a0-]|\) ?| ?\()?\d{2,})+\)?(?![\w]|[.,]\d)")
LOCAL_NUMBER = re.compile(r"(?<![\w.,+-])\d{3}-\d{4}(?![\w-]|[.,]\d)")
DATE = re.compile(r"(?:1[89]|20)\d\d[-. ](?:0\d|1[0-2])[-. ][0-3]\d")
NETWORK_ADDRESS = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}")


def redacted(text: str) -> str:
    """Running it twice changes nothing."""
    text = URL_WITH_SECRET.sub("[REDACTED_URL]", text)
    text = SPELLED_EMAIL.sub("[REDACTED_EMAIL]", EMAIL.sub("[REDACTED_EMAIL]", text))
    text = NUMBER.sub(lambda found: "[REDACTED_PHONE]" if _is_phone(found[0]) else found[0], text)
    return LOCAL_NUMBER.sub("[REDACTED_PHONE]", text)


def _is_phone(number: str) -> bool:
    """Phones and plain big numbers look alike; in doubt it is a phone, since a number can be asked again."""
    groups = re.findall(r"\d+", number)
    digits = sum(len(group) for group in groups)
    if number.startswith(("+", "00", "(00")):
        return 7 <= digits <= 17
    if DATE.match(number) or NETWORK_ADDRESS.fullmatch(number) or not 9 <= digits <= 11:
        return False
    return not _is_counted(groups)


def _is_counted(groups: list[str]) -> bool:
    """Numbers of a sum or a series: 1 000 000 000, 100 200 300, 10 20 30 40 50."""
    if len(groups) == 1:
        return groups[0].endswith("000")
    if all(group.endswith("00") for group in groups[1:]):
        return True
    return all(len(group) <= 2 for group in groups) and not groups[0].startswith("0")
