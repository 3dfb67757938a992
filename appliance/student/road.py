"""A student's road: the modules of the class with what is done, due, open and locked in them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

from appliance.classroom.box import today
from appliance.classroom.material_items import items_of_class
from appliance.classroom.materials import Material, materials_of_student
from appliance.classroom.releases import (
    Decisions,
    Release,
    decisions_of_class,
    opening_day,
    release_of_module,
    release_on_road,
)
from appliance.classroom.road_lessons import RoadLessons, lessons_on_road
from appliance.library.lessons import Item, Lesson
from appliance.parts import Parts
from appliance.work.assignments import StudyLine, study_of_student
from appliance.work.progress import (
    TO_DO,
    TO_READ,
    Progress,
    Work,
    lessons_with_work,
    lines_of,
    progress_of,
)
from appliance.work.responses import responses_of_student
from appliance.work.versions import newest_states_of_student


@dataclass(frozen=True)
class Line:
    """One material on the road. `lesson` is what its file says, of a lesson alone; `language` is its course's.

    `is_returned`: the teacher asked for another version or a change, and none came yet. `has_work`: a lesson that came
    with work.
    """

    material: Material
    release: Release
    progress: Progress
    is_late: bool = False
    lesson: Lesson | None = None
    language: str = ""
    is_returned: bool = False
    has_work: bool = False

    @property
    def is_done(self) -> bool:
        return self.progress.is_done

    @property
    def is_work(self) -> bool:
        """There is something to be done in it."""
        return self.material.kind in TO_DO and self.progress.total > 0

    @property
    def is_reading(self) -> bool:
        """It is done by being read."""
        return self.material.kind in TO_READ and not self.has_work

    @property
    def is_due(self) -> bool:
        """It has a day, and is neither done nor locked."""
        return self.material.due_at is not None and self.release.is_open and not self.is_done

    @property
    def state(self) -> str:
        """The word of its pill."""
        if self.is_done:
            return "done"
        if not self.release.is_open:
            return "waiting" if self.release.opens_on else "locked"
        return "late" if self.is_late else "open"


@dataclass(frozen=True)
class Stop:
    """One module: its first lesson if it has one, then the rest of what is in it."""

    number: int
    title: str
    head: Line | None
    lines: tuple[Line, ...]
    opens: date | None
    release: Release
    intro: str = ""

    @property
    def lesson(self) -> Lesson | None:
        return self.head.lesson if self.head else None

    @property
    def is_named_by_lesson(self) -> bool:
        """The module is its lesson; where it has a name of its own, the lesson is one thing in it."""
        return self.head is not None and self.head.material.title == self.title

    @property
    def shown_lines(self) -> tuple[Line, ...]:
        return (self.head, *self.lines) if self.head and not self.is_named_by_lesson else self.lines

    @cached_property
    def tasks(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.is_work)

    @cached_property
    def counted(self) -> tuple[Line, ...]:
        """What makes it done: its work; where there is none, everything in it that is to read."""
        return self.tasks or tuple(line for line in self.all_lines if line.progress.total)

    @property
    def all_lines(self) -> tuple[Line, ...]:
        return (self.head, *self.lines) if self.head else self.lines

    @cached_property
    def is_done(self) -> bool:
        return bool(self.counted) and all(line.is_done for line in self.counted)

    @property
    def is_to_do(self) -> bool:
        return bool(self.counted) and self.release.is_open and not self.is_done

    @property
    def is_begun(self) -> bool:
        return any(task.progress.done or task.is_returned for task in self.tasks)

    @property
    def path(self) -> str:
        """Of its lesson; a module without one has no page of its own."""
        return self.head.material.path if self.head else ""

    @property
    def first_path(self) -> str:
        """Where to go on: the lesson, else the first thing that isn't done."""
        if self.head is not None and not (self.head.is_reading and self.head.is_done):
            return self.path
        left = (line.material.path for line in self.counted if not line.is_done)
        return next(left, self.path or "/student")


@dataclass(frozen=True)
class Road:
    """`day` is the day at the school."""

    stops: tuple[Stop, ...]
    day: date

    @cached_property
    def returned(self) -> Line | None:
        """What came back to be changed goes before every lesson; of several, the one that is due first."""
        return next((line for line in self.due if line.is_returned), None)

    @cached_property
    def now(self) -> Stop | None:
        """What to do next: where work came back; else this week's lesson, the one nearest to today; else the first."""
        if self.returned is not None:
            return next(stop for stop in self.stops if self.returned in stop.lines)
        left = [stop for stop in self.stops if stop.is_to_do]
        return min((stop for stop in left if self._is_this_week(stop)), key=self._distance, default=None) or (
            left[0] if left else None
        )

    def is_unfolded(self, stop: Stop) -> bool:
        """What is to be done now, or has a day, stands open; the rest is one press away."""
        return stop is self.now or any(line.is_due for line in stop.lines)

    @property
    def coming(self) -> Stop | None:
        """The next one that opens by itself."""
        waiting = [stop for stop in self.stops if not stop.release.is_open and stop.release.opens_on]
        return min(waiting, key=self._distance, default=None)

    @cached_property
    def due(self) -> list[Line]:
        """What came back to be changed, then what has a day and isn't done, the earliest first."""
        found = [line for stop in self.stops for line in stop.lines if line.is_due or line.is_returned]
        return sorted(
            found, key=lambda line: (not line.is_returned, line.material.due_at or 0, line.material.id)
        )

    @property
    def done(self) -> int:
        return sum(stop.is_done for stop in self.stops)

    def state(self, stop: Stop) -> str:
        """The word that the stop's mark stands for."""
        if stop.is_done:
            return "done"
        if not stop.release.is_open:
            return "waiting" if stop.release.opens_on else "locked"
        return "now" if stop is self.now else "open"

    def _is_this_week(self, stop: Stop) -> bool:
        monday = self.day - timedelta(days=self.day.weekday())
        return stop.opens is not None and monday <= stop.opens < monday + timedelta(days=7)

    def _distance(self, stop: Stop) -> int:
        return abs(((stop.opens or date.max) - self.day).days)


