"""What a student would see, taken apart as far as a guard needs it."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from appliance.helper.clocks import times_in
from appliance.helper.cognates import all_meanings, misspellings_of, skeleton_of, sound_of
from appliance.helper.dates import Days, days_in
from appliance.helper.disguises import decoded, pulled
from appliance.helper.letter_streams import Streams, streams_of
from appliance.helper.number_words import in_digits
from appliance.helper.plain_letters import levelled, tokens_of
from appliance.helper.quantities import Quantity, counted_in, in_twos, quantities_in
from appliance.helper.riddles import Riddles, riddles_in
from appliance.helper.sums import Sum, sums_in
from appliance.helper.words import SMALL, stem, stems_of

# "Step 4", "lesson 2" and the marks of a list say where something stands.
PLACE_NUMBER = re.compile(
    r"(?:\b(?:steps?|lessons?|session|page|part|level|exercise|question|pasos?|leccion|sesion|pagina"
    r"|parte|nivel"
    r"|ejercicio|pregunta|number|numero)\s*|(?:^|\n)\s*|\[l)$"
)
LIST_MARK = re.compile(r"[.):\]]")
# How many things of a reply's own there are: "two numbers", "3 steps".
OWN_THINGS = re.compile(
    r"\s?(?:steps?|sides?|numbers?|parts?|ways?|things?|terms?|digits?|hints?|questions?|equal|of them"
    r"|pieces?|quantities"
    r"|pasos?|lados?|numeros?|partes?|formas?|cosas?|terminos?|cifras?|pistas?|preguntas?|cantidades"
    r"|de ellos)\b"
)
SENTENCE = re.compile(r"(?<=[.!?…\n])\s+|\n+")
SPACED_OUT = re.compile(r"(?<!\S)(?:[\w*?•▢#]\s+){3,}[\w*?•▢#](?!\S)")
CONNECTORS = (
    "and then y luego followed by seguido de the a an is it are was next after that comes first second third fourth"
    " fifth last digits digit number figure half part mitad cifra cifras numero primera primero segunda segundo tercera"
    " tercero cuarta ultima ultimo la el es son despues sigue un una point decimal punto coma comma with of its now"
    " finally plus units tens hundreds unidades decenas centenas other otra otro end ends begins starts final"
    " behind before whole entera entero decimals decimales"
)
BETWEEN = "|".join(CONNECTORS.split())
DIGIT_RUN = re.compile(
    rf"(?<![\d.,])\d{{1,2}}(?:(?:[\s,;:…\"'()|.\[\]*_]|(?<=\d)-(?=\d)|\b(?:{BETWEEN})\b)+\d{{1,2}})+(?!\d"
    rf"|[.,]\d)"
)
MASKED = re.compile(r"(?<![^\s\"'(])[^\W_]{0,30}[_*?•▢#.…-][^\s,;:!]{0,40}")
DIGIT_SPEECH = re.compile(
    r"\b(?:digits?|figures?|half|halves|first|then|next|last|point|whole part|tens|units|followed"
    r"|cifras?|digitos?|mitad|primer\w*|luego|despues|coma|punto|seguido|decenas|unidades|parte entera)\b"
)
NEXT_SENTENCE = re.compile(r"\d{1,2}(?:(?:[.\s]+|-)\d{1,2})+")
OH = re.compile(r"(\d)[\s-]oh?[\s-](?=\d)")
TIMES_DIGIT = re.compile(
    r"\b([2-9]|two|double|dos|doble|triple|tres|three) (zero|nought|two|three|four|five|six|seven|eight|nine"
    r"|cero|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|\d)(?:e?s|'s)\b"
)
TIMES = {"two": 2, "double": 2, "dos": 2, "doble": 2, "triple": 3, "tres": 3, "three": 3}
COMMANDS = (
    (re.compile(r"\\frac\s*{([^{}]*)}\s*{([^{}]*)}"), r"(\1)/(\2)"),
    (re.compile(r"\\(?:times|cdot)"), "*"),
    (re.compile(r"\\div"), "/"),
    (re.compile(r"\\(?:text|mathrm|mathbf|boxed|,|;|!|quad)"), " "),
    (re.compile(r"[{}]|\\[()\[\]]"), ""),
    (re.compile(r"(?<=\d)\$|\$(?=\d+[^$\n]{0,20}\$)"), " "),
)


@dataclass(frozen=True)
class Earlier:
    """The end of what the assistant said in its last turns, the same for each sentence of the next."""

    raw: str

    @cached_property
    def plain(self) -> str:
        return levelled(self.raw)

    @cached_property
    def tokens(self) -> list[str]:
        return tokens_of(self.plain)

    @cached_property
    def days(self) -> Days:
        return days_in(self.plain)

    @cached_property
    def last_stems(self) -> frozenset[str]:
        """Of its last sentence."""
        last = SENTENCE.split(self.plain.strip())[-1]
        return stems_of(last) | all_meanings(tokens_of(last))


class ShownText:
    """What the assistant said before belongs to it: what was hidden in two turns could not be seen without."""

    def __init__(self, text: str, before: Earlier, asked: str = "") -> None:
        self._asked = asked
        self._spoken: dict[re.Pattern[str], bool] = {}
        self._raw = text
        self._before = before.raw
        self._earlier = before
        plain = levelled(text)
        if "\\" in plain or "{" in plain or "$" in plain:
            for command, sign in COMMANDS:
                plain = command.sub(sign, plain)
        self.plain = plain
        self.tokens = tokens_of(plain)
        self.quantities = quantities_in(plain)
        if "·" in text:
            self.quantities += quantities_in(levelled(text.replace("·", " * ")))

    @cached_property
    def stems(self) -> tuple[str, ...]:
        return tuple(map(stem, self.tokens))

    @cached_property
    def stem_set(self) -> frozenset[str]:
        return frozenset(self.stems)

    @cached_property
    def token_set(self) -> frozenset[str]:
        return frozenset(self.tokens)

    @cached_property
    def all_meanings(self) -> frozenset[str]:
        return frozenset().union(*self.sentence_stems)

    @cached_property
    def sums(self) -> list[Sum]:
        return [*sums_in(self.plain)] if self.quantities else []

    @cached_property
    def sentences(self) -> list[str]:
        return [part for part in SENTENCE.split(self.plain) if part.strip()]

    @cached_property
    def sentence_stems(self) -> list[frozenset[str]]:
        """With what the words mean in English; of the last sentence before, too."""
        stems = (stems_of(part) | all_meanings(tokens_of(part)) for part in self.sentences)
        return [self._earlier.last_stems, *stems]

    @cached_property
    def hidden(self) -> tuple[str, ...]:
        """What machines read in it."""
        return tuple(decoded(f"{self._before}\n{self._raw}" if self._before else self._raw))

    @cached_property
    def hidden_letters(self) -> str:
        return "\n".join("".join(tokens_of(text)) for text in self.hidden)

    @cached_property
    def all_tokens(self) -> list[str]:
        return [*self._earlier.tokens, *self.tokens] if self._before else self.tokens

    @cached_property
    def asked_tokens(self) -> list[str]:
        """What the student may have said of a word already."""
        return tokens_of(self._asked)

    @cached_property
    def unspaced(self) -> str:
        """`c h _ r m` as `ch_rm`."""
        return SPACED_OUT.sub(lambda found: re.sub(r"\s", "", found[0]), self.plain)

    @cached_property
    def masked(self) -> list[str]:
        """Words of which some letters are hidden."""
        found = (re.sub(r"[^\w*?•▢#.…-]", "", each).rstrip(".") for each in MASKED.findall(self.unspaced))
        return [each for each in found if not each.isalnum()]

    @cached_property
    def all_pieces(self) -> frozenset[str]:
        """What a word may be put together from."""
        return frozenset(token for token in (*self.all_tokens, *self.asked_tokens) if len(token) > 1)

    @cached_property
    def pieces(self) -> dict[str, list[str]]:
        """By their first letters, without the small words that stand everywhere."""
        return _by_letter(piece for piece in self.all_pieces if piece not in SMALL)

    @cached_property
    def small_pieces(self) -> dict[str, list[str]]:
        """The small words too."""
        return _by_letter(self.all_pieces)

    def speaks_of(self, words: re.Pattern[str]) -> bool:
        if words not in self._spoken:
            self._spoken[words] = words.search(self.plain) is not None
        return self._spoken[words]

    @cached_property
    def streams(self) -> Streams:
        if not self._before:
            return streams_of(self._raw, self.plain, self.tokens)
        return streams_of(
            f"{self._before}\n{self._raw}", f"{self._earlier.plain}\n{self.plain}", self.all_tokens
        )

    @cached_property
    def hidden_quantities(self) -> list[Quantity]:
        return [*quantities_in(" ;\n".join(self.hidden)), *counted_in(self._raw, signs=False)]

    @cached_property
    def counted(self) -> list[Quantity]:
        return [*counted_in(self._raw, signs=True)]

    @cached_property
    def in_twos(self) -> list[Quantity]:
        return [*in_twos(self.plain)]

    @cached_property
    def digit_runs(self) -> dict[str, bool]:
        """Numbers one digit after the other, and whether the text says so: `2 and 3` are two numbers."""
        text = in_digits(f"{self._earlier.plain}\n{self.plain}")
        text = TIMES_DIGIT.sub(_repeated, OH.sub(r"\1 0 ", text))
        runs: dict[str, bool] = {}
        for found in DIGIT_RUN.finditer(text):
            said = text[max(0, found.start() - 40) : found.end() + 20]
            is_told = DIGIT_SPEECH.search(said) or NEXT_SENTENCE.fullmatch(found[0])
            digits = re.sub(r"\D", "", found[0])
            runs[digits] = runs.get(digits, False) or bool(is_told)
        return runs

    @cached_property
    def sizes(self) -> list[float]:
        """Of all that the numbers in it may mean, from the smallest."""
        return _sizes(self.quantities)

    @cached_property
    def hidden_sizes(self) -> list[float]:
        return _sizes((*self.hidden_quantities, *self.in_twos, *self.counted))

    @cached_property
    def sum_sizes(self) -> list[float]:
        return sorted(abs(float(each.value)) for each in self.sums)

    @cached_property
    def bare_words(self) -> frozenset[str]:
        return frozenset(word.strip(".,;:!?()\"'") for word in self.plain.replace(",", ".").split())

    def tells_day(self, told: Callable[[Days], bool]) -> bool:
        """By itself, or with the replies before, which didn't yet: a date may come in pieces."""
        own, before, both = self._days
        return told(own) or (told(both) and not told(before))

    @cached_property
    def _days(self) -> tuple[Days, Days, Days]:
        return days_in(self.plain), self._earlier.days, days_in(f"{self._earlier.plain}\n{self.plain}")

    @cached_property
    def times(self) -> frozenset[int]:
        """Of the day, but those that the student names."""
        return frozenset(times_in(self.with_earlier)) - frozenset(times_in(self._asked))

    @cached_property
    def with_earlier(self) -> str:
        return f"{self._earlier.plain}\n{self.plain}" if self._before else self.plain

    @cached_property
    def riddles(self) -> Riddles:
        return riddles_in(self.sentences)

    @cached_property
    def skeletons(self) -> frozenset[str]:
        return frozenset(filter(None, map(skeleton_of, self.tokens)))

    @cached_property
    def sounds(self) -> tuple[str, ...]:
        return tuple(sound_of(token) or token for token in self.tokens)

    @cached_property
    def telling_sounds(self) -> tuple[str, ...]:
        """Without the small words: `dioxyde de carbone` is `dióxido de carbono` in French."""
        return tuple(sound_of(token) or token for token in self.tokens if token not in SMALL)

    @cached_property
    def glued_sounds(self) -> frozenset[str]:
        """Of what is written in syllables: `klor-oh-fil`."""
        return frozenset(filter(None, (sound_of(word) for word in pulled(self.plain))))

    @cached_property
    def sorted_tokens(self) -> list[str]:
        return sorted({*self.tokens})

    def has_kin_of(self, root: str) -> bool:
        """A word that begins with it."""
        at = bisect_left(self.sorted_tokens, root)
        return at < len(self.sorted_tokens) and self.sorted_tokens[at].startswith(root)

    @cached_property
    def misspelled(self) -> frozenset[str]:
        return frozenset(slip for token in self.tokens for slip in misspellings_of(token))

    def sentence_at(self, at: int) -> str:
        start = max(self.plain.rfind(sign, 0, at) for sign in "!?\n") + 1
        start = max(start, self.plain.rfind(". ", 0, at) + 1)
        end = re.compile(r"[!?\n]|\.\s").search(self.plain, at)
        return self.plain[start : end.end() if end else len(self.plain)]

    def is_place(self, quantity: Quantity) -> bool:
        """It says where something stands, or how many of its own things a reply speaks of."""
        before = self.plain[max(0, quantity.start - 14) : quantity.start]
        number = re.match(r"\w+", self.plain[quantity.start :])
        after = self.plain[quantity.start + (number.end() if number else 0) :]
        if not quantity.dimension and OWN_THINGS.match(after):
            return True
        if not PLACE_NUMBER.search(before):
            return False
        is_line = not before.strip() or before.rstrip(" ").endswith("\n")
        return bool(LIST_MARK.match(after) and re.match(r".\s+\S", after)) if is_line else True

    def pairs(self) -> Iterator[frozenset[str]]:
        """What two sentences that follow each other speak of."""
        following = [*self.sentence_stems[1:], frozenset[str]()]
        yield from (one | two for one, two in zip(self.sentence_stems, following, strict=True))


