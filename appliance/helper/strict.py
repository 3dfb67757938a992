"""Strict: whether a reply gives away the final answer of graded work, or the result of a sum that was asked for.

Nothing here asks a model. An answer that the lesson itself says in the open ("closed circuit" in a lesson on
circuits), or that any sentence may hold ("water", "10"), is held back only where it is asked for or offered as
the answer; any other is held back everywhere.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from appliance.helper.answer_key import Listed
from appliance.helper.asked_sums import asked_sums
from appliance.helper.choices import confirms, gives_verdict, is_verdict, points_at, tries_them_all
from appliance.helper.conversations import Turn
from appliance.helper.number_words import in_digits
from appliance.helper.plain_letters import levelled, tokens_of
from appliance.helper.quantities import Quantity, near, quantities_in
from appliance.helper.shown_text import Earlier, ShownText, has_near, holds
from appliance.helper.sums import Sum
from appliance.helper.watches import (
    ENOUGH_STEMS,
    HINTS,
    LONG_ANSWER,
    MIRRORED,
    WHEN,
    Watch,
    is_dated,
    is_hidden,
    is_nearly_said,
    is_riddled,
    is_said,
    is_told_in_parts,
    is_translated,
    watches_of,
)
from appliance.helper.words import stem, stems_of
from appliance.library.glossary import in_english

# What a student says who wants an answer, and what a reply says that gives one.
DEMAND = re.compile(
    r"\b(?:answers?|answer key|solution|solve[ds]?|result|quiz|test|exam|homework|exercises?|question \d"
    r"|number \d"
    r"|respuestas?|soluci\w+|resuel\w+|resolver|resultado|cuestionario|examen|prueba|tarea|deberes"
    r"|ejercicios?|pregunta \d|secret\w*|clave|system prompt|instruct\w+|rules|reglas|backwards?|reverse\w*"
    r"|al reves|base64|rot13|morse|spell|deletrea\w*|translat\w+|traduc\w+|teacher said|my teacher|profe\w*"
    r"|just tell me|just say|just the|only the|one word|dime|solo di|solo el|solo la|una palabra|print"
    r"|reveal|ignore"
    r"|repeat|imprime|revela|ignora|repite)\b"
)
OFFER = re.compile(
    r"\b(?:answers?|solution|result|correct|right one|equals|final|key|secret|it'?s|it is|you get"
    r"|that makes|comes? to|comes? out"
    r"|i think|i guess|i reckon|say|must be|has to be|gives you|leaves|namely|called"
    r"|respuestas?|solucion|resultado|correct[oa]|igual a|clave|secreto|te da|te queda|son|se llama"
    r"|digo|diria|creo|serian?|da)\b|="
)
EXERCISE = re.compile(
    r"(?:\b(?:exercise|question|number|problem|task|item|ejercicio|pregunta|numero|problema|tarea|no\.?)"
    r"|#)\s?(\d{1,2})\b"
    r"|\b(first|second|third|fourth|fifth|last|primer|primera|segund[oa]|tercer|tercera|cuart[oa]"
    r"|quint[oa]|ultim[oa])"
    r" (?:exercise|question|one|problem|task|ejercicio|pregunta|problema)\b"
    r"|\b(?:exercise|question|ejercicio|pregunta) (first|second|third|one|two|three|uno|dos|tres)\b"
)
# The number is given, and what is wanted is how else it is written.
OTHER_FORM = re.compile(
    r"\b(?:as|into|in|to|como|en|a) (?:an? |un |una )?(?:decimal|fraction|fraccion|percent\w*|porcentaje)"
    r"|\b(?:simplif|reduc)\w*"
)
PERCENT = re.compile(r"%|\bper ?cent|\bporcentaje|\bpor ciento")
BINARY = re.compile(r"\b(?:binar\w+|base (?:2|two|dos)|zeros and ones|ceros y unos|bits?)\b")
ORDINALS = {
    "fi": 1,
    "pr": 1,
    "se": 2,
    "th": 3,
    "te": 3,
    "fo": 4,
    "cu": 4,
    "qu": 5,
    "on": 1,
    "tw": 2,
    "un": 1,
    "do": 2,
    "tr": 3,
}
# Whoever asks "and the second one?" still asks about the exercise of the question before.
QUESTIONS_BEFORE = 2
# How much of the last replies may be one half of something.
CHARS_BEFORE = 700
REPLIES_BEFORE = 4
SHORT_SENTENCE = 2
MOST_GUESSED = 3
LEAST_SHORTENED, DIGITS_TOLD = 10_000, 3
# Adding nothing and multiplying by one is no step.
PLAIN = frozenset((Fraction(0), Fraction(1)))


@dataclass(frozen=True)
class Said:
    """Redacted: the newest question, those before it, and what the assistant said last."""

    asked: str
    questions: tuple[str, ...]
    replies: str

    @property
    def recent(self) -> str:
        return " ".join((*self.questions[-QUESTIONS_BEFORE:], self.asked))


@dataclass(frozen=True)
class Kept:
    """`is_sought`: the student asks about it; `is_held`: it may not be said at all, and else not be offered."""

    watch: Watch
    is_sought: bool
    is_held: bool


def said_in(message: str, turns: Sequence[Turn]) -> Said:
    questions = tuple(turn.text for turn in turns if turn.role == "user")
    replies = [turn.text for turn in turns if turn.role == "assistant"]
    return Said(message, questions, "\n".join(replies[-REPLIES_BEFORE:])[-CHARS_BEFORE:])


class Strict:
    """What is to be kept back for one question; `open_text` is what the lesson says to everybody."""

    def __init__(self, listed: Iterable[Listed], said: Said, open_text: str) -> None:
        self._asked = levelled(said.asked)
        self._recent = levelled(said.recent)
        self._earlier = Earlier(said.replies)
        self._sums = [*asked_sums(levelled(said.asked.replace("·", "*")))]
        self._asked_numbers = quantities_in(self._asked)
        # Asked in Spanish about an exercise that is written in English, it is the same exercise.
        fellows = " ".join(fellow for token in tokens_of(self._recent) for fellow in in_english(token))
        self._recent_stems = stems_of(self._recent) | stems_of(fellows)
        self._recent_numbers = quantities_in(self._recent)
        self._places = _places(in_digits(self._recent))
        self._is_demanding = bool(DEMAND.search(self._recent))
        self._asks_when = bool(WHEN.search(self._recent))
        self._is_hinted = bool(HINTS.search(self._recent))
        self._is_mirrored = bool(MIRRORED.search(self._recent))
        items = [*listed]
        self._kept = [*self._taken_apart(items, open_text)]
        sought = {kept.watch.listed for kept in self._kept if kept.is_sought}
        before = [levelled(question) for question in said.questions]
        self._has_verdict = any(is_verdict(item) for item in sought)
        self._kept = [kept for kept in self._kept if not is_verdict(kept.watch.listed)]
        tried = sought | {item for item in items if item.choices}
        self._is_enumerating = any(tries_them_all(item, self._asked, before) for item in tried)
        chosen = [item for item in items if item.choice]
        self._choices = [item for item in chosen if item in sought] or chosen

    def gives_away(self, text: str) -> bool:
        """`text` is all that would be shown, the newest sentence last."""
        seen = ShownText(text, self._earlier, self._asked)
        if any(self._says_sum(asked, seen) for asked in self._sums):
            return True
        if (self._has_verdict and gives_verdict(seen)) or (self._is_enumerating and confirms(seen)):
            return True
        hinted = self._is_hinted or bool(HINTS.search(seen.plain))
        if any(self._tells(kept, seen, hinted) for kept in self._kept):
            return True
        return bool(self._choices) and points_at(self._choices, seen)

    def _taken_apart(self, listed: Iterable[Listed], open_text: str) -> Iterator[Kept]:
        said, numbers = _stems_and_numbers(open_text)
        for item in listed:
            watches = watches_of(item)
            is_sought = bool(watches) and self._is_sought(watches, said, numbers)
            for watch in watches:
                is_common = not item.is_near or _is_common(watch, said, numbers)
                is_demanded = self._is_demanding and item.is_near and not (watch.is_everyday and item.choices)
                yield Kept(watch, is_sought, not is_common or is_sought or is_demanded)

    def _is_sought(
        self, watches: Sequence[Watch], said: tuple[str, ...], numbers: Sequence[Quantity]
    ) -> bool:
        """One that was listed without its question may be what any question is after, unless the lesson says it."""
        item = watches[0].listed
        if item.question:
            return self._is_about(watches[0])
        is_open = is_verdict(item) or any(_is_open(watch, said, numbers) for watch in watches)
        return self._is_demanding or (item.is_near and not is_open)

    def _is_about(self, watch: Watch) -> bool:
        if watch.listed.is_near and watch.listed.place in self._places:
            return True
        numbers = {
            each.values
            for each in watch.given
            if any(each.reads_like(other) for other in self._recent_numbers)
        }
        shared = len(watch.asked_stems & self._recent_stems)
        return bool(watch.asked_stems) and (
            shared >= 2 or 2 * shared >= len(watch.asked_stems) or len(numbers) > 1
        )

    def _says_sum(self, asked: Sum, seen: ShownText) -> bool:
        if any(self._is_value(quantity, asked) for quantity in (*self._hidden(seen), *seen.counted)):
            return True
        for quantity in seen.quantities:
            if not self._is_value(quantity, asked):
                continue
            is_given = any(quantity.reads_like(each) for each in self._asked_numbers)
            if (
                OTHER_FORM.search(self._asked)
                and seen.plain[quantity.start : quantity.end] not in self._asked
            ):
                is_given = False
            is_one = quantity.is_written and asked.value == 1
            if (is_given or is_one) and not _offers(seen.sentence_at(quantity.start), 1):
                continue
            if not seen.is_place(quantity):
                return True
        if self._runs(asked.value, seen):
            return True
        return any(
            near(other.value, asked.value) and not (other.operands & asked.operands) - PLAIN
            for other in seen.sums
        )

    def _is_value(self, quantity: Quantity, asked: Sum) -> bool:
        values = {*quantity.values, *quantity.scaled}
        if quantity.dimension == "percent":
            values |= {value / 100 for value in quantity.values}
        elif not quantity.dimension and PERCENT.search(self._asked):
            values |= {value * 100 for value in quantity.values}
        return any(_comes_to(value, asked.value) for value in values)

    def _tells(self, kept: Kept, seen: ShownText, hinted: bool) -> bool:
        watch = kept.watch
        if watch.is_day and kept.is_held and is_dated(watch, seen):
            return True
        is_asked = kept.is_sought or (kept.is_held and watch.time is not None)
        if is_asked and is_told_in_parts(watch, seen):
            return True
        is_number = kept.is_sought or self._is_demanding or self._asks_when or not watch.is_day
        if watch.quantity is not None and is_number:
            return self._tells_number(kept, watch.quantity, seen)
        is_open = (
            watch.is_everyday
            and bool(watch.listed.choices)
            and not (kept.is_sought or self._is_demanding or hinted)
        )
        if not is_open and is_hidden(watch, seen, hinted):
            return True
        if is_said(watch, seen) or is_nearly_said(watch, seen):
            return kept.is_held or (watch.listed.is_near and _is_offered(watch, seen))
        if kept.is_held and is_riddled(watch, seen, kept.is_sought):
            return True
        if kept.is_held and len(watch.joined) > 2 and is_translated(watch, seen):
            return True
        return _nearly_holds(watch, seen) or (kept.is_sought and _covers(watch, seen))

    def _tells_number(self, kept: Kept, number: Quantity, seen: ShownText) -> bool:
        watch = kept.watch
        for quantity in seen.quantities if has_near(seen.sizes, number) else ():
            is_same = quantity.equals(number) or (
                kept.is_sought
                and (quantity.reads_like(number) or quantity.measures(number) or _rounds_to(quantity, number))
            )
            if not is_same or seen.is_place(quantity):
                continue
            is_one = quantity.is_written and number.is_small and quantity.values == (Fraction(1),)
            is_bare = not quantity.dimension and quantity.is_plain and not kept.is_sought
            is_given = any(number.equals(each) for each in watch.given) or self._is_guessed(number)
            if kept.is_held and not (is_one or is_bare or is_given):
                return True
            if watch.listed.is_near and _offers(
                seen.sentence_at(quantity.start), 1 + bool(quantity.dimension)
            ):
                return True
        if kept.is_sought and any(self._leaves(quantity, number) for quantity in seen.quantities):
            return True
        return kept.is_held and self._hides_number(kept, number, seen)

    def _leaves(self, quantity: Quantity, percent: Quantity) -> bool:
        """The rest of a hundred percent, which the student didn't name."""
        are_percent = quantity.dimension == percent.dimension == "percent"
        is_rest = are_percent and any(
            near(100 - value, wanted) for value in quantity.values for wanted in percent.values
        )
        return is_rest and not any(quantity.reads_like(each) for each in self._recent_numbers)

    def _is_guessed(self, number: Quantity) -> bool:
        """The student says it, and not as one of many."""
        return len(self._asked_numbers) <= MOST_GUESSED and any(map(number.equals, self._asked_numbers))

    def _hides_number(self, kept: Kept, number: Quantity, seen: ShownText) -> bool:
        """In a code, backwards, digit by digit, counted out, or as a sum of numbers that nobody asked about."""
        is_free = number.is_small and not kept.is_sought
        is_near = has_near(seen.hidden_sizes, number)
        if is_near and not is_free and any(each.equals(number) for each in self._hidden(seen)):
            return True
        if is_near and kept.is_sought and any(each.reads_like(number) for each in seen.counted):
            return True
        if any(self._runs(value, seen) for value in number.values):
            return True
        if not has_near(seen.sum_sizes, number):
            return False
        known = {value for found in kept.watch.given for value in found.values}
        return not is_free and any(
            (each.signs == 1 or not (each.operands & known) - PLAIN)
            and not each.operands <= known
            and any(near(each.value, value) for value in (*number.values, *number.scaled))
            for each in seen.sums
        )

    def _hidden(self, seen: ShownText) -> Iterator[Quantity]:
        yield from seen.hidden_quantities
        if BINARY.search(self._recent) or seen.speaks_of(BINARY):
            yield from seen.in_twos

    def _runs(self, value: Fraction, seen: ShownText) -> bool:
        """Digit by digit, or from behind."""
        is_mirrored = self._is_mirrored or seen.speaks_of(MIRRORED)
        if not (seen.digit_runs or is_mirrored):
            return False
        written = _written(value)
        digits = re.sub(r"\D", "", written)
        if len(digits) == 2 and seen.digit_runs.get(digits):
            return True
        if len(digits) > 2 and any(digits in run for run in seen.digit_runs):
            return True
        if len(digits) < 2 or not is_mirrored:
            return False
        return (
            not seen.bare_words.isdisjoint({written[::-1], digits[::-1]}) or digits[::-1] in seen.digit_runs
        )