@dataclass(frozen=True)
class _Ground:
    """What every line of the road is made from."""

    lessons: RoadLessons
    decisions: Decisions
    day: date
    now: int
    work: Work
    returned: frozenset[int]


async def road_of(parts: Parts, class_id: int, student_id: int, study: list[StudyLine] | None = None) -> Road:
    """Seven queries, however long the road is; one less for whoever brings the student's study list."""
    materials = await materials_of_student(parts.db, student_id)
    study = await study_of_student(parts.db, class_id, student_id) if study is None else study
    states = await newest_states_of_student(parts.db, student_id)
    returned = frozenset(material_id for material_id, state in states.items() if state == "returned")
    work = Work(
        await responses_of_student(parts.db, student_id),
        states.keys() - returned,
        {line.assignment.id for line in study if line.is_done},
    )
    decisions = await decisions_of_class(parts.db, class_id)
    lessons = lessons_on_road(parts.shelf, materials)
    ground = _Ground(lessons, decisions, await today(parts.db), parts.db.now(), work, returned)
    items = await items_of_class(parts.db, class_id)
    lines = [line for material in materials if (line := _line(ground, material, items.get(material.id, [])))]
    return Road(tuple(_stops(ground, _with_lessons_counted(lines))), ground.day)


def _line(ground: _Ground, material: Material, items: list[Item]) -> Line | None:
    """None where the lesson's file is gone or broken: the others must still be there."""
    lesson = ground.lessons.get((material.course_slug, material.lesson_slug))
    if material.lesson_slug and lesson is None:
        return None
    release = release_on_road(ground.decisions, ground.lessons, material, ground.day)
    progress = progress_of(material, lines_of(material, items, lesson), ground.work)
    is_returned = material.id in ground.returned and release.is_open
    if is_returned and progress.is_done:
        progress = Progress(progress.total - 1, progress.total)
    is_past = material.due_at is not None and material.due_at < ground.now
    return Line(
        material,
        release,
        progress,
        is_past and not progress.is_done and not is_returned,
        lesson if material.kind == "lesson" else None,
        lesson.language if lesson else "",
        is_returned,
    )


def _with_lessons_counted(lines: Sequence[Line]) -> list[Line]:
    """A lesson with work is as far as its work is."""
    with_work = lessons_with_work(line.material for line in lines)
    by_lesson: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        if line.material.is_of_lesson and line.is_work:
            by_lesson.setdefault(_lesson_key(line), []).append(line)
    counted = []
    for line in lines:
        if line.material.kind == "lesson" and _lesson_key(line) in with_work:
            work = by_lesson.get(_lesson_key(line), [])
            progress = Progress(sum(each.is_done for each in work), len(work))
            is_late = line.is_late and not progress.is_done
            counted.append(replace(line, progress=progress, has_work=True, is_late=is_late))
        else:
            counted.append(line)
    return counted


def _lesson_key(line: Line) -> tuple[str, str]:
    return (line.material.course_slug, line.material.lesson_slug)


def _stops(ground: _Ground, lines: Iterable[Line]) -> list[Stop]:
    by_module: dict[int, list[Line]] = {}
    for line in lines:
        by_module.setdefault(line.material.module_id, []).append(line)
    stops = []
    for number, inside in enumerate(by_module.values(), start=1):
        head = next((line for line in inside if line.lesson is not None), None)
        rest = tuple(line for line in inside if line is not head)
        module = inside[0].material
        stops.append(
            Stop(
                number,
                module.module_title,
                head,
                rest,
                _opens(ground, head, module),
                head.release if head else release_of_module(module.module_decision, ground.day),
                module.module_intro,
            )
        )
    return stops


def _opens(ground: _Ground, head: Line | None, module: Material) -> date | None:
    """The later of the day of its module and that of its lesson."""
    day = module.module_decision.opens_on
    if head is None or head.lesson is None:
        return day
    lesson = head.lesson
    own = opening_day(ground.decisions, lesson.course_slug, lesson.slug, lesson.available_on)
    return max((each for each in (own, day) if each), default=None)
