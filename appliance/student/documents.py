"""A paper of the class to read: what the numbers under an answer lead to."""

from sanic import HTTPResponse, Request

from appliance.classroom.classes import class_of_staff
from appliance.errors import NotFound
from appliance.library.documents import NOT_HERE, document_by_id, document_of_class, window_of
from appliance.parts import parts_of
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import render


async def show(request: Request, document_id: int) -> HTTPResponse:
    """For students what could be read of it; their teacher may look too."""
    parts, person = parts_of(request), person_of(request)
    if person.is_staff:
        document = await document_by_id(parts.db, document_id)
        await class_of_staff(parts.db, document.class_id, person.id)
    else:
        document = await document_of_class(parts.db, person.class_id, document_id)
    if not document.pages:
        raise NotFound(NOT_HERE)
    window = await window_of(parts.db, document, forms.page(request))
    return render(request, "student/document.html", document=document, window=window)
