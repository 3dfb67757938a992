"""One student at two devices: what the second one saves is held against what its page had shown."""

import hashlib
from collections.abc import Iterable

from appliance.errors import Invalid

SAVED_MEANWHILE = (
    "Other words were saved here since you opened this page, perhaps from another device. Read what is saved "
    "now, then save once more if yours should stand instead."
)
CODE = "saved_meanwhile"


def mark_of_words(words: str) -> str:
    """What a page carries of the words that it shows."""
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def check_words(saved: str, words: str, seen: str) -> None:
    """Raises Invalid where `words` would replace some that their page, by its mark `seen`, never showed."""
    # Words that hold the saved ones whole lose nothing: a save whose answer was lost on the way comes again like this.
    if saved and seen and seen != mark_of_words(saved) and saved not in words:
        raise Invalid(SAVED_MEANWHILE, CODE, field="body")


def joined_ticks(saved: Iterable[str], ticked: Iterable[str], shown: Iterable[str]) -> set[str]:
    """What one page changed, `ticked` against what it had `shown`, done to what is saved by now."""
    now, before = set(ticked), set(shown)
    return (set(saved) | (now - before)) - (before - now)
