"""A one-time sign-in link from the console. Opening it does nothing yet: previews and scanners open links too."""

from sanic import HTTPResponse, Request

from appliance.auth.links import use_sign_in_link
from appliance.classroom.audit import record_staff
from appliance.parts import parts_of
from appliance.visitor.sign_in import signed_in
from appliance.web.rendering import render


async def show(request: Request, token: str) -> HTTPResponse:
    return render(request, "visitor/sign_in_link.html", token=token)


async def create(request: Request, token: str) -> HTTPResponse:
    parts = parts_of(request)
    await parts.throttle.check("sign_in_link", request.ip, 20, 60)
    async with parts.db.transaction() as tx:
        staff_id = await use_sign_in_link(tx, token)
        await record_staff(tx, "sign_in_link", staff_id, None, "", request.ip)
    return await signed_in(request, staff_id, "/teach")
