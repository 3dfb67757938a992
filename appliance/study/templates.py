"""Questions and cards without a model: made from the sentences of the material, every word of them."""

import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

from appliance.storage.search_words import plain
from appliance.study.facts import Fact, facts_of, is_telling, language_of, words_of
from appliance.study.numbers import COUNTED, is_label, is_year, near_numbers, unit_of, unlike
from appliance.study.sources import SourcePassage, telling_words
from appliance.study.wording import WORDINGS
from appliance.work.flashcards import LEAST_WORDS, CardText
from appliance.work.quizzes import QuestionText

Text = TypeVar("Text", QuestionText, CardText)

GAP = "____"
LONGEST_CHOICE = 130
LEAST_NOUN = 3
DECOYS = 3
MANY_NOUNS = 12
# A word in more sentences than this makes no two of them alike.
MOST_ALIKE = 200

# After one of these stands a thing, if something that is no word for a thing comes next.
DETERMINERS_LIST = """
a an the each every no its un una el la los las cada ningun ninguna su del al
"""
DETERMINERS = frozenset(DETERMINERS_LIST.split())
AFTER_THINGS_LIST = """
of is are in to and or that with has have at from for on through into can was were which than as by de es son en
y o que con tiene tienen a para por se puede pueden como entre
"""
AFTER_THINGS = frozenset(AFTER_THINGS_LIST.split())
# Things of every text and so of none.
HOLLOW_LIST = """
full half longer shorter dark bright wait seat tick fold finding home world piece photo evening way thing things
rest side time end part parts place row lot number same kind word words text page lesson side name line middle
difference question answer example result idea reason step moment day hour minute second beginning modo cosa
resto lado vez fin parte lugar numero tipo palabra texto pagina leccion nombre ejemplo resultado idea
"""
HOLLOW = frozenset(HOLLOW_LIST.split())
NO_DEFINITION_LIST = """
not no never also as so too very only just still often usually always sometimes called used made done then at in
on from by with up out off about near nearly harder less more most better worse larger smaller no nunca tambien
como tan muy solo siempre a veces en de por con mas menos mejor peor mayor menor
"""
NO_DEFINITION = frozenset(NO_DEFINITION_LIST.split())


@dataclass(frozen=True)
class Definition:
    """`subject` as it begins the sentence, `rest` without the full stop."""

    fact: Fact
    subject: str
    verb: str
    rest: str

    @property
    def is_sharp(self) -> bool:
        """It says what the thing is, not how it is just now."""
        words = [plain(word) for word in self.rest.split()]
        leans = words[1:2] in (["same"], ["only"], ["first"], ["mismo"], ["misma"], ["unico"], ["unica"])
        return words[0] in DETERMINERS | {"how", "what", "lo", "aquello", "one", "any"} and not leans


@dataclass(frozen=True)
class Offer(Generic[Text]):
    """A question or card with its worth: sharper ones are taken first."""

    text: Text
    worth: float
    fact: Fact