def _repeated(found: re.Match[str]) -> str:
    """`two zeros`: 0 0."""
    many = TIMES.get(found[1]) or int(found[1])
    return " ".join([in_digits(found[2])] * many)


def _by_letter(pieces: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for piece in pieces:
        found.setdefault(piece[0], []).append(piece)
    return found


def _sizes(quantities: Iterable[Quantity]) -> list[float]:
    found = set()
    for each in quantities:
        for value in (*each.values, *each.scaled):
            found |= {abs(float(value)), abs(float(value)) / 100}
    return sorted(found)


def has_near(sizes: Sequence[float], quantity: Quantity) -> bool:
    """Whether it is worth a closer look: one of them is as large, or a hundredth, give or take half a unit."""
    for low, high in quantity.surroundings:
        at = bisect_left(sizes, low)
        if at < len(sizes) and sizes[at] <= high:
            return True
    return False


def holds(tokens: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    size = len(wanted)
    if not size or wanted[0] not in tokens:
        return False
    return any(tokens[at : at + size] == wanted for at in range(len(tokens) - size + 1))


def telling_tokens(text: str) -> list[str]:
    """Of a levelled text, without the small words around an answer: `a closed circuit`."""
    tokens = tokens_of(text)
    kept = [token for token in tokens if token not in SMALL]
    return kept or tokens
