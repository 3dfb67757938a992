"""Takes out mail addresses that are spelled out, "ana at gmail dot com": the sign and the dots stand there as words."""

import re

MAIL = "[REDACTED_EMAIL]"
# "ana (at) school (dot) org", "ana arroba escuela punto es": spelled out on purpose, and just as telling.
SPELLED = re.compile(
    r"\b(?:[\w.+-]{1,64} (?:dot|punto|underscore|gui[oó]n(?: bajo)?) ){0,3}"
    r"[\w.+-]{1,64} ?(?:[(\[] ?(?:at|arroba) ?[)\]]| arroba ) ?[\w-]{1,64}"
    r"(?:(?: ?[(\[] ?(?:dot|punto) ?[)\]] ?| (?:dot|punto) |\.)[\w-]{1,64})+",
    re.IGNORECASE,
)
PROVIDERS = (
    r"(?:g(?:oogle)?mail|hotmail|outlook|yahoo|ymail|icloud|live|msn|aol|gmx|proton(?:mail)?|zoho|yandex)"
)
ENDINGS = (
    r"(?:com|org|net|edu|gov|info|app|dev|school|example|mx|es|ar|cl|pe|ve|ec|gt|cr|bo|uy|py|uk|us|de|fr|it|pt|br|ca"
    r"|au|nz|nl|ch|eu|ie)"
)
# "at" is a word of every sentence: behind it stands a mail provider, or a name with an ending that addresses have.
# Who "looks at" a page, or "is at" one, is no mailbox.
SAID = re.compile(
    r"\b(?:[\w.+-]{1,64} (?:dot|punto|underscore|dash|gui[oó]n(?: bajo)?) ){0,3}"
    r"(?!(?:look(?:s|ed|ing)?|see|is|are|was|were|be|go|goes|find|found|get|work(?:s|ed|ing)?|read|buy|bought|up"
    r"|it|them|that|this|page|pages|site|website|file|files|here|there|online|available|people|and|or"
    r"|start(?:s|ed)?|stop(?:s|ped)?|evaluated?|point(?:s|ed|ing)?|arrive(?:s|d)?)\b)"
    r"[\w.+-]{1,64} at (?:"
    rf"{PROVIDERS}(?:(?: (?:dot|punto) |\.){ENDINGS}\b){{1,3}}"
    r"|(?!(?:an?|the|this|that|any|each)\b)[\w-]{2,64}(?: (?:dot|punto) [\w-]{1,64}){0,2}"
    rf" (?:dot|punto) {ENDINGS}\b"
    r")",
    re.IGNORECASE,
)


def without_spelled_mails(text: str) -> str:
    return SAID.sub(MAIL, SPELLED.sub(MAIL, text))
