"""Takes out what tells who somebody is: mail and street addresses, phones, papers, passwords and keys."""

import re

from appliance.helper.addresses import without_addresses
from appliance.helper.credentials import without_credentials
from appliance.helper.identities import without_identities
from appliance.helper.phones import without_phones
from appliance.helper.spelled_mails import without_spelled_mails
from appliance.helper.spelled_phones import without_broken_phones, without_spelled_phones

URL_WITH_SECRET = re.compile(r"\b[a-z][a-z0-9+.-]{1,15}://[^\s/@]*@\S*", re.IGNORECASE)
EMAIL = re.compile(r"[^\s@＠﹫<>()\[\],;:\"“”«»]{1,64}[@＠﹫][^\W_](?:[\w-]*[^\W_])?(?:[.．][\w-]+)+")
DIGIT = re.compile(r"\d")
# What stands where something was taken out.
MARK = re.compile(r"\[REDACTED_[A-Z]+\]")


def redacted(text: str) -> str:
    """Running it twice changes nothing: what is left after one look is looked at again."""
    while (safe := _redacted_once(text)) != text:
        text = safe
    return text


def without_marks(text: str) -> str:
    """For whoever compares words: the marks of what was taken out say nothing about the question."""
    return MARK.sub(" ", text)


def _redacted_once(text: str) -> str:
    text = URL_WITH_SECRET.sub("[REDACTED_URL]", text)
    text = without_spelled_mails(EMAIL.sub("[REDACTED_EMAIL]", text))
    text = without_spelled_phones(without_credentials(text))
    if not DIGIT.search(text):
        return text
    return without_broken_phones(without_phones(without_addresses(without_identities(text))))
