"""The teachers' room for programs: classes, rosters and work as JSON, and the three switches of a class."""

from typing import Any

from sanic import HTTPResponse, Request
from sanic.response import json

from appliance.classroom.audit import record_staff, was_recorded
from appliance.classroom.class_lists import ListedClass, listed_class, listed_classes
from appliance.classroom.classes import (
    ENROLLMENT_MODES,
    Class,
    class_of_teacher,
    rotate_join_code,
    set_enrollment_mode,
    set_locked,
)
from appliance.classroom.materials import Material, materials_of_class
from appliance.classroom.modules import modules_of_class
from appliance.classroom.students import Student, students_of_class
from appliance.errors import Invalid
from appliance.parts import Parts, parts_of
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.pagination import moment, window_of
from appliance.web.refusals import answer
from appliance.work.digests import asked_in_class
from appliance.work.outcomes import outcome_counts
from appliance.work.submission_lists import (
    Listed,
    handed_in_since_yesterday,
    submission_counts,
    submissions_page_of_class,
)

READS_A_MINUTE = 60
WRITES_A_MINUTE = 30
# A program that asks every minute is written down once in this time.
SEEN_SECONDS = 3600
SIGNAL_DAYS = 7


async def show_classes(request: Request) -> HTTPResponse:
    parts, person = await _counted(request, "api_read", READS_A_MINUTE), person_of(request)
    handed_in = await handed_in_since_yesterday(parts.db, person.id)
    return json(
        {
            "classes": [
                {
                    **_classroom(listed.classroom),
                    "student_count": listed.students,
                    "submissions_24h": handed_in.get(listed.classroom.id, 0),
                    "is_assigned": True,
                    "role": listed.role,
                }
                for listed in await listed_classes(parts.db, person.id)
            ]
        }
    )


async def show_roster(request: Request, class_id: int) -> HTTPResponse:
    """Return codes go to who may reveal them, and that they did is in the audit trail; others get null."""
    parts, person = await _counted(request, "api_read", READS_A_MINUTE), person_of(request)
    listed = await listed_class(parts.db, class_id, person.id)
    students = await students_of_class(parts.db, class_id)
    await _note_codes(request, parts, listed, bool(students))
    by_student, by_material = await submission_counts(parts.db, class_id)
    return json(
        {
            "classroom": _classroom(listed.classroom),
            "student_count": len(students),
            "students": [
                _student(student, by_student.get(student.id, 0), listed.role == "teacher")
                for student in students
            ],
            "modules": await _modules(parts, class_id, by_material),
            "outcome_snapshot": await outcome_counts(parts.db, class_id),
            "helper_signals": {
                "days": SIGNAL_DAYS,
                **await asked_in_class(parts.db, class_id, SIGNAL_DAYS),
            },
        }
    )


async def show_submissions(request: Request, class_id: int) -> HTTPResponse:
    parts, window = await _counted(request, "api_read", READS_A_MINUTE), window_of(request)
    await listed_class(parts.db, class_id, person_of(request).id)
    page, total = await submissions_page_of_class(parts.db, class_id, window.limit, window.offset)
    return json({"submissions": [_submission(listed) for listed in page], "pagination": window.told(total)})


async def toggle_lock(request: Request, class_id: int) -> HTTPResponse:
    parts, person = await _counted(request, "api_write", WRITES_A_MINUTE), person_of(request)
    async with parts.db.transaction() as tx:
        is_locked = not (await class_of_teacher(tx, class_id, person.id)).is_locked
        await set_locked(tx, class_id, is_locked)
        action = "lock_class" if is_locked else "unlock_class"
        await record_staff(tx, action, person.id, class_id, "", request.ip)
    return json({"classroom_id": class_id, "is_locked": is_locked})


