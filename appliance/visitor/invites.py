"""What an invitation opens: the join page of its class. Looking at it takes no place."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.invites import class_id_of_invite
from appliance.parts import parts_of
from appliance.visitor.join import join_page
from appliance.web.identity import person_of
from appliance.web.rendering import say, translator

TOKEN_CHARACTERS = 60
ELSEWHERE = (
    "You are in another class on this device. Leave it on the page with your data, then open the link again."
)


async def show(request: Request, token: str) -> HTTPResponse:
    if request.app.ctx.school() is None:
        return redirect("/setup")
    if person_of(request).is_student:
        await _say_where(request, token)
        return redirect("/student")
    return await join_page(request, {"invite_token": token[:TOKEN_CHARACTERS]})


async def _say_where(request: Request, token: str) -> None:
    """Somebody of another class would not know why the link leads to their own."""
    class_id = await class_id_of_invite(parts_of(request).db, token)
    if class_id is not None and class_id != person_of(request).class_id:
        say(request, translator(request)(ELSEWHERE), "warning")
