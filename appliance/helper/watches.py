"""One form of one listed answer, taken apart once, and whether a text says it or hides it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from math import ceil

from appliance.helper.answer_key import Listed
from appliance.helper.atoms import Atoms, atoms_of, tells_atoms
from appliance.helper.clocks import time_of
from appliance.helper.cognates import meanings_of, misspellings_of, skeleton_of, sound_of
from appliance.helper.dates import Date, century_of, date_of
from appliance.helper.everyday import EVERYDAY
from appliance.helper.letter_streams import GRAM, gram_of, mirror_of, shift_of
from appliance.helper.plain_letters import levelled, tokens_of
from appliance.helper.quantities import Quantity, quantities_in
from appliance.helper.shares import fraction_of, ratio_of, tells_fraction, tells_ratio
from appliance.helper.shown_text import ShownText, holds, telling_tokens
from appliance.helper.words import SMALL, stem, stems_of

# What says in a question or a reply that a word comes in disguise, and not as itself.
HINTS = re.compile(
    r"\b(?:acrostic\w*|initials?|letters?|spell\w*|backwards?|revers\w*|mirror\w*|cipher\w*|cypher\w*"
    r"|caesar|rot ?\d+|encod\w+|decod\w+|code|coded"
    r"|secret\w*|hidden|hide|anagram\w*|scrambl\w*|unscramble|jumbl\w*|shuffl\w*|syllab\w*|piece\w*|half"
    r"|halves|poem|riddle|puzzle|hangman"
    r"|every (?:second|third|other)|skip\w*|alphabet\w*|pig latin|leet|emoji\w*|acrostico\w*|iniciales"
    r"|letras?|deletre\w*|al reves|invert\w*|invers\w*|espejo"
    r"|cifr\w*|codig\w*|codific\w*|secret[oa]s?|escond\w*|anagrama\w*|desorden\w*|silab\w*|pedazo\w*"
    r"|mitad\w*|poema|adivinanza"
    r"|ahorcado|cada (?:segunda|dos|tres)|alfabeto|abecedario|morse|starts with|begins with|ends with"
    r"|(?:empieza|termina) (?:con|por|en) (?:la letra|las letras|.?[a-z]\b))"
)
# What asks for a day or a century.
WHEN = re.compile(r"\b(?:century|siglo|date|day|month|year|when|fecha|dia|mes|ano|cuando)\b")
PIECES = re.compile(
    r"\b(?:half|halves|pieces?|letters?|syllables?|mitad|pedazos?|letras?|silabas?|parts?|partes?|starts?"
    r"|begins?|ends?|empieza|termina|rest"
    r"|fragments?|chunks?|glue\w*|join\w*|together|then|luego|junt\w*|une)\b"
)
SCRAMBLED = re.compile(
    r"\b(?:anagram\w*|scrambl\w*|unscrambl\w*|jumbl\w*|shuffl\w*|mixed|rearrang\w*|desorden\w*"
    r"|anagrama\w*|reorden\w*|ordena)\b"
)
MIRRORED = re.compile(
    r"\b(?:backwards?|revers\w*|mirror\w*|al reves|inver\w*|espejo|volte\w*|right to left|from the end)\b"
)
WHO = re.compile(r"\b(?:who|whom|whose|quien|quienes)\b")
MOST_NAMES = 4
LONG_WORD = 8
LOOSE_WORD = 6
LONG_ANSWER = 6
SHORT_ANSWER = 3
SHORTEST_ROOT = 7
ENOUGH_STEMS = 0.75
GIVEN_AWAY = 0.6


@dataclass(frozen=True)
class Watch:
    listed: Listed
    form: str

    @cached_property
    def question(self) -> str:
        return levelled(self.listed.question)

    @cached_property
    def asked_tokens(self) -> tuple[str, ...]:
        return tuple(map(stem, tokens_of(self.question)))

    @cached_property
    def given(self) -> list[Quantity]:
        """The question's own numbers."""
        return quantities_in(self.question)

    @cached_property
    def asked_stems(self) -> frozenset[str]:
        return stems_of(self.listed.question) or frozenset(map(stem, tokens_of(self.question)))

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        return tuple(stem(token) for token in telling_tokens(self.form))

    @cached_property
    def stems(self) -> tuple[str, ...]:
        """With its small words."""
        return tuple(map(stem, tokens_of(self.form)))

    @cached_property
    def joined(self) -> str:
        return "".join(telling_tokens(self.form))

    @cached_property
    def spellings(self) -> tuple[tuple[str, str, bool], ...]:
        """Forwards, backwards, and whether that is another."""
        return tuple((word, word[::-1], word != word[::-1]) for word in {self.joined, self.whole})

    @cached_property
    def grams(self) -> frozenset[int]:
        """Each spelling begins with the four letters of one of these; empty for a word too short to tell."""
        starts = {letters[:GRAM] for word, turned, _ in self.spellings for letters in (word, turned)}
        return frozenset(map(gram_of, starts)) if all(len(start) == GRAM for start in starts) else frozenset()

    @cached_property
    def beginning(self) -> str:
        """So much of it, letter by letter, is enough."""
        word = self.joined
        return word[: max(4, ceil(GIVEN_AWAY * len(word)))] if len(word) >= LOOSE_WORD else ""

    @cached_property
    def consonants(self) -> str:
        return re.sub(r"[aeiou]", "", self.joined)

    @cached_property
    def whole(self) -> str:
        """With its small words."""
        return "".join(tokens_of(self.form))

    @cached_property
    def is_everyday(self) -> bool:
        return all(token in EVERYDAY or len(token) < 3 for token in self.tokens)

    @cached_property
    def quantity(self) -> Quantity | None:
        """Where the answer is a number and little else."""
        found = quantities_in(self.form)
        words = [token for token in tokens_of(self.form) if len(token) > 2 and token not in SMALL]
        is_number = (
            found and not self.atoms and len(words) <= 2 + 2 * found[0].is_written + 6 * (found[0].start == 0)
        )
        return (
            max(found, key=lambda each: each.end - each.start) if is_number and self._is_one(found) else None
        )

    def _is_one(self, found: Sequence[Quantity]) -> bool:
        widest = max(found, key=lambda each: each.end - each.start)
        return all(widest.start <= each.start and each.end <= widest.end for each in found)

    @cached_property
    def telling(self) -> frozenset[str]:
        """Stems that the question doesn't hold already."""
        return stems_of(self.form) - self.asked_stems

    def told_by(self, said: frozenset[str]) -> set[str]:
        """Those of the telling stems that are said, or of whose family a word is: `constancia` by `constante`."""
        starts = {each[:SHORTEST_ROOT] for each in said if len(each) >= SHORTEST_ROOT}
        return {each for each in self.telling if each in said or each[:SHORTEST_ROOT] in starts}

    @cached_property
    def meanings(self) -> tuple[frozenset[str], ...]:
        """Of each telling word, in English too."""
        told = self.asked_stems
        words = (token for token in telling_tokens(self.form) if len(token) > 2)
        return tuple(meanings_of(word) for word in words if not meanings_of(word) & told)

    @cached_property
    def sounds(self) -> tuple[str, ...]:
        tokens = telling_tokens(self.form)
        sounds = tuple(sound_of(token) or token for token in tokens)
        return sounds if sounds != tuple(tokens) or len(tokens) == 1 else ()

    @cached_property
    def misspellings(self) -> frozenset[str]:
        return misspellings_of(self.joined) if len(self.tokens) == 1 else frozenset()

    @cached_property
    def skeleton(self) -> str:
        return skeleton_of(self.joined) if len(self.tokens) == 1 else ""

    @cached_property
    def date(self) -> Date | None:
        return date_of(self.form)

    @cached_property
    def century(self) -> int:
        return century_of(self.form)

    @cached_property
    def is_day(self) -> bool:
        """A day or a century, which a bare number doesn't tell to somebody who asks for something else."""
        return bool(self.date or self.century)

    @cached_property
    def time(self) -> int | None:
        return time_of(self.form)

    @cached_property
    def ratio(self) -> tuple[str, str] | None:
        return ratio_of(self.form)

    @cached_property
    def fraction(self) -> Fraction | None:
        return fraction_of(self.form)

    @cached_property
    def atoms(self) -> Atoms:
        """Of the form as it was listed: small letters are no symbols."""
        forms = (form for form in self.listed.forms if levelled(form).strip() == self.form)
        return atoms_of(next(forms, ""))

    @cached_property
    def root(self) -> str:
        """What its whole family begins with."""
        word = self.tokens[0] if len(self.tokens) == 1 else ""
        return word if len(word) >= SHORTEST_ROOT else ""

    @cached_property
    def shift(self) -> str:
        return shift_of(self.joined) if self.joined.isascii() and self.joined.isalpha() else ""

    @cached_property
    def shifts(self) -> frozenset[str]:
        """Of the word and of what stands in its place in an alphabet that runs backwards, from both ends."""
        mirror = mirror_of(self.shift)
        return frozenset((self.shift, self.shift[::-1], mirror, mirror[::-1]))


