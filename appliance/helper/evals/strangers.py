"""Sets by authors who knew the lessons and not the code: `dev` was read while mending, `held` only counted.

Half of what `held` asks about passages and topics is of a course that only stands here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.resources import as_file, files
from pathlib import Path
from typing import Literal

from appliance.helper.evals.figures import Figure, share_of
from appliance.helper.evals.retrieval import FIRST, Embed
from appliance.helper.evals.topics import NOTHING_BEFORE, TopicEval, faults
from appliance.helper.evals.words import BLOCK_LESSON
from appliance.helper.intents import intent_of
from appliance.helper.redaction import redacted
from appliance.helper.text_languages import leads_back
from appliance.library.comparable import comparable
from appliance.library.courses import Course, Shelf
from appliance.library.search import Vectors, search
from appliance.storage.database import Database

Part = Literal["dev", "held"]
PARTS: tuple[Part, ...] = ("dev", "held")
CALLED = {"dev": "a stranger's, seen", "held": "a stranger's, unseen"}
FOLDER = "appliance.helper.evals"
OTHER_COURSE = "rivers-and-rain"
# Between headings of which each answers the question.
OR = " ; "


def figures_of_words() -> list[Figure]:
    """Intents, wishes for a text language and personal details: what needs no course."""
    return [
        _kept_apart(figure)
        for part in PARTS
        for figure in (_intents(part), *_redirects(part), *_personal(part))
    ]


def other_course() -> Course:
    """A course that nobody who worked on the helper had read."""
    with as_file(files(FOLDER) / "strangers") as folder:
        return Shelf([Path(folder)]).course(OTHER_COURSE)


async def retrieval_of_strangers(
    db: Database, courses: Mapping[str, Course], embed: Embed | None
) -> list[Figure]:
    """As `retrieval_figures`, over all these courses by their slugs."""
    way = "words and meaning" if embed else "words alone"
    found = []
    for part in PARTS:
        judged = [
            await _is_found(db, embed, line) for line in _lines("passages", part, 3) if line[0] in courses
        ]
        found.append(share_of(f"right passage in {FIRST}, {way}, {CALLED[part]}", judged))
    return [_kept_apart(figure) for figure in found]


async def topics_of_strangers(asked: Sequence[TopicEval]) -> list[Figure]:
    """One for each course."""
    found = []
    for part in PARTS:
        judged = []
        for of_course in asked:
            for is_on, session, text in topics_of_part(of_course.course, part):
                judged.append((is_on, text, await of_course.passes(session, NOTHING_BEFORE, text)))
        refused = [(text, passed) for is_on, text, passed in judged if is_on]
        through = [(text, not passed) for is_on, text, passed in judged if not is_on]
        found.append(faults(f"on-topic refused, {CALLED[part]}", refused))
        found.append(faults(f"off-topic let through, {CALLED[part]}", through))
    return [_kept_apart(figure) for figure in found]


def topics_of_part(course: Course, part: Part) -> list[tuple[bool, str, str]]:
    """Whether it is on the topic, the lesson's number, and the question."""
    slugs = [lesson.slug for lesson in course.lessons]
    lines = [line for line in _lines("topics", part, 3) if line[1] == course.slug]
    return [(label == "on", str(slugs.index(slug) + 1), text) for label, _, slug, text in lines]


def _kept_apart(figure: Figure) -> Figure:
    """Nobody is to read what was missed of the unseen part: it would be mended by heart."""
    return replace(figure, missed=()) if figure.name.endswith(CALLED["held"]) else figure


def _intents(part: Part) -> Figure:
    lines = _lines("intents", part, 1)
    return share_of(
        f"intent accuracy, {CALLED[part]}", ((text, intent_of(text) == label) for label, text in lines)
    )


def _redirects(part: Part) -> list[Figure]:
    lines = _lines("textlang", part, 1)
    led = [text for _, text in lines if leads_back(text, BLOCK_LESSON)]
    wanted = [text for label, text in lines if label == "redirect"]
    return [
        share_of(f"redirect precision, {CALLED[part]}", ((text, text in wanted) for text in led)),
        share_of(f"redirect recall, {CALLED[part]}", ((text, text in led) for text in wanted)),
    ]


def _personal(part: Part) -> list[Figure]:
    lines = [line.rpartition("|") for line in _text("personal", part)]
    marked = [(text.strip(), [each.strip() for each in told.split(" ; ")]) for text, _, told in lines]
    personal = [(text, told) for text, told in marked if any(told)]
    clean = [text for text, told in marked if not any(told)]
    return [
        share_of(
            f"personal details taken out, {CALLED[part]}",
            ((text, not any(each in redacted(text) for each in told)) for text, told in personal),
        ),
        share_of(
            f"lesson numbers left alone, {CALLED[part]}", ((text, redacted(text) == text) for text in clean)
        ),
    ]


async def _is_found(db: Database, embed: Embed | None, line: Sequence[str]) -> tuple[str, bool]:
    course, slug, headings, text = line
    vector = await embed(comparable(text)) if embed else None
    found = await search(db, text, course, slug, vector, FIRST, Vectors())
    return text, not {passage.heading for passage in found}.isdisjoint(headings.split(OR))


def _lines(name: str, part: Part, labels: int) -> list[list[str]]:
    return [[piece.strip() for piece in line.split(" | ", labels)] for line in _text(name, part)]


def _text(name: str, part: Part) -> list[str]:
    text = (files(FOLDER) / "strangers" / f"{name}-{part}.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
