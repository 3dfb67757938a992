"""What can be chosen about the helper, and what holds now, in words for a teacher."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from appliance.classroom.tunings import INHERITS, Layers, Tuning
from appliance.helper.rules import Rules, references_of, settled
from appliance.library.courses import Course
from appliance.library.documents import Document
from appliance.library.lessons import Lesson
from appliance.settings import Settings

Translate = Callable[..., str]
Options = list[tuple[str, str]]


@dataclass(frozen=True)
class Ground:
    """What the words are made from. Without a lesson it is about the class as a whole."""

    settings: Settings
    layers: Layers
    course: Course | None
    lesson: Lesson | None
    papers: list[Document]


@dataclass(frozen=True)
class Line:
    """What holds, and who said so; `is_own`: it was decided on this very page."""

    label: str
    value: str
    source: str
    is_own: bool


def options_of(ground: Ground, translate: Translate) -> dict[str, Options]:
    """For every field with a list, the inherited value first, in words."""
    inherited = _inherited(ground)
    return {
        field: [(INHERITS, _as(ground, field, _word(choices, _key(inherited, field)), translate)), *choices]
        for field, choices in _choices(ground, translate).items()
    }


def inherited_topics(ground: Ground, translate: Translate) -> str:
    if ground.lesson is None:
        return translate("Left empty: the topics of each lesson.")
    topics = ", ".join(_inherited(ground).topics) or translate("any question")
    return translate("Left empty: %(topics)s.", topics=topics)


def lines_of(ground: Ground, translate: Translate) -> Iterator[Line]:
    """All that holds, field by field."""
    rules = settled(ground.settings, ground.layers.merged, ground.course, ground.lesson)
    choices = _choices(ground, translate)
    labels = labels_of(translate)
    for field in choices:
        word = _word(choices[field], _key(rules, field)) or _left_open(ground, field, translate)
        yield _line(ground, field, labels[field], word, translate)
    topics = ", ".join(rules.topics) or (
        translate("any question") if ground.lesson else translate("those of each lesson")
    )
    yield _line(ground, "topics", labels["topics"], topics, translate)
    yield _sharing(ground, labels["shared_answers"], translate)
    if rules.notes:
        yield _line(ground, "notes", labels["notes"], rules.notes, translate)
    if rules.answers:
        yield _line(ground, "answers", labels["answers"], _kept_back(rules, translate), translate)


def labels_of(translate: Translate) -> dict[str, str]:
    return {
        "is_on": translate("The helper"),
        "strictness": translate("How much it says"),
        "scope_mode": translate("How close it stays"),
        "topic_filter": translate("Questions about something else"),
        "reference": translate("What it may quote beside the lessons"),
        "ages": translate("Reading level"),
        "language": translate("Language when a question doesn't tell"),
        "topics": translate("Topics"),
        "notes": translate("Notes to the helper"),
        "answers": translate("Answers it keeps to itself"),
        "shared_answers": translate("Answers shared in the class"),
    }


def _choices(ground: Ground, translate: Translate) -> dict[str, Options]:
    return {
        "is_on": [("on", translate("On")), ("off", translate("Off: students see no helper"))],
        "strictness": [
            ("light", translate("Light: explains, with reasons")),
            ("strict", translate("Strict: hints, and never a listed answer")),
        ],
        "scope_mode": [
            ("soft", translate("Soft: leads back to the lesson")),
            ("strict", translate("Strict: speaks of the lesson alone")),
        ],
        "topic_filter": [
            ("off", translate("Off: answered like any other")),
            ("soft", translate("Soft: answered in a sentence, and led back")),
            ("strict", translate("Strict: turned away without the model")),
        ],
        "reference": _references(ground, translate),
        "ages": [
            ("8-10", translate("8 to 10 years: very short sentences, everyday words")),
            ("11-14", translate("11 to 14 years: short sentences, plain words")),
            ("15-18", translate("15 to 18 years: the terms of the subject")),
        ],
        "language": [("en", translate("English")), ("es", translate("Spanish"))],
    }


def _references(ground: Ground, translate: Translate) -> Options:
    """What is gone, a paper or a reference of a course that was edited, stays as long as it is what was chosen."""
    found = [
        ("all", translate("Everything: references of the course, papers of the class")),
        ("none", translate("Nothing: the lessons alone")),
    ]
    if ground.course is not None:
        found += [
            (f"course:{key}", translate("Only the reference “%(name)s”", name=_spoken(key)))
            for key in references_of(ground.course)
        ]
    found += [
        (f"paper:{paper.id}", translate("Only the paper “%(name)s”", name=paper.title))
        for paper in ground.papers
    ]
    for chosen in (ground.layers.own.reference, ground.layers.of_class.reference):
        if chosen == "paper:0":
            found.append((chosen, translate("Nothing: the chosen paper is gone")))
        elif chosen and chosen not in dict(found):
            found.append((chosen, translate("Nothing: the chosen reference is gone")))
    return list(dict.fromkeys(found))


def _inherited(ground: Ground) -> Rules:
    """What would hold without a word on this page."""
    above = ground.layers.of_class if ground.lesson else Tuning()
    return settled(ground.settings, above, ground.course, ground.lesson)


def _kept_back(rules: Rules, translate: Translate) -> str:
    if rules.strictness == "strict":
        return "; ".join(rules.answers)
    return translate("none while it says much: choose “Strict” above")


def _key(rules: Rules, field: str) -> str:
    if field == "is_on":
        return "on" if rules.is_on else "off"
    return str(getattr(rules, field))


def _word(choices: Options, key: str) -> str:
    """A course may say other ages than those that can be chosen here."""
    return dict(choices).get(key, key)


def _as(ground: Ground, field: str, word: str, translate: Translate) -> str:
    # A list on a phone has room for the name of a choice, not for what it means.
    word = (word or _left_open(ground, field, translate)).partition(":")[0]
    if ground.lesson and getattr(ground.layers.of_class, field) is not None:
        return translate("As the class: %(value)s", value=word)
    if field == "language":
        return translate("As the student's pages")
    if field == "ages" and ground.course is None:
        return translate("As each course says")
    if field == "ages":
        return translate("As the course: %(value)s", value=word)
    return translate("As the box: %(value)s", value=word)


def _left_open(ground: Ground, field: str, translate: Translate) -> str:
    if field == "ages":
        return translate("not said") if ground.course else translate("what each course says")
    return translate("that of the student's pages")


def _line(ground: Ground, field: str, label: str, word: str, translate: Translate) -> Line:
    layers = ground.layers
    if getattr(layers.own if ground.lesson else layers.of_class, field) is not None:
        return Line(label, word, translate("set here"), True)
    if ground.lesson and getattr(layers.of_class, field) is not None:
        return Line(label, word, translate("as the class"), False)
    if field == "ages":
        return Line(label, word, translate("as the course"), False)
    is_lessons = field in ("topics", "notes")
    return Line(label, word, translate("as the lesson") if is_lessons else translate("as the box"), False)


def _sharing(ground: Ground, label: str, translate: Translate) -> Line:
    """A choice of the class alone, on a box that lets answers be shared."""
    no = translate("No: every question goes to the model")
    if not ground.settings.helper_shared_answers_enabled:
        return Line(label, no, translate("as the box"), False)
    if ground.layers.of_class.shared_answers:
        return Line(label, translate("Yes"), translate("as the box"), False)
    source = translate("as the class") if ground.lesson else translate("set here")
    return Line(label, no, source, ground.lesson is None)


def _spoken(key: str) -> str:
    return key.replace("-", " ").replace("_", " ").capitalize()
