"""One student at two devices: what the second one saves is held against what its page had shown."""

import hashlib
from collections.abc import Iterable, Mapping

from appliance.errors import Invalid

SAVED_MEANWHILE = (
    "Other words were saved here since you opened this page, perhaps from another device. Read what is saved "
    "now, then save once more if yours should stand instead."
)
MARKED_MEANWHILE = (
    "Other marks were saved here since you opened this page, perhaps from another device. Look at what is saved "
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


def joined_words(saved: str, words: str, seen: str) -> str:
    """`words`, or the saved ones where their page, by its mark `seen`, showed the same and nothing was typed."""
    return saved if seen == mark_of_words(words) else words


def joined_ticks(saved: Iterable[str], ticked: Iterable[str], shown: Iterable[str]) -> set[str]:
    """What one page changed, `ticked` against what it had `shown`, done to what is saved by now."""
    now, before = set(ticked), set(shown)
    return (set(saved) | (now - before)) - (before - now)


def joined_scores(
    saved: Mapping[str, int], given: Mapping[str, int], shown: Mapping[str, int]
) -> dict[str, int]:
    """The marks that one page changed, `given` against what it had `shown`, beside those that are saved by now."""
    return {key: score if score != shown.get(key, 0) else saved.get(key, 0) for key, score in given.items()}


def check_scores(saved: Mapping[str, int], given: Mapping[str, int], shown: Mapping[str, int]) -> None:
    """Raises Invalid where a mark that `given` changes was changed to another one since its page was `shown`."""
    for key, score in joined_scores(saved, given, shown).items():
        if shown.get(key, 0) != saved.get(key, 0) != score:
            raise Invalid(MARKED_MEANWHILE, CODE, field="rubric")
