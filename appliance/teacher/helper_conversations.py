"""What the helper remembers of a class, and the button that makes it forget."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.classes import class_of_staff, class_of_teacher
from appliance.errors import Invalid, Refusal
from appliance.helper.class_reset import Forgotten, Reset, forget_class
from appliance.parts import parts_of
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import render, say, translator

NOT_MEANT = "Tick that you mean it: nothing was deleted."


async def show(request: Request, class_id: int) -> HTTPResponse:
    return await _page(request, class_id)


async def remove(request: Request, class_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    await class_of_teacher(parts.db, class_id, person.id)
    reset = Reset(class_id, person.id, request.ip, forms.text(request, "keep_copy") == "1")
    try:
        if forms.text(request, "sure") != "1":
            raise Invalid(NOT_MEANT, "not_sure", field="sure")
        forgotten = await forget_class(parts.helper, parts.db, parts.settings, reset)
    except Refusal as refusal:
        return await _page(request, class_id, refusal)
    _tell(request, forgotten)
    return redirect(f"/teach/class/{class_id}/helper/conversations")


def _tell(request: Request, forgotten: Forgotten) -> None:
    translate = translator(request)
    if forgotten.copy is None:
        say(request, translate("The helper has forgotten what this class said."))
        return
    say(
        request,
        translate(
            "The helper has forgotten what this class said. The copy is %(name)s.", name=forgotten.copy.name
        ),
    )


async def _page(request: Request, class_id: int, refusal: Refusal | None = None) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    settings = parts.settings
    return render(
        request,
        "teacher/helper_conversations.html",
        forms.status_of(refusal),
        classroom=await class_of_staff(parts.db, class_id, person.id),
        minutes=settings.helper_conversation_ttl_seconds // 60,
        days=settings.retention_helper_export_days,
        may_copy=settings.helper_class_reset_archive_enabled,
        wants_copy=refusal is None or forms.text(request, "keep_copy") == "1",
        errors=forms.errors(refusal, translator(request)),
    )
