"""Care for a class: the words that a student in trouble reads, whom to go to, and how often it was needed."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.classroom.care import CareWords, care_days_of, care_words_of, save_care_words
from appliance.classroom.classes import class_of_staff, class_of_teacher
from appliance.errors import Invalid
from appliance.parts import parts_of
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import render, say, translator


async def edit(request: Request, class_id: int) -> HTTPResponse:
    return await _page(request, class_id)


async def update(request: Request, class_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    await class_of_teacher(parts.db, class_id, person.id)
    words = CareWords(*(forms.whole(request, name) for name in ("english", "spanish", "person")))
    try:
        async with parts.db.transaction() as tx:
            await save_care_words(tx, class_id, words)
            await record_staff(tx, "change_care_words", person.id, class_id, "", request.ip)
    except Invalid as refusal:
        return await _page(request, class_id, words, refusal)
    say(request, translator(request)("Saved. The helper answers with these words from now on."))
    return redirect(f"/teach/class/{class_id}/care")


async def _page(
    request: Request, class_id: int, typed: CareWords | None = None, refusal: Invalid | None = None
) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    return render(
        request,
        "teacher/care.html",
        forms.status_of(refusal),
        classroom=await class_of_staff(parts.db, class_id, person.id),
        words=typed or await care_words_of(parts.db, class_id),
        days=await care_days_of(parts.db, class_id),
        helplines=" ".join(parts.settings.helper_care_helplines.split()),
        errors=forms.errors(refusal, translator(request)),
    )
