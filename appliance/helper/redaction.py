"""Takes out what tells who somebody is: e-mail and street addresses, phones, papers, web addresses with a password."""

import re

from appliance.helper.identities import without_identities

URL_WITH_SECRET = re.compile(r"\b[a-z][a-z0-9+.-]{1,15}://[^\s/@]*@\S*", re.IGNORECASE)
EMAIL = re.compile(r"[^\s@<>()\[\],;:\"“”«»]{1,64}@[^\W_](?:[\w-]*[^\W_])?(?:\.[\w-]+)+")
# "ana (at) school (dot) org", "ana arroba escuela punto es": spelled out on purpose, and just as telling.
SPELLED_EMAIL = re.compile(
    r"\b[\w.+-]{1,64} ?(?:[(\[] ?(?:at|arroba) ?[)\]]| arroba ) ?[\w-]{1,64}"
    r"(?:(?: ?[(\[] ?(?:dot|punto) ?[)\]] ?| (?:dot|punto) |\.)[\w-]{1,64})+",
    re.IGNORECASE,
)
# No line breaks: a guard that works line by line sees the same numbers.
DIGITS_AND_GAPS = re.compile(r"(?<![\w.,])[+(]{0,2}\d[\d .()+\u00a0-]*")
GROUP = re.compile(r"\d+")
GAP = re.compile(r"[ .\u00a0-]|\) ?-?| ?\(")
DECIMALS = re.compile(r"\d\.")
ABROAD = re.compile(r"00[1-9]")
NETWORK_ADDRESS = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}(?!\.?\d)")
DATE = re.compile(r"(?:1[89]|20)\d\d[-. ](?:0\d|1[0-2])[-. ][0-3]\d(?!\d)")
# Behind a plain number: it was measured, nobody can be rung there.
UNIT = re.compile(
    r"(?:m|km|cm)(?:/s|/h)?\b|ohms?\b|[kM]?Ω|[mk]?[AVW]h?\b|[kMG]?Hz\b|volts?\b|bytes?\b|years?\b|people\b|%"
    r"|miles?\b|habitantes\b|personas\b|a[ñn]os\b|euros?\b|pesos?\b|dollars?\b|d[oó]lares\b|tons?\b|toneladas\b|kg\b|kil\w+"
    r"|light years\b|stars\b|estrellas\b|seconds?\b|segundos\b|meters?\b|metres?\b|metros\b|[$€£°]"
)
THOUSANDS = re.compile(r"\d{1,3}(?:[ .\u00a0]\d{3})+")
# Too short to be told from other numbers, but somebody says what it is.
SAID = re.compile(
    r"\b((?:call|text|ring|phone|tel[eé]fono|tel[ef]?|telf|cel|celular|m[oó]vil|whats ?app|ll[aá]m[ae]\w*|my number is"
    r"|mi n[uú]mero es)\b(?:[ :.,]|(?:me|us|at|on|is|es|al|el|number|n[uú]mero|no)\b){0,8})"
    r"\d(?:[ -]?\d){6,7}(?![\w.]|[ -]\d)(?! ?(?:ohm|[mk]?[AVW]\b|m\b|cm\b|km\b))",
    re.IGNORECASE,
)
MOST_GROUPS = 8


def redacted(text: str) -> str:
    """Running it twice changes nothing: what is left after one look is looked at again."""
    while (safe := _redacted_once(text)) != text:
        text = safe
    return text


def _redacted_once(text: str) -> str:
    text = URL_WITH_SECRET.sub("[REDACTED_URL]", text)
    text = SPELLED_EMAIL.sub("[REDACTED_EMAIL]", EMAIL.sub("[REDACTED_EMAIL]", text))
    text = SAID.sub(r"\1[REDACTED_PHONE]", without_identities(text))
    return DIGITS_AND_GAPS.sub(lambda found: _measured_or_safe(found[0], text[found.end() :]), text)


def _measured_or_safe(run: str, behind: str) -> str:
    number = run.strip()
    is_plain = number.isdigit() or THOUSANDS.fullmatch(number) is not None
    if is_plain and not run.startswith("00") and UNIT.match(behind):
        return run
    return _without_phones(run, behind[:1])


def _without_phones(run: str, after: str) -> str:
    """`after` is the character behind the run: a letter there makes its last group part of a word."""
    groups = [*GROUP.finditer(run)]
    if run[-1].isdigit() and (after.isalnum() or after == "_"):
        groups.pop()
    kept, done, first = "", 0, 0
    while first < len(groups):
        last = _end_of_phone(run, groups, first)
        if last is None:
            first += 1
            continue
        start = groups[first].start()
        begin = start - len(run[done:start]) + len(run[done:start].rstrip("+("))
        kept += run[done:begin] + "[REDACTED_PHONE]"
        done = groups[last].end() + run[groups[last].end() :].startswith(")")
        first = last + 1
    return kept + run[done:]


def _end_of_phone(run: str, groups: list[re.Match[str]], first: int) -> int | None:
    """The last group of the longest phone number that begins with group `first`."""
    start = groups[first].start()
    before = run[max(0, start - 2) : start]
    international = before.endswith(("+", "+(")) or ABROAD.match(run, start) is not None
    if DECIMALS.fullmatch(before) or (NETWORK_ADDRESS.match(run, start) and not international):
        return None
    found = None
    for last in range(first, min(first + MOST_GROUPS, len(groups))):
        if last > first and not GAP.fullmatch(run, groups[last - 1].end(), groups[last].start()):
            break
        texts = [group[0] for group in groups[first : last + 1]]
        if _is_phone(texts, run[start : groups[last].end()], international):
            found = last
    return found


def _is_phone(groups: list[str], written: str, international: bool) -> bool:
    """Phones and plain big numbers look alike; in doubt it is a phone, since a number can be asked again."""
    digits = sum(map(len, groups))
    if international:
        return 7 <= digits <= 20
    if [*map(len, groups)] == [3, 4] and "-" in written:
        return True
    is_decimal = len(groups) == 2 and "." in written
    return 9 <= digits <= 11 and not (is_decimal or _is_counted(groups) or DATE.match(written))


def _is_counted(groups: list[str]) -> bool:
    """Numbers of a sum or a series: 1 000 000 000, 100 200 300, 10 20 30 40 50."""
    if len(groups) == 1:
        return groups[0].endswith("000")
    if all(group.endswith("00") for group in groups[1:]) or min(map(len, groups[1:])) == 1:
        return True
    return all(len(group) <= 2 for group in groups) and not groups[0].startswith("0")
