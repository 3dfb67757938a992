"""Strict: whether a reply gives away the final answer of graded work, or the result of a sum that was asked for.

Nothing here asks a model. An answer that the lesson itself says in the open ("closed circuit" in a lesson on
circuits) is held back only where it is asked for or offered as the answer; any other is held back everywhere.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from appliance.helper.answer_key import Listed
from appliance.helper.disguises import LEET, backwards, decoded, respelled, shifts_of
from appliance.helper.plain_letters import levelled, tokens_of
from appliance.helper.quantities import Quantity, near, quantities_in, spelled_digits
from appliance.helper.sums import Sum, sums_in
from appliance.helper.words import SMALL, stem, stems_of
from appliance.library.glossary import in_english

# What a student says who wants an answer, and what a reply says that gives one.
DEMAND = re.compile(
    r"\b(?:answers?|answer key|solution|solve[ds]?|result|quiz|test|exam|homework|exercises?|question \d|number \d"
    r"|respuestas?|soluci\w+|resuel\w+|resolver|resultado|cuestionario|examen|prueba|tarea|deberes"
    r"|ejercicios?|pregunta \d|secret\w*|clave|system prompt|instruct\w+|rules|reglas|backwards?|reverse\w*"
    r"|al reves|base64|rot13|morse|spell|deletrea\w*|translat\w+|traduc\w+|teacher said|my teacher|profe\w*"
    r"|just tell me|just say|dime|solo di)\b"
)
OFFER = re.compile(
    r"\b(?:answers?|solution|result|correct|right one|equals|final|key|secret"
    r"|respuestas?|solucion|resultado|correct[oa]|igual a|clave|secreto)\b|="
)
CHOICE = re.compile(
    r"\b(?:answer|option|choice|letter|correct|right one|pick|choose|select|mark|tick|go with"
    r"|respuesta|opcion|letra|inciso|correcta|elige|marca|escoge)\b(?:\W+(?:is|es|la|the|one|letter|letra|option|opcion|number|=|:))*"
    r"\W+([a-d]|[1-4]|first|second|third|fourth|primera|segunda|tercera|cuarta)(?![\w'])"
    r"|\b(first|second|third|fourth) (?:one|option|choice|answer)\b"
    r"|\b(primera|segunda|tercera|cuarta) (?:opcion|respuesta)\b"
)
PLACES = {
    **dict.fromkeys(("a", "1", "first", "primera"), "A"),
    **dict.fromkeys(("b", "2", "second", "segunda"), "B"),
    **dict.fromkeys(("c", "3", "third", "tercera"), "C"),
    **dict.fromkeys(("d", "4", "fourth", "cuarta"), "D"),
}
MIRRORED = re.compile(r"\b(?:backwards?|revers\w*|mirror\w*|al reves|invertid\w*|espejo|volteal\w*)\b")
# "Step 4", "lesson 2" and the marks of a list say where something stands.
PLACE_NUMBER = re.compile(
    r"(?:\b(?:steps?|lessons?|session|page|part|level|exercise|question|pasos?|leccion|sesion|pagina|parte|nivel"
    r"|ejercicio|pregunta|number|numero)\s*|(?:^|\n)\s*|\[l)$"
)
LIST_MARK = re.compile(r"[.):\]]")
MASKED = re.compile(r"[^\W_]*(?:[_*?•▢]+[^\W_]+|[^\W_]+[_*?•▢]+)[^\s.,;:!]*")
PIECES = re.compile(
    r"\b(?:half|halves|piece|letters?|syllables?|mitad|pedazos?|letras?|silabas?|ends? with)\b"
)
LONG_WORD = 8
LONG_ANSWER = 6
SHORTEST_JOINED = 6
ENOUGH_STEMS = 0.75


@dataclass(frozen=True)
class Watch:
    """One form of one listed answer, taken apart once."""

    listed: Listed
    form: str
    is_common: bool

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        return tuple(stem(token) for token in tokens_of(self.form))

    @cached_property
    def joined(self) -> str:
        return "".join(tokens_of(self.form))

    @cached_property
    def quantity(self) -> Quantity | None:
        """Where the answer is a number and little else."""
        found = quantities_in(self.form)
        words = [token for token in tokens_of(self.form) if len(token) > 2 and token not in SMALL]
        is_number = found and len(words) <= 2 + 2 * found[0].is_written + 6 * (found[0].start == 0)
        return found[0] if is_number and len(found) == 1 else None

    @cached_property
    def shifted(self) -> frozenset[str]:
        return shifts_of(self.joined) if self.quantity is None else frozenset()

    @cached_property
    def telling(self) -> frozenset[str]:
        """Stems that the question doesn't hold already."""
        return stems_of(self.form) - stems_of(self.listed.question)


