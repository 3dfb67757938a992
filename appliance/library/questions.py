"""A question as search terms: filler words out, endings off, each term a phrase that FTS5 takes literally."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from appliance.library.glossary import called_too, in_english
from appliance.library.spanish import english_of, is_spanish

MOST_TERMS = 12
MOST_CHARACTERS = 2000
SHORTEST_STEM = 4

# What students wrap a question in; none of it says what the question is about.
ENGLISH = """
a about after again all also am an and any anybody anyone anything are aren't as ask at away back bad be
because been before being best better between big both but by came can can't cannot come comes could did
didn't do does doesn't doing don't done each easy either else even ever every everything exactly explain few
find first for found from get gets getting give gives go goes going gonna good got had happen happened
happening happens has have having he hello help her here hey hi him his how i i'd i'll i'm i've idea if in
instead into is isn't it it's its itself just keep kind know lesson let like little look looks lot made make
makes many may maybe me mean means might more most much must my myself need needs never new next no not
nothing now of off ok okay on once one only or other our out over part people please problem put question
quite rather really right said same say says see seem seems she should show so some somebody someone
something sorry still stuff such sure take tell than thank thanks that that's the their them then there
there's these they thing things think this those though through time to today told too tried try trying two
understand until up us use used uses using very wanna want wants was wasn't we well went were what what's
whats when where which while who whose why will with without won't work working works would wouldn't yes yet
you your yours
"""
SPANISH = """
al algo alguien algun alguna algunas alguno algunos ante antes aqui asi aun aunque ayuda ayudame bien cada
como con cosa cosas cual cuales cuando cuanto cuantos da dar de debe decir del desde dice dime donde dos el
ella ellas ellos en entonces entre era eran eres es esa esas ese eso esos esta estaba estan estar estas este
esto estos estoy explica explicar explicame favor fue ha hace hacen hacer haces hago han hasta hay haz he
hola la las le les lo los mas me mi mis mucho muy nada ni no nos nosotros nuestra nuestro o os otra otro
para pasa pasar pero poco podria por porque pregunta puede pueden puedes puedo pues que quien quiere quiero
saber se sea ser si sido siempre sin sirve sirven sobre sois solo somos son soy su sus tal tambien tan tanto
te tener tengo tiene tienen toda todas todavia todo todos tu tus un una unas uno unos usa usar va vamos van
ver vez voy y ya yo
"""
ENGLISH_WORDS = frozenset(ENGLISH.split())
STOP_WORDS = frozenset(f"{ENGLISH} {SPANISH}".split())

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_ACCENTS = re.compile("[\u0300-\u036f]")
# Longest first. A stem is only ever searched as a beginning, so it needn't be a word.
_ENDINGS = (
    *("aciones", "ations", "acion", "ation", "ments", "edly", "ings", "ment", "ies", "ing"),
    *("as", "ed", "es", "ly", "os", "a", "e", "o", "s", "y"),
)


@dataclass(frozen=True)
class Term:
    """`match` is an FTS5 expression in which nothing of the asker's is an operator."""

    match: str
    pattern: re.Pattern[str]

    def is_in(self, plain_text: str) -> bool:
        return self.pattern.search(plain_text) is not None


def terms_of(question: str) -> tuple[Term, ...]:
    """At most 12 different terms, in the order they were asked."""
    words = (word.split("'")[0] for word in _words(question) if word not in STOP_WORDS)
    # A lone letter is rarely a topic, a lone sign such as Ω is one.
    telling = (word for word in words if len(word) > 1 or word.isdigit() or not word.isascii())
    known = (
        _fellows_in_spanish if is_spanish(plain(question[:MOST_CHARACTERS]), ENGLISH_WORDS) else called_too
    )
    return tuple(dict.fromkeys(_term(word, known(word)) for word in telling))[:MOST_TERMS]


def pairs_of(question: str) -> tuple[str, ...]:
    """FTS5 phrases of two neighbouring words that tell: a short circuit is more than short and circuit."""
    neighbours = pairwise(_words(question))
    together = ((first, last) for first, last in neighbours if not {first, last} & STOP_WORDS)
    return tuple(f'"{first} {_stem(last)}"*' for first, last in dict.fromkeys(together))[:MOST_TERMS]


def plain(text: str) -> str:
    """Lower case and without accents, as the index keeps it."""
    if text.isascii():
        return text.lower()
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", text.replace("’", "'"))).casefold()


def _words(question: str) -> list[str]:
    return _WORD.findall(plain(question[:MOST_CHARACTERS]))


def _fellows_in_spanish(word: str) -> tuple[str, ...]:
    english = (english_of(word) or "").split()
    return in_english(word) or tuple(each for each in english if each not in STOP_WORDS)


def _term(word: str, others: Sequence[str]) -> Term:
    """Found by itself or by one of `others`, which mean the same."""
    own = _own_term(word)
    fellows = [_stem(each) for each in others or in_english(word)]
    if not fellows:
        return own
    match = " OR ".join([own.match, *(f'"{each}"*' for each in fellows)])
    return Term(match, re.compile(rf"{own.pattern.pattern}|(?<![^\W_])(?:{'|'.join(fellows)})"))


def _own_term(word: str) -> Term:
    stem = _stem(word)
    if len(stem) >= SHORTEST_STEM and not word.isdigit():
        return Term(f'"{stem}"*', re.compile(rf"(?<![^\W_]){stem}"))
    # As a beginning, "led" would find "ledge": short words match whole, alone or as a plural.
    forms = (word,) if word.isdigit() else tuple(dict.fromkeys((word, f"{word}s", stem)))
    return Term(
        " OR ".join(f'"{form}"' for form in forms),
        re.compile(rf"(?<![^\W_])(?:{'|'.join(forms)})(?![^\W_])"),
    )


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_STEM:
            return word[: -len(ending)]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word
