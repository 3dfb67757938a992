"""The shelf: every course on the box, and what is wrong with those that can't be read."""

from sanic import HTTPResponse, Request

from appliance.parts import parts_of
from appliance.web.rendering import render


async def index(request: Request) -> HTTPResponse:
    shelf = parts_of(request).shelf
    return render(request, "teacher/lessons.html", courses=shelf.courses(), problems=shelf.problems())