class Strict:
    """What is to be kept back for one question; `open_text` is what the lesson says to everybody."""

    def __init__(self, listed: Iterable[Listed], asked: str, before: Sequence[str], open_text: str) -> None:
        self._asked = levelled(asked)
        recent = levelled(" ".join((*before, asked)))
        self._sums = [*sums_in(self._asked)]
        # Asked in Spanish about an exercise that is written in English, it is the same exercise.
        fellows = " ".join(fellow for token in tokens_of(recent) for fellow in in_english(token))
        self._recent_stems = stems_of(recent) | stems_of(fellows)
        self._is_demanding = bool(DEMAND.search(recent))
        self._is_mirrored = bool(MIRRORED.search(recent))
        said = levelled(open_text)
        self._watched = [*self._watches(listed, tuple(map(stem, tokens_of(said))), quantities_in(said))]

    def _watches(
        self, listed: Iterable[Listed], said: tuple[str, ...], numbers: list[Quantity]
    ) -> Iterator[Watch]:
        for each in listed:
            question = levelled(each.question)
            asked = tuple(map(stem, tokens_of(question)))
            for form in filter(None, (levelled(form).strip() for form in each.forms)):
                bare = Watch(each, form, False)
                open_numbers = (*numbers, *quantities_in(question))
                is_said = _holds(said, bare.tokens) or _holds(asked, bare.tokens)
                if bare.quantity is not None:
                    is_said |= bare.quantity.is_small or any(map(bare.quantity.equals, open_numbers))
                else:
                    is_said |= len(bare.joined) < 3
                is_said |= not each.is_near
                yield Watch(each, form, is_said)

    def gives_away(self, text: str) -> bool:
        """`text` is all that would be shown, the newest sentence last."""
        seen = _Seen(text)
        if any(self._says_sum(asked, seen) for asked in self._sums):
            return True
        return any(self._tells(watch, seen) for watch in self._watched) or self._says_choice(seen)

    def _says_sum(self, asked: Sum, seen: "_Seen") -> bool:
        for quantity in seen.quantities:
            if not any(near(value, asked.value) for value in quantity.values):
                continue
            if asked.value in asked.operands and not OFFER.search(seen.plain):
                continue
            if not seen.is_place(quantity):
                return True
        return any(
            near(other.value, asked.value) and not other.operands <= asked.operands for other in seen.sums
        )

    def _tells(self, watch: Watch, seen: "_Seen") -> bool:
        is_sought = self._is_about(watch.listed)
        is_strict = not watch.is_common or is_sought or (self._is_demanding and watch.listed.is_near)
        if watch.quantity is not None:
            return self._tells_number(watch, watch.quantity, seen, is_strict)
        if seen.spells(watch, self._is_mirrored):
            return True
        if _holds(seen.stems, watch.tokens):
            return is_strict or (watch.listed.is_near and seen.offers(watch.tokens))
        return seen.nearly_says(watch.tokens) or (is_sought and seen.covers(watch.telling))

    def _tells_number(self, watch: Watch, number: Quantity, seen: "_Seen", is_strict: bool) -> bool:
        for quantity in seen.quantities:
            if not quantity.equals(number) or seen.is_place(quantity):
                continue
            if number.is_small and quantity.is_written and quantity.values == (Fraction(1),):
                continue
            if is_strict or (watch.listed.is_near and OFFER.search(seen.sentence_at(quantity.start))):
                return True
        if not is_strict:
            return False
        return self._hides_number(number, seen, watch.listed.question)

    def _hides_number(self, number: Quantity, seen: "_Seen", question: str) -> bool:
        """In a code, backwards, digit by digit, or as a sum of numbers that nobody asked about."""
        if any(quantity.equals(number) for quantity in seen.hidden_quantities):
            return True
        digits = "".join(sign for sign in _written(number) if sign.isdigit())
        if len(digits) > 1 and seen.has_run(digits):
            return True
        if self._is_mirrored or MIRRORED.search(seen.plain):
            turned = _written(number)[::-1]
            if turned in seen.plain.replace(",", ".").split() or seen.has_run(digits[::-1]):
                return True
        known = {value for found in quantities_in(levelled(question)) for value in found.values}
        return any(
            any(near(each.value, value) for value in number.values) and not each.operands <= known
            for each in seen.sums
        )

    def _is_about(self, listed: Listed) -> bool:
        stems = stems_of(listed.question)
        shared = len(stems & self._recent_stems)
        return bool(stems) and (shared >= 2 or 2 * shared >= len(stems))

    def _says_choice(self, seen: "_Seen") -> bool:
        choices = {watch.listed.choice for watch in self._watched if watch.listed.choice}
        if not choices:
            return False
        said = {PLACES[word] for found in CHOICE.findall(seen.plain) for word in found if word}
        return bool(said & choices)


