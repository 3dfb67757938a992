"""A question as search terms: filler words out, endings off, each term a phrase that FTS5 takes literally."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from appliance.library.families import family_of
from appliance.library.fillers import FILLERS, without_fillers
from appliance.library.glossary import called_too, in_english
from appliance.library.spanish import english_of, is_english, is_spanish, spanish_of
from appliance.storage.search_words import asked_words, is_of_signs, is_one_sign, plain

MOST_TERMS = 12
# Where every two signs are a word, most of those lie across two real ones.
MOST_OF_SIGNS = 30
MOST_CHARACTERS = 2000
SHORTEST_STEM = 4
MOST_FELLOWS = 10
# A text that says a word's fellow may well mean something else.
FELLOW_TELLS = 0.7

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

# Longest first. A stem is only ever searched as a beginning, so it needn't be a word.
_ENDINGS = (
    *("aciones", "ations", "acion", "ation", "ments", "edly", "ings", "ment", "ies", "ing"),
    *("as", "ed", "es", "ly", "os", "a", "e", "o", "s", "y"),
)


Read = Callable[[str], tuple[str, ...]]


@dataclass(frozen=True)
class Form:
    """One way in which a text says it: words in a row, the last of them a beginning where `is_beginning`."""

    words: tuple[str, ...]
    is_beginning: bool

    @property
    def match(self) -> str:
        ending = "*" if self.is_beginning else ""
        return f'"{" ".join(self.words)}"{ending}'

    @property
    def pattern(self) -> str:
        return " ".join(self.words) + ("" if self.is_beginning else r"(?!\S)")


@dataclass(frozen=True)
class Term:
    """A word of a question: `forms` say it themselves, `fellows` are said for it."""

    forms: tuple[Form, ...]
    fellows: tuple[Form, ...] = ()

    @cached_property
    def match(self) -> str:
        """An FTS5 expression in which nothing of the asker's is an operator."""
        return " OR ".join(form.match for form in (*self.forms, *self.fellows))

    @cached_property
    def is_of_signs(self) -> bool:
        return is_of_signs(self.forms[0].words[0])

    def told_in(self, indexed_text: str) -> float:
        """1 where a text says it, less where it says a fellow, 0 where neither."""
        if self._own.search(indexed_text):
            return 1.0
        return FELLOW_TELLS if self._others and self._others.search(indexed_text) else 0.0

    @cached_property
    def _own(self) -> re.Pattern[str]:
        return _pattern(self.forms)

    @cached_property
    def _others(self) -> re.Pattern[str] | None:
        return _pattern(self.fellows) if self.fellows else None


def as_written(word: str) -> tuple[str, ...]:
    return (word,)


def terms_of(question: str, read: Read = as_written, is_spanish_course: bool = False) -> tuple[Term, ...]:
    """At most 12 different terms, in the order they were asked, and 30 of a script without spaces.

    `read` says for which words of a text one of the question may stand; none where it tells nothing.
    """
    asked_in_spanish = is_in_spanish(question)
    asked = without_fillers(word for word in _asked(question) if word not in STOP_WORDS)
    # The longest part: volt's, but l'eau.
    words = (max(word.split("'"), key=len) for word in asked)
    # A lone letter is rarely a topic, a lone sign such as Ω is one.
    telling = (word for word in words if len(word) > 1 or word.isdigit() or not word.isascii())
    found = (
        _spanish_term(word, read) if asked_in_spanish else _english_term(word, read, is_spanish_course)
        for word in dict.fromkeys(telling)
    )
    most = MOST_OF_SIGNS if any(map(is_of_signs, asked)) else MOST_TERMS
    return tuple(dict.fromkeys(term for term in found if term))[:most]


def is_in_spanish(question: str) -> bool:
    return is_spanish(plain(question[:MOST_CHARACTERS]), ENGLISH_WORDS)


def is_known(word: str) -> bool:
    """An English word that is spelt as it should be, as far as the box knows."""
    return word in STOP_WORDS or bool(family_of(word)) or is_english(word)


def pairs_of(question: str) -> tuple[str, ...]:
    """FTS5 phrases of two neighbouring words that tell: a short circuit is more than short and circuit."""
    neighbours = pairwise(_asked(question))
    together = ((first, last) for first, last in neighbours if not {first, last} & (STOP_WORDS | FILLERS))
    return tuple(f'"{first} {_stem(last)}"*' for first, last in dict.fromkeys(together))[:MOST_TERMS]


def _asked(question: str) -> list[str]:
    return asked_words(question[:MOST_CHARACTERS])


def _english_term(word: str, read: Read, is_spanish_course: bool) -> Term | None:
    meant = read(word)
    others = [fellow for each in (word, *meant) for fellow in (*called_too(each), *family_of(each))]
    if is_spanish_course:
        others += [each for meaning in meant for each in spanish_of(meaning)]
    return _term(meant, others) if meant else None


def _spanish_term(word: str, read: Read) -> Term | None:
    words = (each for each in (english_of(word) or "").split() if each not in STOP_WORDS)
    english = tuple(dict.fromkeys((*in_english(word), *words)))
    meant = (word, *english) if english else read(word)
    return _term(meant, [fellow for each in english for fellow in family_of(each)]) if meant else None


def _term(meant: Sequence[str], others: Sequence[str]) -> Term:
    forms = dict.fromkeys(form for each in meant for form in _forms(each))
    fellows = dict.fromkeys(form for each in others if each not in STOP_WORDS for form in _forms(each))
    return Term(tuple(forms), tuple(form for form in fellows if form not in forms)[:MOST_FELLOWS])


def _forms(said: str) -> tuple[Form, ...]:
    *words, word = said.split()
    if is_of_signs(word):
        return (Form((word,), is_one_sign(word)),)
    stem = _stem(word)
    if words:
        return (Form((*words, stem), True),)
    if len(stem) >= SHORTEST_STEM and not word.isdigit():
        return (Form((stem,), True),)
    # As a beginning, "led" would find "ledge": short words match whole, alone or as a plural.
    forms = (word,) if word.isdigit() else tuple(dict.fromkeys((word, f"{word}s", stem)))
    return tuple(Form((form,), False) for form in forms)


def _pattern(forms: Sequence[Form]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\S)(?:{'|'.join(form.pattern for form in forms)})")


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_STEM:
            return word[: -len(ending)]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word
