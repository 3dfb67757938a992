"""The roster of a class: who is in it, and everything that repairs it."""

from datetime import datetime

from sanic import HTTPResponse, Request

from appliance.auth.emoji_codes import pictures_of
from appliance.classroom.audit import record_staff
from appliance.classroom.box import zone_of
from appliance.classroom.classes import class_of_staff, class_of_teacher
from appliance.classroom.students import NEVER, ids_of_form, roster, students_of_class
from appliance.errors import Invalid
from appliance.parts import parts_of
from appliance.teacher.join_cards import join_ways
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import render, translator
from appliance.web.sheets import Cell, sheet

HERE_SECONDS = 10 * 60


async def index(request: Request, class_id: int) -> HTTPResponse:
    """`?new=<mark>` offers the cards of those whom that form has just made."""
    parts = parts_of(request)
    classroom = await class_of_staff(parts.db, class_id, person_of(request).id)
    lines = await roster(parts.db, class_id)
    return render(
        request,
        "teacher/roster.html",
        classroom=classroom,
        roster=lines,
        choices=[("", ""), *((line.id, line.display_name) for line in lines)],
        new=await ids_of_form(parts.db, class_id, str(request.args.get("new") or "")),
        here_since=parts.db.now() - HERE_SECONDS,
    )


async def export(request: Request, class_id: int) -> HTTPResponse:
    """A table without return codes."""
    parts, person, translate = parts_of(request), person_of(request), translator(request)
    await class_of_staff(parts.db, class_id, person.id)
    async with parts.db.transaction() as tx:
        await record_staff(tx, "export_roster", person.id, class_id, "", request.ip)
    zone = await zone_of(parts.db)

    def day(seconds: int) -> str:
        if seconds == NEVER:
            return ""
        return datetime.fromtimestamp(seconds, zone).strftime("%Y-%m-%d %H:%M")

    head: list[Cell] = [translate("Name"), translate("Joined"), translate("Last here"), translate("Ticks")]
    head += [translate("Reflections"), translate("Handed in")]
    rows: list[list[Cell]] = [
        [
            line.display_name,
            day(line.created_at),
            day(line.last_seen_at),
            line.ticks,
            line.reflections,
            line.handed_in,
        ]
        for line in await roster(parts.db, class_id)
    ]
    return sheet("roster", [head, *rows])


async def print_cards(request: Request, class_id: int) -> HTTPResponse:
    """Cards with names and return codes, of those who were chosen or of all; each printing is in the audit trail."""
    parts, person = parts_of(request), person_of(request)
    chosen = forms.numbers(request, "student")
    async with parts.db.transaction() as tx:
        classroom = await class_of_teacher(tx, class_id, person.id)
        everybody = await students_of_class(tx, class_id)
        students = [student for student in everybody if not chosen or student.id in chosen]
        if not students:
            raise Invalid("Nobody is in this class yet, so there are no cards to print.", "no_students")
        await record_staff(tx, "print_return_codes", person.id, class_id, str(len(students)), request.ip)
    return render(
        request,
        "teacher/return_cards.html",
        classroom=classroom,
        ways=join_ways(request, classroom),
        cards=[(student, pictures_of(student.return_code)) for student in students],
    )
