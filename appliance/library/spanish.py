"""Spanish put word by word into English: no translation to be read, but what a search model of English can compare."""

import re
from functools import lru_cache
from importlib.resources import files

from appliance.library.spelling import sounds

WORD = re.compile(r"[^\W\d_]+|\d[\d.,/]*|\?")
# What its words don't say one by one.
PHRASE_LIST = """
por que=why, a veces=sometimes, da igual=does not matter, para que=what for, de nuevo=again, otra
vez=again, en vez de=instead of, a la vez=at the same time, tal vez=maybe, lo que=what, el mas=the
plus, el menos=the minus, tener que=have to, tengo que=i have to, hay que=must, se dice=do you say,
se llama=is called, papel aluminio=aluminium foil
"""
PHRASES = dict(pair.strip().split("=") for pair in PHRASE_LIST.replace("\n", " ").split(","))
TOGETHER = re.compile(rf"\b(?:{'|'.join(PHRASES)})\b")
ENDING_LIST = """
aciones iendo ieron amos emos imos aron ando aban aria eria iria idos adas idas ados aba ian ado ada
ido ida ara era ira ere are ire ste ias ia an en as es io ar er ir a e o i
"""
ENDINGS = tuple(ENDING_LIST.split())
# How words of learned origin end in both languages, tried on what the list doesn't have.
ALIKE_LIST = """
ciones=tions cion=tion dades=ties dad=ty logia=logy grafia=graphy encia=ence ancia=ance ismo=ism
ista=ist ivo=ive iva=ive oso=ous osa=ous ario=ary aria=ary ico=ic ica=ics ible=ible ante=ant
ente=ent mento=ment uro=ure ura=ure ido=ide fia=phy
"""
ALIKE = [pair.split("=") for pair in ALIKE_LIST.split()]
LEAST_ALIKE = 7
ATTACHED = ("melo", "mela", "selo", "sela", "me", "te", "se", "lo", "la", "le", "los", "las", "les", "nos")
DIMINUTIVES = (("itos", "o"), ("itas", "a"), ("ito", "o"), ("ita", "a"), ("illo", "o"), ("illa", "a"))
LEAST_STEM = 3
MOST_FELLOWS = 4
# Spanish is misspelt by its sounds: b and v, c and s, a silent h. Shorter words are too near to one another.
LEAST_SOUNDED = 4
# Also English words, which tell nothing about the language of a text.
BOTH_LIST = """
a no me he has son once sin pie red can pan come sale mar real final animal color mango idea error
dice fin van metal motor robot video app internet plastic gas virus led sensor chocolate pizza actor
piano hospital capital radio area volt planet variable formula polo cactus panda dragon rosa tela
media solo doble mono
"""
BOTH = frozenset(BOTH_LIST.split())


def in_english_words(plain_text: str) -> str:
    """`plain_text` is lower case and without accents; words that aren't known stay as they are."""
    found = WORD.findall(TOGETHER.sub(lambda met: PHRASES[met[0]], plain_text))
    english = (_alike(word) if (known := english_of(word)) is None else known for word in found)
    return " ".join(word for word in english if word)


def is_spanish(plain_text: str, english: frozenset[str]) -> bool:
    """Whether more of its words are Spanish than are in `english`, the small words that every English text has."""
    words = [word for word in WORD.findall(plain_text) if word[0].isalpha()]
    spanish = sum(word not in BOTH and word not in english and _word(word) is not None for word in words)
    return spanish > sum(word in english and word not in BOTH for word in words)


def english_of(word: str) -> str | None:
    """None for a word that isn't known, nor said like one that is."""
    found = _word(word)
    return found if found is not None or len(word) <= LEAST_SOUNDED else _by_sound().get(sounds(word))


def is_english(word: str) -> bool:
    """Whether it is among the English words that the list gives, but for an ending."""
    known = _english()
    forms = (
        word,
        word.removesuffix("s"),
        word.removesuffix("es"),
        word.removesuffix("ed"),
        word.removesuffix("d"),
    )
    return any(form in known for form in (*forms, word.removesuffix("ing"), f"{word.removesuffix('ing')}e"))


