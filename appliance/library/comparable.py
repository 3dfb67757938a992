"""Texts as the search model can compare them: it reads English, so Spanish is put into English word by word."""

from appliance.library.questions import ENGLISH_WORDS
from appliance.library.spanish import in_english_words, is_spanish
from appliance.storage.search_words import plain

# Enough to know a language by.
LOOKED_AT = 400


def comparable(text: str) -> str:
    """The text itself where it isn't Spanish."""
    bare = plain(text)
    return in_english_words(bare) if is_spanish(bare[:LOOKED_AT], ENGLISH_WORDS) else text
