"""What a teacher takes along at the end of a day or a term."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sanic import HTTPResponse, Request

from appliance.classroom.audit import record_staff
from appliance.classroom.box import today, zone_of
from appliance.classroom.classes import class_of_staff
from appliance.classroom.materials import material_of_class
from appliance.parts import Parts, parts_of
from appliance.storage.zip_streams import ZipEntry
from appliance.web.identity import person_of
from appliance.web.rendering import translator
from appliance.web.sheets import Cell, sheet
from appliance.web.zip_downloads import send_zip
from appliance.work.exports import (
    ACTIVE_SECONDS,
    Export,
    LessonSummary,
    StudentSummary,
    files_of_day,
    latest_files,
    lesson_summaries,
    student_summaries,
)
from appliance.work.outcomes import day_text

NOTHING = "Nothing was handed in today."
NOTHING_HERE = "Nothing was handed in here yet."


async def day(request: Request, class_id: int) -> Any:
    """Today's files, as the school counts days."""
    parts, person = parts_of(request), person_of(request)
    await class_of_staff(parts.db, class_id, person.id)
    date = await today(parts.db)
    files = await files_of_day(parts.db, class_id, date, await zone_of(parts.db))
    await _noted(request, parts, class_id, "export_day", str(len(files)))
    return send_zip(f"class-{class_id}-{date}.zip", _members(request, parts, files, NOTHING), [])


async def material(request: Request, class_id: int, material_id: int) -> Any:
    """The newest file of each student in one place."""
    parts, person = parts_of(request), person_of(request)
    await class_of_staff(parts.db, class_id, person.id)
    await material_of_class(parts.db, class_id, material_id)
    files = await latest_files(parts.db, class_id, material_id, await zone_of(parts.db))
    await _noted(request, parts, class_id, "export_material", f"{material_id}: {len(files)}")
    members = _members(request, parts, files, NOTHING_HERE)
    return send_zip(f"class-{class_id}-work-{material_id}.zip", members, [])


async def summary(request: Request, class_id: int) -> HTTPResponse:
    """Three kinds of rows in one table: the class, each student, each module."""
    parts, person = parts_of(request), person_of(request)
    classroom = await class_of_staff(parts.db, class_id, person.id)
    students = await student_summaries(parts.db, class_id)
    lessons = await lesson_summaries(parts.db, class_id)
    await _noted(request, parts, class_id, "export_summary", "")
    zone = await zone_of(parts.db)
    rows = [_heading(), _class_row(classroom.name, students, parts.db.now(), zone)]
    rows += [_student_row(each, zone) for each in students]
    rows += [_lesson_row(each) for each in lessons]
    return sheet(f"summary-{class_id}", rows)


async def _noted(request: Request, parts: Parts, class_id: int, action: str, target: str) -> None:
    async with parts.db.transaction() as tx:
        await record_staff(tx, action, person_of(request).id, class_id, target, request.ip)


def _members(request: Request, parts: Parts, files: list[Export], nothing: str) -> list[ZipEntry]:
    if not files:
        said = f"{translator(request)(nothing)}\r\n".encode()
        return [ZipEntry("README.txt", datetime.fromtimestamp(parts.db.now(), UTC), lambda: said)]
    return [ZipEntry(each.path, each.moment, parts.files.path(each.stored_name)) for each in files]


def _heading() -> list[Cell]:
    """The column names of ClassHub's table, for the programs that read it."""
    return [
        "row_type",
        "name",
        "joins",
        "rejoins",
        "active_students",
        "submissions",
        "submitters",
        "rubric_responses",
        "rubric_responders",
        "helper_accesses",
        "first_seen",
        "last_seen",
    ]


def _class_row(name: str, students: list[StudentSummary], now: int, zone: ZoneInfo) -> list[Cell]:
    return [
        "class_summary",
        name,
        sum(each.joins for each in students),
        sum(each.rejoins for each in students),
        sum(now - each.last_seen_at <= ACTIVE_SECONDS for each in students),
        sum(each.submissions for each in students),
        sum(bool(each.submissions) for each in students),
        sum(each.rubrics for each in students),
        sum(bool(each.rubrics) for each in students),
        sum(each.helper_questions for each in students),
        day_text(min((each.created_at for each in students), default=0), zone),
        day_text(max((each.last_seen_at for each in students), default=0), zone),
    ]


def _student_row(each: StudentSummary, zone: ZoneInfo) -> list[Cell]:
    return [
        "student_summary",
        each.display_name,
        each.joins,
        each.rejoins,
        "",
        each.submissions,
        int(bool(each.submissions)),
        each.rubrics,
        int(bool(each.rubrics)),
        each.helper_questions,
        day_text(each.created_at, zone),
        day_text(each.last_seen_at, zone),
    ]


def _lesson_row(each: LessonSummary) -> list[Cell]:
    counts: list[Cell] = [each.submissions, each.submitters, "", each.rubric_responders, "", "", ""]
    return ["lesson_summary", each.title, "", "", "", *counts]