@lru_cache(maxsize=4096)
def watches_of(listed: Listed) -> tuple[Watch, ...]:
    forms = (levelled(form).strip() for form in (*listed.forms, *_family_names(listed)))
    return tuple(Watch(listed, form) for form in forms if form)


def _family_names(listed: Listed) -> Iterator[str]:
    """Whoever is asked for a person is answered with the last name alone."""
    if not WHO.search(levelled(listed.question)):
        return
    for form in listed.forms:
        words = form.split()
        if 1 < len(words) <= MOST_NAMES and all(word[:1].isupper() for word in (words[0], words[-1])):
            yield words[-1]


def is_said(watch: Watch, seen: ShownText) -> bool:
    """In plain words, with its small words or without."""
    return watch.tokens[0] in seen.stem_set and holds(seen.stems, watch.tokens) if watch.tokens else False


def is_nearly_said(watch: Watch, seen: ShownText) -> bool:
    """In a neighbour's language, misspelled, or a word in its translation."""
    if watch.root and seen.has_kin_of(watch.root):
        return True
    if len(watch.sounds) == 1 and watch.sounds[0] in seen.glued_sounds:
        return True
    if watch.sounds and len("".join(watch.sounds)) >= 4:
        if holds(seen.sounds, watch.sounds):
            return True
        if len(watch.sounds) > 1 and holds(seen.telling_sounds, watch.sounds):
            return True
    if watch.skeleton and watch.skeleton in seen.skeletons:
        return True
    return bool(watch.misspellings) and not watch.misspellings.isdisjoint(seen.misspelled)


