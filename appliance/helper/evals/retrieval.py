"""Whether the passage that answers a question is among the first three, as the answer without a model quotes them."""

from collections.abc import Awaitable, Callable

from appliance.helper.evals.figures import Figure, share_of
from appliance.helper.evals.labelled import Labelled, labelled
from appliance.library.comparable import comparable
from appliance.library.courses import Course
from appliance.library.index import Vector
from appliance.library.search import Passage, Vectors, search
from appliance.storage.database import Database

COURSE = "electricity-you-can-touch"
FIRST = 3
Embed = Callable[[str], Awaitable[Vector | None]]


async def retrieval_figures(db: Database, course: Course, embed: Embed | None) -> list[Figure]:
    """The course has to be indexed in `db`; without `embed` words alone decide."""
    kept = Vectors()
    judged = []
    for question in labelled("retrieval", 2):
        vector = await embed(comparable(question.text)) if embed else None
        lesson = course.lessons[int(question.labels[0]) - 1].slug
        found = await search(db, question.text, course.slug, lesson, vector, FIRST, kept)
        judged.append((question, _is_right(question, found, course)))
    way = "words and meaning" if embed else "words alone"
    return [
        share_of(f"right passage in {FIRST}, {way}", ((each.text, is_right) for each, is_right in judged)),
        share_of(
            f"right passage in {FIRST}, {way}, held half",
            ((each.text, is_right) for each, is_right in judged if each.is_held),
        ),
    ]


def _is_right(question: Labelled, found: list[Passage], course: Course) -> bool:
    return bool({_place(passage, course) for passage in found} & set(question.labels[1].split()))


def _place(passage: Passage, course: Course) -> str:
    """As the set names it: `3#one-law`, or `ref:ohm's-law` for a passage of a reference."""
    numbers = {lesson.slug: number for number, lesson in enumerate(course.lessons, start=1)}
    if passage.source != "lesson":
        return f"ref:{passage.heading.lower().replace(' ', '-')}"
    return f"{numbers[passage.lesson_slug]}#{passage.anchor.removeprefix('h-') or 'top'}"
