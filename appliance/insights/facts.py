"""What a model is told of a class: numbers under marks instead of names, and whether a text agrees with them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from string import ascii_uppercase

from appliance.insights.metrics import Insights, LearnerLine, Risk
from appliance.insights.misses import Miss
from appliance.insights.names import MARK, kept_apart, mark_of, without_names
from appliance.library.questions import STOP_WORDS
from appliance.storage.search_words import plain
from appliance.study.checks import Unusable

# A small model reads slowly; whoever needs an eye comes first.
MOST_STUDENTS = 24
URGENCY: dict[Risk, int] = {"high": 0, "medium": 1, "low": 2, "unknown": 3}
# What marks begin with, the first that no text of the evidence uses so: S and T, unless a topic is called "Switch S2".
LETTERS = (*"SPLNKTBDFGHJMQRVWYZ", *map("".join, product(ascii_uppercase, repeat=2)))
LETTERED = re.compile(r"\b([^\W\d_]{1,2})\d+\b")
WORD = re.compile(r"(?<!\w)[^\W\d_]+(?!\w)")
NUMBER = re.compile(r"(?<![\w.,])(\d+(?:[.,]\d+)?)\s*(%|percent\b|per cent\b|por ciento\b)?")
# Percentages are told in whole ones.
ROUNDING = 0.5
# A broken model writes words of every language and program at once. What people write of these facts in English or
# Spanish has Latin letters, is made of little words and words of the facts to a quarter, and goes round in no circles.
LEAST_COMMON = 0.25
LEAST_DIFFERENT = 0.4
LEAST_WORDS = 3
LONG_TEXT = 12
BEYOND_LATIN = "\u0250"
PUNCTUATION = frozenset("–—‘’“”«»…•")
MACHINE = frozenset("\\<>{}[]|=~^_`$#@")
SENTENCE_END = re.compile(r"[.?!…][\"”»)]?(?=\s|$)")


@dataclass(frozen=True)
class Subject:
    """A topic, or a quiz without one: then `key` is None. `told` is its title without students' names."""

    mark: str
    key: str | None
    title: str
    told: str
    has_misses: bool


@dataclass(frozen=True)
class Line:
    """One line of facts and the marks it is about; none for what is true of the whole class."""

    marks: frozenset[str]
    text: str


@dataclass(frozen=True)
class Letters:
    """What the marks of students and of topics begin with before a model."""

    student: str
    topic: str

    def student_mark(self, student_id: int) -> str:
        return f"{self.student}{student_id}"

    def in_rules(self, rules: str) -> str:
        """Rules for a model, which are written with the words `{student}` and `{topic}` for the letters."""
        return rules.replace("{student}", self.student).replace("{topic}", self.topic)

    def students_in(self, text: str) -> set[str]:
        return set(re.findall(rf"\b{self.student}\d+\b", text))

    @property
    def marks(self) -> re.Pattern[str]:
        return re.compile(rf"\b(?:{self.student}|{self.topic})\d+\b")


@dataclass(frozen=True)
class Facts:
    subjects: tuple[Subject, ...]
    students: tuple[LearnerLine, ...]
    lines: tuple[Line, ...]
    letters: Letters

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)

    def checked(self, text: str) -> str:
        """With titles for the marks of topics, and students as `mark_of` calls them; see `kept_apart` for the rest.

        Raises Unusable where it says what the facts don't.
        """
        text = whole_sentences(text)
        titles = {subject.mark: subject.title for subject in self.subjects}
        students = {
            self.letters.student_mark(line.learner.id): mark_of(line.learner.id) for line in self.students
        }
        named = set(self.letters.marks.findall(text))
        if not text or named - {*titles, *students} or self._strange_marks(text):
            raise Unusable("The text is empty, or about somebody who isn't there.")
        lowered = text.casefold()
        named |= {mark for mark, title in titles.items() if title.casefold() in lowered}
        known = list(_numbers(self._lines_about(named)))
        self._check_sense(text)
        for number in _numbers(text):
            if not any(_agree(number, other) for other in known):
                raise Unusable("The text says a number that nobody measured.")
        told = students | {mark: kept_apart(title) for mark, title in titles.items()}
        return re.sub(
            rf"{self.letters.marks.pattern}|{MARK.pattern}",
            lambda found: told.get(found[0]) or kept_apart(found[0]),
            text,
        )

    def _strange_marks(self, text: str) -> set[str]:
        """Those that stand neither for a student nor in the evidence."""
        if self.letters.student == "S":
            return set()
        known = " ".join((self.text, *(subject.title for subject in self.subjects)))
        return {found[0] for found in MARK.finditer(text)} - {found[0] for found in MARK.finditer(known)}

    def _check_sense(self, text: str) -> None:
        words, known = _words(text), STOP_WORDS.union(_words(self.text))
        odd = {letter for letter in text if letter in MACHINE or letter >= BEYOND_LATIN} - PUNCTUATION
        common = sum(word in known for word in words)
        circles = len(words) >= LONG_TEXT and len(set(words)) < LEAST_DIFFERENT * len(words)
        if (
            odd - set(self.text)
            or len(text.split()) < LEAST_WORDS
            or circles
            or common < LEAST_COMMON * len(words)
        ):
            raise Unusable("The text makes no sense.")

    def _lines_about(self, named: set[str]) -> str:
        """What may be said of them: their own lines and those of the whole class."""
        lines = [line.text for line in self.lines if not line.marks or line.marks & named]
        return "\n".join(lines)