async def rotate_code(request: Request, class_id: int) -> HTTPResponse:
    parts, person = await _counted(request, "api_write", WRITES_A_MINUTE), person_of(request)
    async with parts.db.transaction() as tx:
        await class_of_teacher(tx, class_id, person.id)
        code = await rotate_join_code(tx, class_id)
        await record_staff(tx, "rotate_join_code", person.id, class_id, "", request.ip)
    return json({"classroom_id": class_id, "join_code": code})


async def update_enrollment_mode(request: Request, class_id: int) -> HTTPResponse:
    """`enrollment_mode` in a JSON object or a form."""
    parts, person = await _counted(request, "api_write", WRITES_A_MINUTE), person_of(request)
    try:
        async with parts.db.transaction() as tx:
            await class_of_teacher(tx, class_id, person.id)
            mode = _mode(request)
            if await set_enrollment_mode(tx, class_id, mode):
                await record_staff(tx, "set_enrollment_mode", person.id, class_id, mode, request.ip)
    except Invalid as refusal:
        if refusal.code != "invalid_enrollment_mode":
            raise
        return answer(request, refusal, valid_modes=sorted(ENROLLMENT_MODES))
    return json({"classroom_id": class_id, "enrollment_mode": mode})


async def _counted(request: Request, bucket: str, limit: int) -> Parts:
    """Reads and writes are counted apart. Raises RateLimited."""
    parts = parts_of(request)
    await parts.throttle.check(bucket, f"{person_of(request).key}:{request.ip}", limit, 60)
    return parts


async def _note_codes(request: Request, parts: Parts, listed: ListedClass, has_codes: bool) -> None:
    if listed.role != "teacher" or not has_codes:
        return
    staff_id, class_id = person_of(request).id, listed.classroom.id
    since = parts.db.now() - SEEN_SECONDS
    if not await was_recorded(parts.db, "list_return_codes", staff_id, class_id, since):
        async with parts.db.transaction() as tx:
            await record_staff(tx, "list_return_codes", staff_id, class_id, "", request.ip)


def _mode(request: Request) -> str:
    if forms.is_json(request):
        return forms.json_text(forms.json_object(request), "enrollment_mode").strip().lower()
    return forms.text(request, "enrollment_mode").lower()


async def _modules(parts: Parts, class_id: int, by_material: dict[int, int]) -> list[dict[str, Any]]:
    materials: dict[int, list[Material]] = {}
    for material in await materials_of_class(parts.db, class_id):
        materials.setdefault(material.module_id, []).append(material)
    return [
        {
            "id": module.id,
            "title": module.title,
            "order_index": place,
            "is_hidden": module.is_hidden,
            "materials": [
                {
                    "id": material.id,
                    "title": material.title,
                    "type": material.kind,
                    "order_index": place_in_module,
                    "is_hidden": material.is_hidden,
                    "submission_count": by_material.get(material.id, 0),
                }
                for place_in_module, material in enumerate(materials.get(module.id, []))
            ],
        }
        for place, module in enumerate(await modules_of_class(parts.db, class_id))
    ]


def _classroom(classroom: Class) -> dict[str, Any]:
    return {
        "id": classroom.id,
        "name": classroom.name,
        "join_code": classroom.join_code,
        "is_locked": classroom.is_locked,
        "enrollment_mode": classroom.enrollment_mode,
    }


def _student(student: Student, submissions: int, with_code: bool) -> dict[str, Any]:
    return {
        "id": student.id,
        "display_name": student.display_name,
        "return_code": student.return_code if with_code else None,
        "created_at": moment(student.created_at),
        "last_seen_at": moment(student.last_seen_at),
        "submission_count": submissions,
    }


def _submission(listed: Listed) -> dict[str, Any]:
    submission = listed.submission
    return {
        "id": submission.id,
        "uploaded_at": moment(submission.uploaded_at),
        "original_filename": submission.original_filename,
        "student": {"id": submission.student_id, "display_name": listed.student_name},
        "material": {
            "id": submission.material_id,
            "title": listed.material_title,
            "type": listed.material_kind,
        },
    }