class Templates:
    """Everything that one class's material gives; the same material gives the same, for one seed."""

    def __init__(self, passages: Sequence[SourcePassage], seed: int) -> None:
        self._seed = seed
        self._wording = WORDINGS[language_of(passages)]
        self._passages = passages
        self.facts = facts_of(passages)
        self._words = Counter(plain(word) for fact in self.facts for word in words_of(fact.sentence))
        self._lower = {word for passage in passages for word in words_of(passage.body) if word[:1].islower()}
        self._asked_telling: dict[str, frozenset[str]] = {}
        spellings = self._named_things()
        self._nouns = {key: counts.most_common(1)[0][0] for key, counts in spellings.items()}
        self._things = Counter({key: counts.total() for key, counts in spellings.items()})
        # In a long text a word that stands like a thing only once may be something else.
        self._enough = 2 if sum(count > 1 for count in self._things.values()) >= MANY_NOUNS else 1
        self._telling = [telling_words(fact.sentence) for fact in self.facts]
        self._having: dict[str, list[int]] = {}
        for place, words in enumerate(self._telling):
            for word in words:
                self._having.setdefault(word, []).append(place)
        self._numbers = self._counted()
        self._definitions = [found for fact in self.facts if (found := self._definition(fact))]
        self._known = {id(found.fact): found for found in self._definitions}

    @cached_property
    def questions(self) -> list[Offer[QuestionText]]:
        """At most one for each fact, in reading order."""
        return [candidate for fact in self.facts if (candidate := self._question(fact))]

    @cached_property
    def cards(self) -> list[Offer[CardText]]:
        """At most one for each fact, in reading order: what something is, or a gap to fill."""
        found = []
        for fact in self.facts:
            definition = self._known.get(id(fact))
            if definition is not None and definition.is_sharp and len(definition.rest.split()) >= LEAST_WORDS:
                front = self._asked(definition)
                back = definition.rest[0].upper() + definition.rest[1:] + "."
                found.append(Offer(self._card(front, back, fact), 3.0, fact))
            elif nouns := self._nouns_in(fact):
                noun = nouns[0]
                front = self._wording.missing_word % _with_gap(fact.sentence, noun)
                back = f"{noun} – {fact.sentence}"
                found.append(Offer(self._card(front, back, fact), 1.0 - _is_aside(fact), fact))
        return found

    def terms(self, passages: Sequence[SourcePassage], most: int) -> list[str]:
        """What these passages are about, as they write it: what they define, then what they name most."""
        here = set(passages)
        defined = [
            self._as_inside(found.subject)
            for found in self._definitions
            if found.fact.passage in here and found.is_sharp
        ]
        counts = Counter(
            self._nouns[plain(word)]
            for passage in passages
            for word in words_of(passage.body)
            if plain(word) in self._nouns
        )
        named = [noun for noun, count in counts.most_common(most * 2) if count > 1]
        found: dict[str, str] = {}
        for term in [*defined, *named]:
            key = " ".join(sorted(telling_words(term)))
            found.setdefault(key, term)
        return list(found.values())[:most]

    def objective(self, term: str) -> str:
        return self._wording.explain % term

    def place_of(self, passage: SourcePassage) -> str:
        if passage.page is None:
            return passage.title
        return self._wording.page % {"title": passage.title, "page": passage.page}

    def _question(self, fact: Fact) -> Offer[QuestionText] | None:
        definition = self._known.get(id(fact))
        for made in (
            definition and self._what_is(definition),
            self._number_gap(fact),
            self._word_gap(fact),
        ):
            if made:
                return made
        return None

    def _what_is(self, definition: Definition) -> Offer[QuestionText] | None:
        """The right ending among endings that the text gives to other things."""
        if not definition.is_sharp or len(definition.rest) > LONGEST_CHOICE:
            return None
        own, size = telling_words(definition.fact.sentence), len(definition.rest)
        others = [
            (not other.is_sharp, abs(len(other.rest) - size), other.rest)
            for other in self._definitions
            if other.verb == definition.verb
            and not self._telling_words(other.subject) & own
            and not self._telling_words(definition.subject) & self._telling_words(other.rest)
            and 0.3 * size <= len(other.rest) <= min(3.5 * size, LONGEST_CHOICE)
        ]
        decoys = self._different(definition.rest, [rest for _, _, rest in sorted(others)])
        if len(decoys) < DECOYS:
            return None
        stem = self._asked(definition)
        return self._candidate(definition.fact, stem, definition.rest, decoys, 3.0)

    def _number_gap(self, fact: Fact) -> Offer[QuestionText] | None:
        found = [match for match in COUNTED.finditer(fact.sentence) if not is_label(fact.sentence, match)]
        if not found or len(found) > 3:
            return None
        # The last number is most often what the sentence is about.
        match = found[-1]
        number, unit, a_year = match["number"], unit_of(match), is_year(fact.sentence, match)
        if not unit and not a_year:
            return None
        taken = {other["number"] for other in found}
        same = sorted(self._numbers.get(unit, set()) - taken) if not a_year else []
        decoys = unlike([*self._shuffled(unlike(same, taken))[:2], *near_numbers(number, a_year)], taken)[
            :DECOYS
        ]
        if len(decoys) < DECOYS or fact.sentence.count(number) > 1:
            return None
        gap = fact.sentence[: match.start("number")] + GAP + fact.sentence[match.end("number") :]
        return self._candidate(fact, self._wording.missing_number % gap, number, decoys, 2.5)

    def _word_gap(self, fact: Fact) -> Offer[QuestionText] | None:
        for noun in self._nouns_in(fact):
            decoys = self._decoys(fact, noun)
            if len(decoys) == DECOYS:
                stem = self._wording.missing_word % _with_gap(fact.sentence, noun)
                return self._candidate(
                    fact, stem, noun, decoys, 1.0 + min(0.9, self._words[plain(noun)] / 50)
                )
        return None

    def _decoys(self, fact: Fact, noun: str) -> list[str]:
        """Other things of the material, those beside it first, none that could stand in the gap as well."""
        taken, beside = self._beside(fact, noun), telling_words(fact.passage.body)
        taken |= telling_words(fact.sentence)
        others = [
            other
            for key, other in self._nouns.items()
            if self._things[key] >= self._enough
            and _is_alike(other, noun)
            and not self._telling_words(other) & taken
        ]
        near = sorted(
            others,
            key=lambda other: (not self._telling_words(other) <= beside, -self._words[plain(other)], other),
        )
        return self._different(noun, self._shuffled(near[:6], fact.sentence))

    def _candidate(
        self, fact: Fact, stem: str, answer: str, decoys: Sequence[str], worth: float
    ) -> Offer[QuestionText]:
        choices = self._shuffled([answer, *decoys[:DECOYS]], stem)
        explanation = self._wording.source % {
            "sentence": fact.sentence,
            "place": self.place_of(fact.passage),
        }
        question = QuestionText(
            stem,
            tuple(choices),
            choices.index(answer),
            explanation,
            fact.passage.document_id,
            fact.passage.page,
        )
        return Offer(question, worth - _is_aside(fact), fact)

    def _card(self, front: str, back: str, fact: Fact) -> CardText:
        return CardText(front, back, fact.passage.document_id, fact.passage.page)

    def _definition(self, fact: Fact) -> Definition | None:
        match = re.fullmatch(self._wording.definition, fact.sentence)
        if match is None or match["verb"] not in self._wording.asks:
            return None
        subject, rest = match["subject"], match["rest"]
        telling = [word for word in words_of(subject) if is_telling(word)]
        first = plain(rest.split()[0].strip(","))
        # "Copper is the plus side, zinc the minus side" speaks of one arrangement.
        if re.search(r", \w+ the ", rest) or {"too", "tambien"} & set(plain(rest).replace(",", "").split()):
            return None
        if not telling or telling[0].isdigit() or first in NO_DEFINITION or plain(telling[-1]) in HOLLOW:
            return None
        # "The rim of its cap" and "the LED that" go on about something, they define nothing.
        inside = [plain(word) for word in words_of(subject)]
        inside = inside[1:] if inside[0] in self._wording.articles else inside
        if AFTER_THINGS & set(inside) or {"when", "if", "cuando", "si"} & set(inside):
            return None
        return Definition(fact, subject, match["verb"], rest)

    def _asked(self, definition: Definition) -> str:
        return self._wording.asks[definition.verb] % self._as_inside(definition.subject)

    def _as_inside(self, subject: str) -> str:
        """The subject as it stands inside a sentence: a name keeps its capital, a word that only began one doesn't."""
        first = subject.split()[0]
        is_common = plain(first) in self._wording.articles or first[:1].lower() + first[1:] in self._lower
        return subject[:1].lower() + subject[1:] if is_common else subject

    def _named_things(self) -> dict[str, Counter[str]]:
        """Words for things by their plain form, with how often each spelling stands where only a thing can stand."""
        seen: dict[str, Counter[str]] = {}
        for fact in self.facts:
            tokens = re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|[^\w\s]", fact.sentence)
            for before, word, after in zip(tokens, tokens[1:], [*tokens[2:], "."], strict=False):
                key = plain(word)
                is_thing = plain(before) in DETERMINERS and (
                    not after.isalnum() or plain(after) in AFTER_THINGS
                )
                if (
                    is_thing
                    and len(key) >= LEAST_NOUN
                    and is_telling(word)
                    and key not in HOLLOW
                    and _is_word(word)
                ):
                    seen.setdefault(key, Counter())[word] += 1
        return seen

    def _nouns_in(self, fact: Fact) -> list[str]:
        """The things that the sentence names once, the rarer ones first: they tell more."""
        words = words_of(fact.sentence)
        counts = Counter(plain(word) for word in words)
        named = {
            word for word in words if self._things[plain(word)] >= self._enough and counts[plain(word)] == 1
        }
        return sorted(named, key=lambda word: (self._words[plain(word)], word))

    def _beside(self, fact: Fact, noun: str) -> set[str]:
        """Words of the sentences much like this one: such a word may be right in the gap as well."""
        shared = Counter(
            place
            for word in telling_words(fact.sentence) - telling_words(noun)
            if len(self._having[word]) <= MOST_ALIKE
            for place in self._having[word]
        )
        return {word for place, count in shared.items() if count >= 2 for word in self._telling[place]}

    def _counted(self) -> dict[str, set[str]]:
        """Numbers of the material by their unit."""
        found: dict[str, set[str]] = {}
        for fact in self.facts:
            for match in COUNTED.finditer(fact.sentence):
                if not is_label(fact.sentence, match):
                    found.setdefault(unit_of(match), set()).add(match["number"])
        return found

    def _telling_words(self, text: str) -> frozenset[str]:
        """Kept: each thing is held against every sentence."""
        if text not in self._asked_telling:
            self._asked_telling[text] = telling_words(text)
        return self._asked_telling[text]

    def _different(self, answer: str, others: Sequence[str]) -> list[str]:
        seen, kept = {plain(answer)}, []
        for other in others:
            if plain(other) not in seen:
                seen.add(plain(other))
                kept.append(other)
        return kept[:DECOYS]

    def _shuffled(self, items: Sequence[str], salt: str = "") -> list[str]:
        mixed = list(items)
        random.Random(f"{self._seed}:{salt}:{mixed}").shuffle(mixed)  # noqa: S311 - an order, not a secret
        return mixed


def _is_aside(fact: Fact) -> float:
    """Conditions and repairs are no first choice."""
    return 0.6 * (plain(fact.sentence).startswith(("if ", "when ", "si ", "cuando ")))


def _with_gap(sentence: str, word: str) -> str:
    return re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", GAP, sentence, count=1)


def _is_alike(other: str, noun: str) -> bool:
    """One and many, name and word are told apart at a glance: decoys must not be."""
    same_number = _is_many(other) == _is_many(noun)
    return other != noun and same_number and other[:1].isupper() == noun[:1].isupper()


def _is_word(text: str) -> bool:
    """No unit such as mAh."""
    return text.isalpha() and (text.isupper() or text[1:].islower())


def _is_many(word: str) -> bool:
    return word.endswith("s") and not word.endswith(("ss", "us", "is"))