def facts_of(insights: Insights, misses: Sequence[Miss] = ()) -> Facts:
    names = [line.learner.name for line in insights.learners]
    letters = letters_for(_evidence(insights, misses))
    subjects = tuple(_subjects(insights, misses, names, letters))
    students = tuple(
        sorted(insights.learners, key=lambda line: (URGENCY[line.risk], line.average, line.learner.id))
    )[:MOST_STUDENTS]
    lines = tuple(_lines(insights, misses, subjects, students, names, letters))
    return Facts(subjects, students, lines, letters)


def letters_for(evidence: Iterable[str]) -> Letters:
    """Letters that stand before no number in any of these texts."""
    used = {found.upper() for text in evidence for found in LETTERED.findall(text)}
    free = [letters for letters in LETTERS if letters not in used]
    student = free[0]
    return Letters(student, "T" if "T" in free[1:] else free[1])


def _evidence(insights: Insights, misses: Sequence[Miss]) -> Iterable[str]:
    """All that people wrote of what a model reads."""
    yield from (topic.title for topic in insights.topics)
    for miss in misses:
        yield from (miss.quiz, miss.question, miss.chosen, miss.answer)


def whole_sentences(text: str) -> str:
    """On one line, without a last sentence that was cut off."""
    text = " ".join(text.replace("\x00", "").split())
    ends = [found.end() for found in SENTENCE_END.finditer(text)]
    return text[: ends[-1]] if ends else text


def percent(share: float) -> str:
    return f"{round(share * 100)} %"


def _subjects(
    insights: Insights, misses: Sequence[Miss], names: Sequence[str], letters: Letters
) -> Iterable[Subject]:
    missed = {miss.topic_key for miss in misses}
    number = 0
    for number, topic in enumerate(insights.topics, start=1):
        yield Subject(
            f"{letters.topic}{number}",
            topic.key,
            topic.title,
            without_names(topic.title, names),
            topic.key in missed,
        )
    for title in dict.fromkeys(miss.quiz for miss in misses if not miss.topic_key):
        number += 1
        yield Subject(f"{letters.topic}{number}", None, title, without_names(title, names), True)


def _lines(
    insights: Insights,
    misses: Sequence[Miss],
    subjects: Sequence[Subject],
    students: Sequence[LearnerLine],
    names: Sequence[str],
    letters: Letters,
) -> Iterable[Line]:
    everybody: frozenset[str] = frozenset()
    yield Line(
        everybody,
        f"Class: {insights.students} students, average score {percent(insights.average)}, quizzes finished "
        f"{percent(insights.completion)}, {insights.at_risk} students at risk, "
        f"{insights.questions_each} chat questions for each student, {len(insights.topics)} topics with scores.",
    )
    for subject, topic in zip(subjects, insights.topics, strict=False):
        said = f"average {percent(topic.average)} over {topic.attempts} attempts, {topic.status}"
        yield Line(frozenset({subject.mark}), f"{subject.mark} “{subject.told}”: {said}")
    for line in students:
        mark = letters.student_mark(line.learner.id)
        done = "nothing due yet" if line.completion is None else f"finished {percent(line.completion)}"
        score = f"average {percent(line.average)}" if line.scores else "no quiz finished yet"
        said = f"{score}, {done}, {line.learner.questions} chat questions, risk {line.risk}"
        yield Line(frozenset({mark}), f"{mark}: {said}")
    marks = {subject.key or subject.title: subject.mark for subject in subjects}
    for miss in misses:
        about = marks.get(miss.topic_key or miss.quiz)
        if about:
            said = f"{miss.times} of {miss.answered} answered “{miss.chosen}” to “{miss.question}”"
            told = f"Often wrong in {about}: {said}; right is “{miss.answer}”"
            yield Line(frozenset({about}), without_names(told, names))


def _words(text: str) -> list[str]:
    """Without marks and numbers."""
    return WORD.findall(plain(text))


def _numbers(text: str) -> Iterable[tuple[float, bool]]:
    for found in NUMBER.finditer(text):
        yield float(found[1].replace(",", ".")), bool(found[2])


def _agree(said: tuple[float, bool], known: tuple[float, bool]) -> bool:
    return said[1] == known[1] and abs(said[0] - known[0]) <= (ROUNDING if said[1] else 0)
