"""The students' room for programs: who they are, the road and the work, as JSON."""

from contextlib import suppress
from typing import Any

from sanic import HTTPResponse, Request
from sanic.response import json

from appliance.classroom.box import profile_of
from appliance.classroom.class_lists import landing_picture_path
from appliance.classroom.classes import class_by_id
from appliance.classroom.lesson_words import words_of
from appliance.classroom.material_items import items_of_class
from appliance.classroom.students import mark_seen, student_by_id
from appliance.errors import NotFound, Unavailable
from appliance.library.lessons import Item, Lesson
from appliance.parts import Parts, parts_of
from appliance.student.materials import open_materials
from appliance.student.road import Line, Stop, road_of
from appliance.web.identity import person_of
from appliance.web.pagination import moment, window_of
from appliance.work.progress import lines_of
from appliance.work.responses import Responses, responses_of_student
from appliance.work.submission_lists import (
    Exhibit,
    gallery_of_student,
    submissions_page_of_student,
    versions_of_student,
)

READS_A_MINUTE = 120


async def show_session(request: Request) -> HTTPResponse:
    parts = await _counted(request)
    student = await student_by_id(parts.db, person_of(request).id)
    classroom = await class_by_id(parts.db, student.class_id)
    await mark_seen(parts.db, student)
    return json(
        {
            "classroom": {
                "id": classroom.id,
                "name": classroom.name,
                "student_landing_title": classroom.landing_title,
                "student_landing_message": classroom.landing_message,
                "student_landing_hero_url": await landing_picture_path(parts.db, classroom.id),
            },
            "student": {
                "id": student.id,
                "display_name": student.display_name,
                "return_code": student.return_code,
            },
            "privacy_meta": {
                # What was handed in is never thrown away for its age.
                "submission_retention_days": None,
                "student_event_retention_days": parts.settings.retention_student_events_days or None,
            },
        }
    )


async def show_modules(request: Request) -> HTTPResponse:
    """The road as the class home shows it; of what is locked no more than that it is there."""
    parts, person = await _counted(request), person_of(request)
    road = await road_of(parts, person.class_id, person.id)
    items = await items_of_class(parts.db, person.class_id)
    profile = await profile_of(parts.db, parts.settings)
    return json(
        {
            "ui_density_mode": profile.density,
            "modules": [
                {
                    "id": lines[0].material.module_id,
                    "title": stop.title,
                    "intro": stop.intro,
                    "state": road.state(stop),
                    "materials": [_material(parts, line, items.get(line.material.id, [])) for line in lines],
                }
                for stop in road.stops
                if (lines := _all_lines(stop))
            ],
        }
    )


async def show_submissions(request: Request) -> HTTPResponse:
    parts, person, window = await _counted(request), person_of(request), window_of(request)
    page = await submissions_page_of_student(parts.db, person.id, window.limit, window.offset)
    versions = await versions_of_student(parts.db, person.id)
    responses = await responses_of_student(parts.db, person.id)
    gallery = await gallery_of_student(parts.db, person.id)
    opened = await open_materials(parts, person)
    return json(
        {
            "submissions": [
                {
                    "id": each.id,
                    "material_id": each.material_id,
                    "uploaded_at": moment(each.uploaded_at),
                    "original_filename": each.original_filename,
                }
                for each in page
            ],
            "pagination": window.told(sum(each.count for each in versions.values())),
            "submissions_by_material": {
                str(material_id): {
                    "count": each.count,
                    "last": moment(each.last_at),
                    "last_id": each.last_id,
                }
                for material_id, each in versions.items()
            },
            "material_responses": _responses(responses),
            "gallery_entries_by_material": {
                str(material_id): [_exhibit(exhibit, person.id) for exhibit in shown]
                for material_id, shown in gallery.items()
                if material_id in opened
            },
        }
    )


async def _counted(request: Request) -> Parts:
    """Raises RateLimited."""
    parts = parts_of(request)
    await parts.throttle.check("api_read", f"{person_of(request).key}:{request.ip}", READS_A_MINUTE, 60)
    return parts


def _all_lines(stop: Stop) -> tuple[Line, ...]:
    return (stop.head, *stop.lines) if stop.head else stop.lines


def _material(parts: Parts, line: Line, own: list[Item]) -> dict[str, Any]:
    """Programs that know no lessons find each as a link, as they did before; `kind` says what it is here."""
    material, release = line.material, line.release
    lesson = _lesson(parts, line)
    items = lines_of(material, own, lesson) if release.is_open else ()
    listed = [{"key": item.key, "text": item.text} for item in items]
    is_rubric = material.kind == "rubric" or (material.kind in ("upload", "gallery") and bool(own))
    return {
        "id": material.id,
        "title": material.title,
        "type": "link" if material.kind == "lesson" else material.kind,
        "kind": material.kind,
        "url": material.url if material.url and release.is_open else material.path,
        "body": _body(line, lesson) if release.is_open else "",
        "accepted_extensions": material.accepted_extensions,
        "max_upload_mb": min(material.max_upload_mb, parts.settings.appliance_upload_max_mb),
        "due_at": moment(material.due_at or 0),
        "access": {
            "is_locked": not release.is_open,
            "available_on": release.opens_on.isoformat() if release.opens_on else None,
            "state": line.state,
        },
        "checklist_items": listed if material.kind == "checklist" else [],
        "rubric_specs": {"scale_max": material.rubric_scale_max, "criteria": listed} if is_rubric else {},
    }


def _body(line: Line, lesson: Lesson | None) -> str:
    """What a lesson asks in its reflection stands in its file, unless the teacher asks something else."""
    return words_of(line.material, lesson)


def _lesson(parts: Parts, line: Line) -> Lesson | None:
    if line.material.is_of_lesson:
        with suppress(NotFound, Unavailable):
            return parts.shelf.lesson(line.material.course_slug, line.material.lesson_slug)
    return None


def _responses(responses: Responses) -> dict[str, dict[str, Any]]:
    materials = {*responses.ticks, *responses.reflections, *responses.scores, *responses.notes}
    return {
        str(material_id): {
            "checklist_checked": sorted(responses.ticked(material_id)),
            "reflection_text": responses.reflection(material_id),
            "rubric_scores": dict(responses.scored(material_id)),
            "rubric_feedback": responses.note(material_id),
        }
        for material_id in sorted(materials)
    }


def _exhibit(exhibit: Exhibit, student_id: int) -> dict[str, Any]:
    submission = exhibit.submission
    return {
        "id": submission.id,
        "author": exhibit.author,
        "original_filename": submission.original_filename,
        "uploaded_at": moment(submission.uploaded_at),
        "is_own": submission.student_id == student_id,
        "url": f"/submission/{submission.id}/download",
    }