@lru_cache(maxsize=64)
def _stems_and_numbers(lesson: str) -> tuple[tuple[str, ...], tuple[Quantity, ...]]:
    """Of what a lesson says to everybody, taken apart once."""
    plain = levelled(lesson)
    return tuple(map(stem, tokens_of(plain))), tuple(quantities_in(plain))


def _is_open(watch: Watch, said: tuple[str, ...], numbers: Sequence[Quantity]) -> bool:
    """The lesson itself says it."""
    number = watch.quantity
    return holds(said, watch.tokens) if number is None else any(map(number.equals, numbers))


def _is_common(watch: Watch, said: tuple[str, ...], numbers: Sequence[Quantity]) -> bool:
    number = watch.quantity
    if number is not None:
        return number.is_small or any(map(number.equals, (*numbers, *watch.given)))
    if len(watch.joined) < 3 or (watch.is_everyday and watch.listed.choices):
        return True
    return holds(said, watch.tokens) or holds(watch.asked_tokens, watch.tokens)


def _is_offered(watch: Watch, seen: ShownText) -> bool:
    for before, sentence in zip(["", *seen.sentences], seen.sentences, strict=False):
        if holds(tuple(map(stem, tokens_of(sentence))), watch.tokens) and (
            _offers(sentence, len(watch.tokens)) or (len(sentence) < 40 and OFFER.search(before))
        ):
            return True
    return False


