"""When one lesson is open for one class: locked by hand, opened on a day, at once, or as the course says."""

import re
from datetime import date

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.classroom.box import today
from appliance.classroom.classes import class_of_teacher
from appliance.classroom.decisions import NO_GATE, UNDECIDED
from appliance.classroom.materials import materials_of_lesson
from appliance.classroom.releases import (
    decisions_of_class,
    open_now,
    release_of_module,
    set_lock,
    set_timing,
)
from appliance.errors import Invalid, NotFound
from appliance.parts import parts_of
from appliance.storage.database import Transaction
from appliance.teacher.lesson_tracker import page
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import say, translator

# Python reads weeks too: a form that sends one was not made by this box.
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
OPENED = "The lesson is open."
LOCKED = "The lesson is locked."
UNLOCKED = "Your lock is off. The lesson opens as its date says."
DATED = "The day is set."
AS_COURSE = "The lesson opens as its course says."
SAID = {"open": OPENED, "locked": LOCKED, "unlocked": UNLOCKED, "date": DATED, "course": AS_COURSE}
MODULE_CLOSED = "The lesson's own lock is off, but its module is closed. Open the module too, on its page."
BAD_STATE = "A lesson can be open or locked. Use the buttons on the class page."
BAD_DATE = "Choose a day, such as 2026-09-01."


async def update(request: Request, class_id: int) -> HTTPResponse:
    parts, person, translate = parts_of(request), person_of(request), translator(request)
    course, lesson, state = (forms.text(request, name) for name in ("course", "lesson", "state"))
    await class_of_teacher(parts.db, class_id, person.id)
    if state not in SAID:
        raise Invalid(BAD_STATE, field="state")
    try:
        opens_on = day_of(forms.text(request, "opens_on", 40)) if state == "date" else None
    except Invalid as refusal:
        return await page(request, class_id, refusal)
    async with parts.db.transaction() as tx:
        await class_of_teacher(tx, class_id, person.id)
        if "lesson" not in await materials_of_lesson(tx, class_id, course, lesson):
            raise NotFound("This lesson is not on the class's road.")
        await _decide(tx, class_id, course, lesson, state, opens_on)
        await record_staff(tx, f"lesson_{state}", person.id, class_id, f"{course}/{lesson}", request.ip)
        decided = (await decisions_of_class(tx, class_id)).get((course, lesson), UNDECIDED)
    module = release_of_module(decided.module or NO_GATE, await today(parts.db))
    if state == "open" and not module.is_open:
        say(request, translate(MODULE_CLOSED), "warning")
    else:
        say(request, translate(SAID[state]))
    if forms.text(request, "from") == "tracker":
        return redirect(f"/teach/class/{class_id}/lessons#{course}-{lesson}")
    return redirect(f"/teach/class/{class_id}#lessons")


async def _decide(
    tx: Transaction, class_id: int, course: str, lesson: str, state: str, opens_on: date | None
) -> None:
    if state == "open":
        await open_now(tx, class_id, course, lesson)
    elif state == "date":
        await set_timing(tx, class_id, course, lesson, "date", opens_on)
    elif state == "course":
        await set_timing(tx, class_id, course, lesson, "course")
    else:
        await set_lock(tx, class_id, course, lesson, state == "locked")


def day_of(text: str) -> date:
    """Of a form's date field. Raises Invalid."""
    try:
        if not ISO_DAY.fullmatch(text):
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid(BAD_DATE, "bad_date", field="opens_on") from error