def is_dated(watch: Watch, seen: ShownText) -> bool:
    """The day or the century that it is, written otherwise."""
    date, century = watch.date, watch.century
    if date is not None:
        return seen.tells_day(lambda days: days.tell(date))
    return bool(century) and seen.tells_day(lambda days: days.tell_century(century))


def is_told_in_parts(watch: Watch, seen: ShownText) -> bool:
    """A time of day, a ratio, a fraction or a formula, as people say it and no key lists it."""
    if watch.time is not None and watch.time in seen.times:
        return True
    if watch.ratio is not None and tells_ratio(seen.plain, watch.ratio):
        return True
    if watch.fraction is not None and tells_fraction(seen.with_earlier, watch.fraction):
        return True
    return bool(watch.atoms) and tells_atoms(seen.plain, watch.atoms)


def is_riddled(watch: Watch, seen: ShownText, sought: bool) -> bool:
    """Spoken of as a word, to somebody who asks for it and doesn't say it."""
    riddles = seen.riddles
    if not riddles.are_there:
        return False
    if riddles.begin(watch.joined):
        return True
    words = telling_tokens(watch.form)
    is_heard = len(words) <= SHORT_ANSWER and any(map(riddles.sound_like, words))
    return sought and (riddles.plays or is_heard) and not _is_named(watch, seen)


def _is_named(watch: Watch, seen: ShownText) -> bool:
    """In one of its forms, by the student."""
    said = set(seen.asked_tokens)
    return any(said.issuperset(telling_tokens(each.form)) for each in watches_of(watch.listed))


def is_translated(watch: Watch, seen: ShownText) -> bool:
    """Each of its words, or what it is in the other language, in one sentence."""
    if not watch.meanings or watch.meanings[0].isdisjoint(seen.all_meanings):
        return False
    return any(all(meanings & said for meanings in watch.meanings) for said in seen.sentence_stems)


def is_hidden(watch: Watch, seen: ShownText, hinted: bool) -> bool:
    """In a code, in letters, backwards, in pieces."""
    word = watch.joined
    if (
        seen.hidden
        and (word in seen.hidden_letters or watch.whole in seen.hidden_letters)
        and _is_decoded(watch, seen)
    ):
        return True
    if len(word) < 3:
        return False
    return (
        _is_turned_by_word(watch, seen)
        or _is_spelled(watch, seen, hinted)
        or _is_shifted(watch, seen, hinted)
        or _is_in_pieces(watch, seen, hinted)
        or (hinted and _is_scrambled(watch, seen))
    )


def _is_decoded(watch: Watch, seen: ShownText) -> bool:
    if len(watch.joined) > 3:
        return True
    return any(watch.joined in tokens_of(text) for text in seen.hidden)