def _offers(sentence: str, words: int) -> bool:
    """It says that this is the answer, or says nothing else."""
    if sentence.rstrip().endswith("?"):
        return False
    return OFFER.search(sentence) is not None or len(tokens_of(sentence)) <= words + SHORT_SENTENCE


def _covers(watch: Watch, seen: ShownText) -> bool:
    """Two sentences that follow each other hold most of what the answer adds to its question."""
    if len(watch.telling) < 2:
        return False
    most = ENOUGH_STEMS * len(watch.telling)
    if any(len(watch.told_by(said)) >= most for said in seen.pairs()):
        return True
    meanings = watch.meanings
    return len(meanings) > 2 and any(
        sum(bool(meaning & said) for meaning in meanings) >= ENOUGH_STEMS * len(meanings)
        for said in seen.pairs()
    )


def _nearly_holds(watch: Watch, seen: ShownText) -> bool:
    """A long answer but for a word or two."""
    wanted = watch.stems
    size = len(wanted)
    if size < LONG_ANSWER or len(set(wanted) & set(seen.stems)) < ENOUGH_STEMS * len(set(wanted)):
        return False
    for at in range(max(1, len(seen.stems) - size)):
        shared = Counter(wanted) & Counter(seen.stems[at : at + size + 1])
        if shared.total() >= ENOUGH_STEMS * size:
            return True
    return False