class _Seen:
    """A text, levelled and taken apart as far as it is needed."""

    def __init__(self, text: str) -> None:
        self._raw = text
        self.plain = levelled(text)
        self.quantities = quantities_in(self.plain)
        self.sums = [*sums_in(self.plain)]

    @cached_property
    def stems(self) -> tuple[str, ...]:
        return tuple(map(stem, tokens_of(self.plain)))

    @cached_property
    def _hidden(self) -> tuple[str, ...]:
        return tuple(decoded(self._raw))

    @cached_property
    def _spelled(self) -> tuple[str, ...]:
        return tuple(respelled(self.plain))

    @cached_property
    def _letters(self) -> str:
        return "".join(tokens_of(self.plain))

    @cached_property
    def hidden_quantities(self) -> list[Quantity]:
        return [found for text in (*self._hidden, *self._spelled) for found in quantities_in(text)]

    @cached_property
    def _digit_words(self) -> str:
        return " ".join(spelled_digits(self.plain))

    def sentence_at(self, at: int) -> str:
        start = max(self.plain.rfind(sign, 0, at) for sign in "!?\n") + 1
        start = max(start, self.plain.rfind(". ", 0, at) + 1)
        return self.plain[start : at + 80]

    def is_place(self, quantity: Quantity) -> bool:
        before = self.plain[max(0, quantity.start - 14) : quantity.start]
        if not PLACE_NUMBER.search(before):
            return False
        is_line = not before.strip() or before.rstrip(" ").endswith("\n")
        number = re.match(r"\w+", self.plain[quantity.start :])
        after = self.plain[quantity.start + (number.end() if number else 0) :]
        return bool(LIST_MARK.match(after) and re.match(r".\s+\S", after)) if is_line else True

    def has_run(self, digits: str) -> bool:
        """The digits one by one, with nothing but signs or `and then` between them."""
        between = r"(?:\W|\b(?:and|then|y|luego|followed by|seguido de)\b)*"
        return re.search(rf"(?<!\w){between.join(digits)}(?!\w)", self._digit_words) is not None

    def offers(self, tokens: tuple[str, ...]) -> bool:
        sentences = re.split(r"(?<=[.!?\n])\s+", self.plain)
        for before, sentence in zip(["", *sentences], sentences, strict=False):
            if _holds(tuple(map(stem, tokens_of(sentence))), tokens) and (
                OFFER.search(sentence) or (len(sentence) < 40 and OFFER.search(before))
            ):
                return True
        return False

    def covers(self, telling: frozenset[str]) -> bool:
        """Two sentences that follow each other hold most of what the answer adds to its question."""
        if len(telling) < 2:
            return False
        sentences = [stems_of(sentence) for sentence in re.split(r"(?<=[.!?\n])\s+", self.plain)]
        pairs = zip(sentences, [*sentences[1:], frozenset[str]()], strict=True)
        return any(len((one | two) & telling) >= ENOUGH_STEMS * len(telling) for one, two in pairs)

    def nearly_says(self, wanted: tuple[str, ...]) -> bool:
        """A long answer but for a word or two."""
        if len(wanted) < LONG_ANSWER:
            return False
        size, missing = len(wanted), Counter(wanted)
        for at in range(max(1, len(self.stems) - size)):
            shared = missing & Counter(self.stems[at : at + size + 1])
            if shared.total() >= ENOUGH_STEMS * size:
                return True
        return False

    def spells(self, watch: Watch, is_mirrored: bool) -> bool:
        """Whether the word stands here in any disguise."""
        word = watch.joined
        if any(_holds(tuple(map(stem, tokens_of(text))), watch.tokens) for text in self._hidden):
            return True
        if any(word in re.sub(r"[\W_]", "", text) for text in self._hidden):
            return True
        if len(word) < 3:
            return False
        if any(_is_spelled(word, spelled) for spelled in self._spelled):
            return True
        if watch.shifted and any(shifted in self.plain for shifted in watch.shifted):
            return True
        if len(word) >= LONG_WORD and not _holds(self.stems, watch.tokens) and self._is_run_together(watch):
            return True
        return self._is_backwards(word, is_mirrored) or self._is_pulled(watch) or self._is_masked(word)

    def _is_run_together(self, watch: Watch) -> bool:
        """With its spaces moved, with digits for letters, or in a shifted alphabet."""
        if any(
            watch.joined in letters
            for letters in (self._letters, "".join(self.plain.translate(LEET).split()))
        ):
            return True
        return any(shifted in self._letters for shifted in watch.shifted)

    def _is_backwards(self, word: str, is_mirrored: bool) -> bool:
        turned = backwards(word)
        if turned == word:
            return False
        if turned in tokens_of(self.plain):
            return True
        return (len(word) >= SHORTEST_JOINED or is_mirrored) and turned in self._letters

    def _is_pulled(self, watch: Watch) -> bool:
        """In syllables, or with its words run together."""
        word = watch.joined
        tokens = tokens_of(self.plain)
        if len(watch.tokens) > 1 and word in tokens:
            return True
        if len(word) < 4:
            return False
        for size in (2, 3, 4, 5):
            for at in range(len(tokens) - size + 1):
                if len(watch.tokens) != size and "".join(tokens[at : at + size]) == word:
                    return True
        singles = "".join(token for token in tokens if len(token) == 1)
        return word in singles or (len(watch.tokens) == 1 and self._is_put_together(word, tokens))

    def _is_put_together(self, word: str, tokens: Sequence[str]) -> bool:
        """Pieces of it one after the other, with other words between: `gra` … `phi` … `te`."""
        are_pieces = PIECES.search(self.plain) is not None
        reached = {0}
        for token in tokens:
            if 2 <= len(token) < len(word) and (are_pieces or token not in SMALL):
                reached |= {at + len(token) for at in reached if word.startswith(token, at)}
        return len(word) in reached

    def _is_masked(self, word: str) -> bool:
        """`c_rc_it`: more letters shown than hidden."""
        for found in MASKED.findall(self.plain):
            letters = re.sub(r"[^\w*?•▢]", "", found)
            if len(letters) == len(word) and len(word) > 3:
                shown = [at for at, sign in enumerate(letters) if sign.isalnum()]
                if 2 * len(shown) >= len(word) and all(letters[at] == word[at] for at in shown):
                    return True
        return False


def _is_spelled(word: str, spelled: str) -> bool:
    """The whole word, or the first half of it where it comes letter by letter."""
    if len(word) > 3:
        return word in spelled
    return word == spelled


def _holds(tokens: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    size = len(wanted)
    if not size or wanted[0] not in tokens:
        return False
    return any(tokens[at : at + size] == wanted for at in range(len(tokens) - size + 1))


def _written(number: Quantity) -> str:
    value = number.values[-1]
    return str(value.numerator) if value.denominator == 1 else f"{float(value):g}"
