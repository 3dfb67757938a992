"""Comments that a teacher keeps for next time."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.errors import Invalid
from appliance.parts import parts_of
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import render, say, translator
from appliance.work.reviews import COMMENT_CHARACTERS
from appliance.work.saved_comments import remove_comment, save_comment, saved_comments_of_staff


async def index(request: Request) -> HTTPResponse:
    return await _page(request)


async def create(request: Request) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    try:
        async with parts.db.transaction() as tx:
            await save_comment(tx, person.id, forms.text(request, "saved", 2 * COMMENT_CHARACTERS))
    except Invalid as refusal:
        return await _page(request, refusal)
    say(request, translator(request)("Kept. You find it on every review page."))
    return redirect("/teach/comments")


async def remove(request: Request, comment_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    async with parts.db.transaction() as tx:
        await remove_comment(tx, person.id, comment_id)
    say(request, translator(request)("The comment is removed. What students got with it stays."))
    return redirect("/teach/comments")


async def _page(request: Request, refusal: Invalid | None = None) -> HTTPResponse:
    return render(
        request,
        "teacher/saved_comments.html",
        forms.status_of(refusal),
        comments=await saved_comments_of_staff(parts_of(request).db, person_of(request).id),
        typed=forms.typed(request, "saved"),
        errors=forms.errors(refusal, translator(request)),
    )
