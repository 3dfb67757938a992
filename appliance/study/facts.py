"""Sentences that can stand alone: the ones in a text that say one thing and need no other to be understood."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from appliance.library.questions import ENGLISH, SPANISH, STOP_WORDS
from appliance.storage.search_words import plain
from appliance.study.sources import SourcePassage, telling_words

LEAST_WORDS, MOST_WORDS = 5, 30
MOST_CHARACTERS = 220
MOST_FACTS = 1500

# Whoever is spoken to is given something to do, not something to know.
PERSONS_LIST = """
you your yours yourself we us our ours me my let's i'm you'll you've we'll tu tus ti te contigo usted ustedes
vuestro vuestra nosotros nosotras nuestro nuestra mi mis yo
"""
PERSONS = frozenset(PERSONS_LIST.split())
# At the beginning they point at a sentence that isn't there.
POINTERS_LIST = """
it its this that these those they them their he she his her so but and then also yet now there here such both
it's that's there's here's they're he's she's what's another other others either neither instead therefore
however otherwise too still because nor or eso esto esta este estos estas ese esa esos esas ello ellos ellas el
ella asi pero y entonces tambien ahora aqui alli otro otra otros otras ambos tampoco ademas porque ni o
"""
POINTERS = frozenset(POINTERS_LIST.split()) - {"el"}
# An order, not a fact.
ORDERS_LIST = """
take put write draw clip fold touch press check use tell never don't keep add mark find copy fill look scratch
turn unclip imagine give say guess make test read ask photograph notice learn push pull hold open close build
connect choose think do try change divide set leave join start begin show explain describe compare list name
watch see go let remember hand note repeat move place cut wear wash avoid always please count work careful step
example answer figure table page exercise question task homework objective objectives chapter section toma pon
escribe dibuja usa no nunca mira busca haz piensa lee responde compara explica describe completa copia marca
anade recuerda observa prueba cierra abre conecta paso ejemplo figura tabla pagina ejercicio tarea
"""
ORDERS = frozenset(ORDERS_LIST.split())
NUMBER_WORDS_LIST = """
two three four five six seven eight nine ten dos tres cuatro cinco seis
"""
NUMBER_WORDS = frozenset(NUMBER_WORDS_LIST.split())
PREPOSITIONS_LIST = """
in of on at to for with from by into through as than en de a para con por
"""
PREPOSITIONS = frozenset(PREPOSITIONS_LIST.split())
# "Many take 10" leaves out who: too short to tell.
AMOUNTS_LIST = """
many most some few all several muchos muchas algunos algunas todos todas
"""
AMOUNTS = frozenset(AMOUNTS_LIST.split())
LEAST_TELLING = 4
VERBS_LIST = """
is are was were be been has have had can could may might must will would shall should does do did isn't aren't
doesn't don't can't won't let go goes get give make take need hold flow run work mean became began gave took
made found showed wrote es son fue fueron era eran ha han tiene tienen puede pueden debe deben hay esta estan
"""
VERBS = frozenset(VERBS_LIST.split())
ABBREVIATION = re.compile(
    r"\b(?:e\.g|i\.e|etc|cf|vs|approx|fig|no|nr|dr|mr|mrs|prof|st|p\. ej|ej|aprox)\.$", re.IGNORECASE
)

_END = re.compile(r"(?<=[.!?])[\"”’)\]]*\s+(?=[^\s])")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


@dataclass(frozen=True)
class Fact:
    sentence: str
    passage: SourcePassage


def facts_of(passages: Iterable[SourcePassage]) -> list[Fact]:
    """In reading order; a sentence that is there twice counts once, and of very many each so-manieth is taken."""
    found: dict[str, Fact] = {}
    for passage in passages:
        for sentence in sentences_of(passage.body):
            if stands_alone(sentence):
                found.setdefault(plain(sentence), Fact(sentence, passage))
    facts = list(found.values())
    step = max(1.0, len(facts) / MOST_FACTS)
    return [facts[int(place * step)] for place in range(min(len(facts), MOST_FACTS))]


def sentences_of(text: str) -> list[str]:
    sentences: list[str] = []
    for piece in _END.split(" ".join(text.split())):
        if sentences and ABBREVIATION.search(sentences[-1]):
            sentences[-1] += f" {piece}"
        else:
            sentences.append(piece)
    return sentences


def words_of(text: str) -> list[str]:
    return _WORD.findall(text)


def stands_alone(sentence: str) -> bool:
    words = plain(sentence).replace("’", "'").split()
    bare = [word.strip(",.;:()'\"“”") for word in words]
    if not LEAST_WORDS <= len(words) <= MOST_WORDS or len(sentence) > MOST_CHARACTERS:
        return False
    if not sentence.endswith(".") or not (sentence[0].isupper() or sentence[0].isdigit()):
        return False
    # Sums, labels, quotes and web addresses are read with their surroundings.
    if any(sign in sentence for sign in '=:?!"“”«»|{}[]<>•…_/\\') or sentence.endswith("..."):
        return False
    if words[0].endswith(",") and words[1].endswith(","):
        return False
    if bare[0] in ORDERS or PERSONS & set(bare) or {"ones", "above", "below", "following"} & set(bare):
        return False
    if POINTERS & set(bare[:3]) or (bare[0] in NUMBER_WORDS and bare[1] in PREPOSITIONS):
        return False
    if sum(character.isalpha() for character in sentence) < 0.6 * len(sentence):
        return False
    return not _leans_on_another(bare) and _has_verb(bare) and len(telling_words(sentence)) >= LEAST_TELLING


def _leans_on_another(words: list[str]) -> bool:
    """Words such as they, a red one, it in a short sentence: what they stand for was said before."""
    points = "it" in words and (len(words) <= 8 or words.index("it") < 4)
    return (
        points
        or bool({"they", "them", "ellos", "ellas"} & set(words))
        or (words[0] in AMOUNTS and len(words) < 8)
        or "one" in words[1:3]
    )


def _has_verb(words: list[str]) -> bool:
    """A list of parts is no sentence. English verbs are told by their place and ending, others by a short list."""
    if VERBS & set(words):
        return True
    if words[0].endswith("s") and not words[1].endswith("s"):
        return True
    no_subject = PREPOSITIONS | NUMBER_WORDS | {"a", "an", "the", "and", "or", "both", "each", "its", "their"}
    return any(
        word.endswith(("s", "ed", "a", "an", "en")) and before not in no_subject and not before.endswith("s")
        for before, word in pairwise(words[:10])
        if len(word) > 3
    )


def language_of(passages: Sequence[SourcePassage]) -> str:
    """`es` when the small words are Spanish ones, else `en`."""
    english, spanish = frozenset(ENGLISH.split()), frozenset(SPANISH.split())
    words = Counter(word for passage in passages[:60] for word in plain(passage.body).split())
    told = {
        "en": sum(count for word, count in words.items() if word in english - spanish),
        "es": sum(count for word, count in words.items() if word in spanish - english),
    }
    return "es" if told["es"] > told["en"] else "en"


def is_telling(word: str) -> bool:
    return plain(word) not in STOP_WORDS