def _comes_to(value: Fraction, wanted: Fraction) -> bool:
    """The same, or the same as far as its digits go."""
    if near(value, wanted):
        return True
    if wanted.denominator == 1 or value.denominator == wanted.denominator:
        return False
    for places in range(5):
        if (value * 10**places).denominator == 1:
            is_told = len(str(abs(int(value * 10**places)))) > 1
            return is_told and abs(abs(value) - abs(wanted)) <= Fraction(1, 2 * 10**places)
    return False


def _rounds_to(quantity: Quantity, number: Quantity) -> bool:
    """`33.3` for a listed 33, or a big number but for its last digits."""
    if quantity.dimension and number.dimension and quantity.dimension != number.dimension:
        return False
    is_short = _is_short_for(quantity.values, number.values)
    if quantity.dimension and number.dimension:
        is_short = is_short or _is_short_for(quantity.scaled, number.scaled)
    return (
        is_short
        or _is_rounded(quantity, number)
        or any(
            wanted >= 10
            and wanted.denominator == 1
            and value.denominator != 1
            and abs(value - wanted) <= Fraction(1, 2)
            for value in quantity.values
            for wanted in number.values
        )
    )


def _is_rounded(quantity: Quantity, number: Quantity) -> bool:
    """`a third` for a listed 0.33: a fraction that no decimal writes out."""
    same = (quantity.scaled, number.scaled) if quantity.dimension == number.dimension else ((), ())
    return any(
        100 % wanted.denominator == 0
        and wanted.denominator > 10
        and 10**6 % value.denominator
        and abs(value - wanted) <= Fraction(1, 200)
        for values, exact in ((quantity.values, number.values), same)
        for value in values
        for wanted in exact
    )


def _is_short_for(rounded: Sequence[Fraction], exact: Sequence[Fraction]) -> bool:
    """`384 thousand` for 384,400: three digits of five or more."""
    return any(
        wanted >= LEAST_SHORTENED
        and value != wanted
        and abs(value - wanted) <= wanted / 200
        and round(wanted, DIGITS_TOLD - len(str(int(wanted)))) == value
        for value in rounded
        for wanted in exact
    )


def _places(text: str) -> frozenset[int]:
    """Of exercises that a question names: `exercise 3`, `the first one`."""
    found = set()
    for number, ordinal, name in EXERCISE.findall(text):
        place = int(number) if number else ORDINALS.get((ordinal or name)[:2], 0)
        found.add(place)
    return frozenset(found - {0})


@lru_cache(maxsize=2048)
def _written(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f"{float(value):g}"
