"""The person's own language, kept in a cookie."""

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.errors import Invalid
from appliance.web import forms
from appliance.web.addresses import inside
from appliance.web.identity import set_cookie
from appliance.web.translations import COOKIE, LANGUAGES

SECONDS = 365 * 24 * 3600


async def update(request: Request) -> HTTPResponse:
    language = forms.text(request, "language")
    if language not in LANGUAGES:
        raise Invalid("The box doesn't speak this language yet. Choose one from the list.", field="language")
    response = redirect(inside(forms.text(request, "next")))
    set_cookie(request, response, COOKIE, language, SECONDS)
    return response