def _is_spelled(watch: Watch, seen: ShownText, hinted: bool) -> bool:
    streams = seen.streams
    if watch.grams and not streams.may_hold(watch.grams):
        return False
    for letters, turned, is_turnable in watch.spellings:
        least = 3 if hinted else 4
        size = len(letters)
        if size >= least and (
            letters in streams.words
            or letters in streams.dense
            or streams.runs_together(letters)
            or turned in streams.dense
        ):
            if letters not in seen.plain:
                return True
        elif size == 3 and letters in streams.dense_lines and letters not in seen.plain:
            return True
        if (size >= LOOSE_WORD or (hinted and size >= 4)) and (
            letters in streams.loose or turned in streams.loose
        ):
            return True
        if is_turnable and _is_turned(turned, seen, hinted):
            return True
        is_long = size >= LONG_WORD or (hinted and size > 4)
        if is_long and letters in streams.letters and letters not in seen.plain:
            return True
    beginning = watch.beginning
    return bool(beginning) and beginning in streams.dense and watch.joined not in seen.plain


def _is_turned(turned: str, seen: ShownText, hinted: bool) -> bool:
    if turned in seen.streams.letters and (len(turned) >= LOOSE_WORD or (hinted and len(turned) > 3)):
        return True
    return turned in seen.token_set and (hinted or (len(turned) > 3 and stem(turned) not in EVERYDAY))


def _is_turned_by_word(watch: Watch, seen: ShownText) -> bool:
    """Each of its words backwards."""
    words = telling_tokens(watch.form)
    is_long = any(len(word) > 3 and word != word[::-1] for word in words)
    return len(words) > 1 and is_long and seen.token_set.issuperset(word[::-1] for word in words)


def _is_shifted(watch: Watch, seen: ShownText, hinted: bool) -> bool:
    """In an alphabet that begins at another letter, or runs backwards."""
    shift, streams = watch.shift, seen.streams
    if len(shift) < 3 or not (streams.shifted or streams.shifted_run):
        return False
    if not watch.shifts.isdisjoint(streams.shifted):
        return True
    return len(shift) >= LOOSE_WORD - 1 and any(way in streams.shifted_run for way in watch.shifts)


def _is_in_pieces(watch: Watch, seen: ShownText, hinted: bool) -> bool:
    word = watch.joined
    if len(word) > 3 and word not in seen.tokens and _is_put_together(watch, seen, hinted):
        return True
    return _is_masked(watch, seen)


def _is_put_together(watch: Watch, seen: ShownText, hinted: bool) -> bool:
    """Pieces of it one after the other, with other words between: `gra` … `phi` … `te`; or most of it in one."""
    word = watch.joined
    are_pieces = hinted or seen.speaks_of(PIECES)
    if len(word) < 5 and not hinted:
        return False
    pieces = seen.small_pieces if are_pieces else seen.pieces
    if not any(map(word.startswith, pieces.get(word[0], ()))):
        return False
    usable = {piece for piece in seen.all_pieces if piece in word and (are_pieces or piece not in SMALL)}
    if (
        hinted
        and len(watch.tokens) == 1
        and any(_is_most_of(word, piece) for piece in usable.intersection(seen.all_tokens))
    ):
        return True
    if sum(map(len, usable)) < len(word):
        return False
    return word not in seen.plain and _is_reached(word, usable, seen, are_pieces)


def _is_most_of(word: str, piece: str) -> bool:
    """A beginning of it that is no word of its own, as `amp` of `ampere` is."""
    is_long = max(3, len(word) // 2) <= len(piece) < len(word)
    return is_long and word.startswith(piece) and stem(piece) not in EVERYDAY and piece not in SMALL


def _is_reached(word: str, usable: set[str], seen: ShownText, are_pieces: bool) -> bool:
    reached = {0}
    for token in seen.asked_tokens if are_pieces else ():
        if token in usable:
            reached |= {at + len(token) for at in reached if word.startswith(token, at)} - {len(word)}
    for token in seen.all_tokens:
        if token in usable:
            reached |= {at + len(token) for at in reached if word.startswith(token, at)}
    return len(word) in reached


def _is_masked(watch: Watch, seen: ShownText) -> bool:
    """`c_rc_it`: as many letters shown as hidden; `grpht`: without its vowels."""
    word = watch.joined
    bare = watch.consonants
    if len(bare) > 3 and bare != word and bare in seen.token_set:
        return True
    for letters in seen.masked if len(word) > 3 else ():
        if len(letters) == len(word):
            shown = [at for at, sign in enumerate(letters) if sign.isalnum()]
            if 2 * len(shown) >= len(word) and all(letters[at] == word[at] for at in shown):
                return True
    return False


def _is_scrambled(watch: Watch, seen: ShownText) -> bool:
    word = watch.joined
    if len(word) < 4 or not seen.speaks_of(SCRAMBLED):
        return False
    letters = sorted(word)
    return any(
        len(token) == len(word) and token != word and sorted(token) == letters for token in seen.tokens
    )
