"""The lessons on a class's road with their locks, and which of them is today's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from appliance.classroom.box import today
from appliance.classroom.decisions import Decision
from appliance.classroom.releases import Release, decisions_of_class, release_of, release_of_module
from appliance.classroom.road_lessons import lessons_of_class
from appliance.library.lessons import Lesson
from appliance.parts import Parts
from appliance.work.tracker import Tally


@dataclass(frozen=True)
class LessonLine:
    """A lesson of this class and whether its students may read it."""

    lesson: Lesson
    release: Release

    @property
    def path(self) -> str:
        return f"/course/{self.lesson.course_slug}/{self.lesson.slug}"


@dataclass(frozen=True)
class ModuleLine:
    """A module without a lesson, and whether its students get what is in it."""

    id: int
    title: str
    intro: str
    decision: Decision
    release: Release


@dataclass(frozen=True)
class TodaysLesson:
    """`done` of `expected`: lists, words and files of this lesson, over all students."""

    line: LessonLine
    done: int
    expected: int


async def lesson_lines(parts: Parts, class_id: int) -> list[LessonLine]:
    decisions = await decisions_of_class(parts.db, class_id)
    day = await today(parts.db)
    lines = []
    for lesson in await lessons_of_class(parts.db, parts.shelf, class_id):
        release = release_of(decisions, lesson.course_slug, lesson.slug, lesson.available_on, day)
        lines.append(LessonLine(lesson, release))
    return lines


def module_lines(tallies: Sequence[Tally], day: date) -> list[ModuleLine]:
    """The modules of which no lesson says when they open, hidden ones left out."""
    shown = [tally.material for tally in tallies if not tally.material.is_module_hidden]
    with_lesson = {material.module_id for material in shown if material.kind == "lesson"}
    found = {
        each.module_id: ModuleLine(
            each.module_id,
            each.module_title,
            each.module_intro,
            each.module_decision,
            release_of_module(each.module_decision, day),
        )
        for each in shown
        if each.module_id not in with_lesson
    }
    return list(found.values())


def todays_lesson(lines: Sequence[LessonLine], tallies: Sequence[Tally]) -> TodaysLesson | None:
    """The first open one of which less than half is done, or else the next that is shut; None without a road."""
    counted = [_counted(line, tallies) for line in lines]
    is_empty = not any(each.expected for each in counted)
    open_ones = [each for each in counted if each.line.release.is_open]
    going_on = [each for each in open_ones if is_empty or 2 * each.done < each.expected]
    shut = [each for each in counted if not each.line.release.is_open]
    return next(iter(going_on + shut + counted[-1:]), None)


def _counted(line: LessonLine, tallies: Sequence[Tally]) -> TodaysLesson:
    key = (line.lesson.course_slug, line.lesson.slug)
    work = [
        tally
        for tally in tallies
        if (tally.is_work or tally.is_reading)
        and (tally.material.course_slug, tally.material.lesson_slug) == key
    ]
    return TodaysLesson(line, sum(tally.done for tally in work), sum(tally.expected for tally in work))
