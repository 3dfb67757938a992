"""Whether the topic filter keeps a class at its lesson and sends nobody away who is there."""

from collections.abc import Sequence
from dataclasses import dataclass

from appliance.helper.conversations import Memory, Turn, in_context
from appliance.helper.evals.figures import Figure, share_of
from appliance.helper.evals.labelled import labelled
from appliance.helper.scope import Scope, scope_of_lesson
from appliance.helper.topics import Lead, Topics, leans_back
from appliance.inference.router import Router
from appliance.library.comparable import comparable
from appliance.library.courses import Course, lessons_of
from appliance.library.lessons import Lesson
from appliance.library.search import Vectors, search
from appliance.storage.cache import Cache
from appliance.storage.database import Database

NOTHING_BEFORE = "-"
PASSAGES = 3


@dataclass(frozen=True)
class Judged:
    text: str
    is_held: bool
    is_on: bool
    passed: bool


class TopicEval:
    """Asks the filter as the pipeline does: the same search, the same vector, the same memory."""

    def __init__(self, db: Database, course: Course, router: Router, cache: Cache) -> None:
        self._db = db
        self.course = course
        self._lessons = lessons_of(course)
        self._router = router
        self._topics = Topics(router, cache)
        self._vectors = Vectors()

    async def figures(self) -> list[Figure]:
        judged = [
            Judged(
                each.text, each.is_held, True, await self.passes(each.labels[0], NOTHING_BEFORE, each.text)
            )
            for each in labelled("retrieval", 2)
        ]
        for each in labelled("topics", 3):
            label, session, before = each.labels
            passed = await self.passes(session, before, each.text)
            judged.append(Judged(each.text, each.is_held, label == "on", passed))
        return [*_figures("", judged), *_figures(", held half", [each for each in judged if each.is_held])]

    async def passes(self, session: str, before: str, text: str) -> bool:
        """`session` is the lesson's number, `before` the question before it or `-`."""
        scope, lead = await self._asked(session, before, text)
        return await self._topics.fit(text, scope, lead)

    async def features(self, session: str, before: str, text: str) -> dict[str, float] | None:
        """What `passes` goes by; None where it looks at no vectors."""
        scope, lead = await self._asked(session, before, text)
        return await self._topics.features(text, scope, lead)

    async def _asked(self, session: str, before: str, text: str) -> tuple[Scope, Lead]:
        lesson = self._lessons[int(session) - 1]
        memory = _memory(before)
        searched = in_context(text, memory) if leans_back(text) else text
        lead = await self._lead(searched, lesson, memory)
        return scope_of_lesson(lesson, 0, "student"), lead

    async def _lead(self, searched: str, lesson: Lesson, memory: Memory) -> Lead:
        vector = await self._router.embed(comparable(searched))
        place = lesson.course_slug, lesson.slug
        passages = await search(self._db, searched, *place, vector, PASSAGES, self._vectors)
        bodies = [passage.body for passage in passages]
        matrix = await self._vectors.of_course(self._db, lesson.course_slug)
        return Lead(bodies, vector, memory.on_topic, matrix.rows)


def _memory(before: str) -> Memory:
    if before == NOTHING_BEFORE:
        return Memory()
    return Memory((Turn("user", before), Turn("assistant", "")), "", on_topic=True)


def _figures(half: str, judged: Sequence[Judged]) -> list[Figure]:
    return [
        faults(f"on-topic refused{half}", [(each.text, each.passed) for each in judged if each.is_on]),
        faults(
            f"off-topic let through{half}",
            [(each.text, not each.passed) for each in judged if not each.is_on],
        ),
    ]


def faults(name: str, judged: list[tuple[str, bool]]) -> Figure:
    """Counts what was not judged right."""
    right = share_of(name, judged)
    return Figure(name, right.of - right.count, right.of, right.missed)