def spanish_of(word: str) -> tuple[str, ...]:
    """Spanish words for an English one, at most four."""
    known = _english()
    return known.get(word) or known.get(word.removesuffix("s"), ())


@lru_cache(maxsize=1)
def _english() -> dict[str, tuple[str, ...]]:
    words, _ = _dictionary()
    found: dict[str, tuple[str, ...]] = {}
    for spanish, english in (*words.items(), *_verb_pairs()):
        for each in english.split():
            had = found.get(each, ())
            # A phrase's words are English words, and yet no translation.
            found[each] = (*had, spanish) if english == each and len(had) < MOST_FELLOWS else had
    return found


@lru_cache(maxsize=4096)
def _word(word: str) -> str | None:
    words, verbs = _dictionary()
    if len(word) < LEAST_STEM or word in words:
        return words.get(word)
    return _thing(word, words) or _verb(word, verbs) or _with_attached(word, verbs)


def _thing(word: str, words: dict[str, str]) -> str | None:
    forms = [word.removesuffix("s"), word.removesuffix("es"), f"{word.removesuffix('ces')}z"]
    if word.endswith("mente"):
        forms.append(f"{word.removesuffix('amente')}o")
    forms += [f"{form[:-1]}o" for form in forms[:2] if form.endswith("a")]
    for ending, instead in DIMINUTIVES:
        if word.endswith(ending):
            forms += [word.removesuffix(ending) + instead, word.removesuffix(ending)]
    return next((words[form] for form in forms if len(form) >= LEAST_STEM and form in words), None)


def _verb(word: str, verbs: dict[str, str]) -> str | None:
    for ending in ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= LEAST_STEM - 1 and stem in verbs:
            return verbs[stem]
    return None


def _with_attached(word: str, verbs: dict[str, str]) -> str | None:
    """`conectarlo`, `ayudame`."""
    for attached in ATTACHED:
        bare = word.removesuffix(attached)
        if bare != word and len(bare) > LEAST_STEM and (found := _verb(bare, verbs)):
            return found
    return None


def _alike(word: str) -> str:
    bare = word.removesuffix("s") if not word.endswith(("ciones", "dades")) else word
    if len(bare) < LEAST_ALIKE:
        return word
    return next(
        (bare.removesuffix(ending) + instead for ending, instead in ALIKE if bare.endswith(ending)), word
    )


@lru_cache(maxsize=1)
def _dictionary() -> tuple[dict[str, str], dict[str, str]]:
    """Words, and the stems of verbs: `conect`, and `busqu` and `cuent` where a stem changes."""
    parts: dict[str, dict[str, str]] = {"words": {}, "verbs": {}}
    part = parts["words"]
    for line in (files("appliance.library") / "spanish.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            part = parts[line.strip("[]")]
        elif line and not line.startswith("#"):
            part.update(
                (word, english) for word, _, english in (pair.partition("=") for pair in line.split(", "))
            )
    stems = {stem: english for word, english in parts["verbs"].items() for stem in _stems(word)}
    return parts["words"], stems


def _verb_pairs() -> tuple[tuple[str, str], ...]:
    """Stems of verbs, which find their forms as beginnings, and what they mean."""
    return tuple((stem, english) for stem, english in _dictionary()[1].items() if len(stem) > LEAST_STEM)


@lru_cache(maxsize=1)
def _by_sound() -> dict[str, str]:
    return {sounds(word): english for word, english in _dictionary()[0].items() if len(word) > LEAST_SOUNDED}


def _stems(infinitive: str) -> set[str]:
    stem, kind = infinitive[:-2], infinitive[-2:]
    found = {stem}
    if kind == "ar":
        found |= {
            stem[:-1] + hard for soft, hard in (("c", "qu"), ("g", "gu"), ("z", "c")) if stem.endswith(soft)
        }
    head, vowel, tail = _last_vowel(stem)
    changes = {"o": ("ue",), "e": ("ie", "i"), "u": ("ue",)}
    if tail:
        found |= {f"{head}{change}{tail}" for change in changes.get(vowel, ())}
    return found


def _last_vowel(stem: str) -> tuple[str, str, str]:
    place = max(stem.rfind(vowel) for vowel in "aeiou")
    return (stem[:place], stem[place], stem[place + 1 :]) if place >= 0 else (stem, "", "")
