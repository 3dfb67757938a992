"""A student's road: every lesson of the class with what is done, open and locked on it."""

from dataclasses import dataclass

from appliance.classroom.box import today
from appliance.classroom.materials import Material, materials_of_class
from appliance.classroom.releases import Release, decisions_of_class, release_of
from appliance.errors import NotFound, Unavailable
from appliance.library.lessons import Lesson
from appliance.parts import Parts
from appliance.work.responses import Responses, responses_of_student
from appliance.work.submissions import submissions_of_student


@dataclass(frozen=True)
class Task:
    """One thing to do in a lesson; `kind` is checklist, reflection or upload."""

    kind: str
    done: int
    total: int

    @property
    def is_done(self) -> bool:
        return self.done >= self.total


@dataclass(frozen=True)
class Stop:
    """One lesson on the road."""

    number: int
    lesson: Lesson
    release: Release
    tasks: tuple[Task, ...]

    @property
    def is_done(self) -> bool:
        return bool(self.tasks) and all(task.is_done for task in self.tasks)

    @property
    def is_to_do(self) -> bool:
        return self.release.is_open and not self.is_done

    @property
    def path(self) -> str:
        return f"/course/{self.lesson.course_slug}/{self.lesson.slug}"

    @property
    def open_tasks(self) -> tuple[Task, ...]:
        return tuple(task for task in self.tasks if not task.is_done)


@dataclass(frozen=True)
class Road:
    stops: tuple[Stop, ...]

    @property
    def now(self) -> Stop | None:
        """What to do next: the first open lesson with something left to do."""
        return next((stop for stop in self.stops if stop.is_to_do), None)

    @property
    def done(self) -> int:
        return sum(stop.is_done for stop in self.stops)

    def state(self, stop: Stop) -> str:
        """The word that the stop's mark stands for."""
        if stop.is_done:
            return "done"
        if not stop.release.is_open:
            return "waiting" if stop.release.opens_on else "locked"
        return "now" if stop == self.now else "open"


async def road_of(parts: Parts, class_id: int, student_id: int) -> Road:
    """Six queries, however long the road is."""
    materials = await materials_of_class(parts.db, class_id)
    decisions = await decisions_of_class(parts.db, class_id)
    responses = await responses_of_student(parts.db, student_id)
    handed_in = {work.material_id for work in await submissions_of_student(parts.db, student_id)}
    day = await today(parts.db)
    stops: list[Stop] = []
    for material in materials:
        lesson = _lesson(parts, material)
        if lesson is not None:
            release = release_of(decisions, lesson.course_slug, lesson.slug, lesson.available_on, day)
            tasks = _tasks(_activities(materials, material), lesson, responses, handed_in)
            stops.append(Stop(len(stops) + 1, lesson, release, tasks))
    return Road(tuple(stops))


def _lesson(parts: Parts, material: Material) -> Lesson | None:
    """None for what is no lesson, and for a lesson whose file is gone or broken: the others must still be there."""
    if material.kind != "lesson":
        return None
    try:
        return parts.shelf.lesson(material.course_slug, material.lesson_slug)
    except (NotFound, Unavailable):
        return None


def _activities(materials: list[Material], lesson: Material) -> list[Material]:
    here = (lesson.course_slug, lesson.lesson_slug)
    return [other for other in materials if (other.course_slug, other.lesson_slug) == here]


def _tasks(
    activities: list[Material], lesson: Lesson, responses: Responses, handed_in: set[int]
) -> tuple[Task, ...]:
    tasks = []
    for material in activities:
        if material.kind == "checklist" and lesson.checklist is not None:
            keys = {item.key for item in lesson.checklist.items}
            tasks.append(Task("checklist", len(keys & responses.ticked(material.id)), len(keys)))
        elif material.kind == "reflection" and lesson.reflection is not None:
            tasks.append(Task("reflection", int(bool(responses.reflection(material.id))), 1))
        elif material.kind == "upload":
            tasks.append(Task("upload", int(material.id in handed_in), 1))
    return tuple(tasks)
