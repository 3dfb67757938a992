"""Words of a question: lower case, without accents, roughly stemmed, in English and Spanish."""

import re
import unicodedata
from functools import lru_cache

from appliance.library.fillers import without_fillers
from appliance.library.questions import STOP_WORDS
from appliance.storage.search_words import asked_words, is_of_signs, signs_in

WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
ENGLISH_WORDS = """
a about all also am an and any are as at be because been but by can could did do does don't for from
get had has have he her him his how i i'm if in into is it its just let like make me more my no not
now of off on one or our out over she should so some than that the their them then there these they
this those to too up us very want was we were what when where which while who why will with would
you your
"""
SPANISH_WORDS = """
a al algo aqui asi como con cual cuando de del desde donde el ella ellos en entre era es esa ese eso
esta este esto fue ha hace hacer hay he la las le lo los mas me mi mis muy ni no nos o para pero por
porque puede puedo que quien se ser si sin sobre son soy su sus tambien te tengo tiene tu un una
unas uno unos y ya yo
"""
ENGLISH = frozenset(ENGLISH_WORDS.split())
SPANISH = frozenset(SPANISH_WORDS.split())
SMALL = ENGLISH | SPANISH | STOP_WORDS
# Tried in this order.
ENDING_LIST = "ciones cion iones mente iendo ando ness ing ion ed es ar er ir s"
ENDINGS = {"ies": "y"} | dict.fromkeys(ENDING_LIST.split(), "")
LEAST_STEM = 3


def plain(text: str) -> str:
    """Lower case, accents off, one kind of apostrophe: what word lists are written in."""
    if text.isascii():
        return text.lower()
    bare = unicodedata.normalize("NFKD", text.replace("’", "'").lower())
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


def words_of(text: str) -> list[str]:
    """In scripts without spaces every two neighbouring signs are a word, as for search."""
    return asked_words(text) if signs_in(text) else WORD.findall(plain(text))


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """A rough common beginning: wires, wiring and wire meet, and so do circuito and circuit."""
    for ending, instead in ENDINGS.items():
        if word.endswith(ending) and len(word) - len(ending) + len(instead) >= LEAST_STEM:
            word = word[: len(word) - len(ending)] + instead
            break
    if len(word) > LEAST_STEM and word[-1] in "aeo":
        word = word[:-1]
    return word[:-1] if len(word) > LEAST_STEM and word[-1] == word[-2] else word


def stems_of(text: str) -> frozenset[str]:
    """Stems of the words that carry meaning."""
    telling = [word for word in words_of(text) if word not in SMALL and (len(word) > 2 or is_of_signs(word))]
    if text.isascii() or not any(map(is_of_signs, telling)):
        return frozenset(map(stem, telling))
    return frozenset(map(stem, without_fillers(telling)))


def language_of(text: str, otherwise: str) -> str:
    """`en` or `es` when the small words tell, else `otherwise`."""
    small = words_of(text)
    english = sum(word in ENGLISH and word not in SPANISH for word in small)
    spanish = sum(word in SPANISH and word not in ENGLISH for word in small)
    if english == spanish:
        return otherwise
    return "en" if english > spanish else "es"
