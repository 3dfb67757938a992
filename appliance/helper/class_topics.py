"""Whether a question in the class chat stays with what the class works on: tuned topics, or those of its road."""

from collections.abc import Sequence
from dataclasses import dataclass

from appliance.helper.elsewhere import Matrix
from appliance.helper.rules import Rules
from appliance.helper.scope import CONTEXT_CHARS, Scope
from appliance.helper.topics import NONE, Lead, Topics
from appliance.inference.engine import Vector
from appliance.library.courses import Course
from appliance.library.lessons import Lesson
from appliance.library.search import Vectors
from appliance.storage.database import Database

# Each is a look at a vector; a course of a whole year names hardly more.
MOST_TOPICS = 60


@dataclass(frozen=True)
class Stretch:
    """A course on the class's road with those of its lessons that are open."""

    course: Course
    lessons: tuple[Lesson, ...]


@dataclass(frozen=True)
class Asked:
    """A question with what was found for it; `papers` are those of the passages that belong to no course."""

    message: str
    vector: Vector | None
    passages: tuple[str, ...]
    papers: tuple[str, ...]
    after_on_topic: bool


async def stays_with_class(
    db: Database, topics: Topics, vectors: Vectors, rules: Rules, road: Sequence[Stretch], asked: Asked
) -> bool:
    """With any of its courses, as a lesson's own helper would say it; without a topic anywhere every question does."""
    if rules.topic_filter == "off":
        return True
    if not road:
        return await topics.fit(asked.message, _scope("", (), rules.topics), _lead(asked))
    for stretch in road:
        matrix = await vectors.of_course(db, stretch.course.slug)
        if await topics.fit(asked.message, _scope_of(stretch, rules), _lead(asked, matrix.rows)):
            return True
    return False


def _scope_of(stretch: Stretch, rules: Rules) -> Scope:
    titles = tuple(lesson.title for lesson in stretch.lessons)
    context = " – ".join((stretch.course.title, *titles))[:CONTEXT_CHARS]
    return _scope(context, titles, rules.topics or _topics_of(stretch))


def _scope(context: str, titles: tuple[str, ...], allowed: tuple[str, ...]) -> Scope:
    return Scope(0, "", "", "student", context, titles, allowed)


def _topics_of(stretch: Stretch) -> tuple[str, ...]:
    """A lesson that lists none is about its title; where no lesson lists any, none is held to."""
    if not any(lesson.allowed_topics for lesson in stretch.lessons):
        return ()
    named = (topic for lesson in stretch.lessons for topic in (lesson.title, *lesson.allowed_topics))
    return tuple(dict.fromkeys(named))[:MOST_TOPICS]


def _lead(asked: Asked, course: Matrix = NONE) -> Lead:
    return Lead(asked.passages, asked.vector, asked.after_on_topic, course, asked.papers)
