"""Pages that anyone may read."""

from sanic import HTTPResponse, Request

from appliance.web.rendering import render


async def privacy(request: Request) -> HTTPResponse:
    return render(request, "visitor/privacy.html")


async def help(request: Request) -> HTTPResponse:
    return render(request, "visitor/help.html")
