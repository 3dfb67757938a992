"""The one table from what went wrong to what the browser or the program gets."""

import logging
import secrets

from sanic import HTTPResponse, Request, Sanic
from sanic.exceptions import MethodNotAllowed, PayloadTooLarge, SanicException
from sanic.exceptions import NotFound as NoRoute
from sanic.response import json, redirect

from appliance.errors import Invalid, NotFound, RateLimited, Refusal, Sentence, TooLarge, Unauthorized
from appliance.web.addresses import whole, with_next
from appliance.web.csrf import SAFE, TOO_LONG, in_stream
from appliance.web.forms import is_json
from appliance.web.headers import request_id_of
from appliance.web.identity import VISITOR
from appliance.web.programs import failed, is_program
from appliance.web.rendering import render, translator
from appliance.web.site_mode import RETRY_SECONDS as RETRY_MODE_SECONDS
from appliance.web.site_mode import Restricted
from appliance.web.translations import language_of
from appliance.web.uploads import drain

# Whoever asks for these without a session is a student more often than not: the first page knows both ways in.
STUDENTS_PATHS = ("/student", "/course", "/material", "/submission")
PROGRAM_PATHS = ("/helper/", "/api/")
UNKNOWN = "Something on the box went wrong. Try again; if it stays so, tell your teacher the number below."
NO_PAGE = "Go back, or start again from the first page."
NO_ROUTE = "There is no such route; /v1/openapi.json lists them."
WRONG_BUTTON = "This page doesn't take that. Go back and use its buttons."
WRONG_METHOD = "This route doesn't take that method; /v1/openapi.json says which it takes."
INTERNAL = "Something on the box went wrong; its log has more under the number %(number)s."
RETRY_SECONDS = 30

log = logging.getLogger("chalkbox.web")


def attach(app: Sanic) -> None:
    app.error_handler.add(Refusal, refused)
    app.error_handler.add(SanicException, not_understood)
    app.error_handler.add(Exception, unknown)


def wants_json(request: Request) -> bool:
    accepts = str(request.headers.get("accept") or "")
    return (
        is_program(request)
        or request.path.startswith(PROGRAM_PATHS)
        or is_json(request)
        or accepts.startswith("application/json")
    )


async def refused(request: Request, refusal: Refusal) -> HTTPResponse:
    _prepare(request)
    if in_stream(request):
        await drain(request)
    if isinstance(refusal, Unauthorized) and not wants_json(request):
        return redirect("/" if request.path.startswith(STUDENTS_PATHS) else _sign_in(request))
    return answer(request, refusal)


def answer(request: Request, refusal: Refusal, **more: object) -> HTTPResponse:
    """`more` goes into the JSON beside the refusal: what would have been taken."""
    if is_program(request):
        return with_wait(failed(request, refusal), refusal)
    message = translator(request)(refusal.message)
    if wants_json(request):
        body = {"error": refusal.code, "message": message, "request_id": request.ctx.request_id, **more}
        if isinstance(refusal, Restricted):
            body["site_mode"] = refusal.mode
        return with_wait(json(body, status=refusal.status), refusal)
    values = {"message": message, "shown_status": refusal.status, "number": ""}
    return with_wait(render(request, "refusal.html", refusal.status, **values), refusal)


def with_wait(response: HTTPResponse, refusal: Refusal | None) -> HTTPResponse:
    """Programs and proxies read in the header how long to wait; also for forms that show a refusal themselves."""
    if isinstance(refusal, RateLimited):
        response.headers["Retry-After"] = str(refusal.retry_after)
    elif isinstance(refusal, Restricted):
        response.headers["Retry-After"] = str(RETRY_MODE_SECONDS)
    elif refusal is not None and refusal.status == 503:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


async def not_understood(request: Request, error: SanicException) -> HTTPResponse:
    """What Sanic itself refuses, in our words."""
    if isinstance(error, NoRoute):
        refusal: Refusal = NotFound(NO_ROUTE if is_program(request) else NO_PAGE)
    elif isinstance(error, PayloadTooLarge):
        refusal = TooLarge(TOO_LONG)
    elif isinstance(error, MethodNotAllowed):
        refusal = Invalid(WRONG_METHOD if is_program(request) else WRONG_BUTTON, "method_not_allowed")
        refusal.status = 405
    elif 400 <= error.status_code < 500:
        refusal = Invalid("This was not sent in a form the box can read.", "bad_request")
    else:
        return await unknown(request, error)
    response = await refused(request, refusal)
    response.headers.update(error.headers)
    return response


async def unknown(request: Request, error: Exception) -> HTTPResponse:
    """Our own mistake: the visitor gets a number, the log the rest."""
    _prepare(request)
    number = secrets.token_hex(4)
    log.error("unknown_error number=%s request=%s", number, request.ctx.request_id, exc_info=error)
    if is_program(request):
        return failed(request, Refusal(Sentence(INTERNAL, number=number), "internal_error"))
    message = translator(request)(UNKNOWN)
    if wants_json(request):
        body = {"error": "backend_error", "message": message, "request_id": request.ctx.request_id}
        # The helper's own promise: whatever broke behind it is a bad gateway to whoever asks.
        return json(body, status=502 if request.path.startswith("/helper/") else 500)
    return render(request, "refusal.html", 500, message=message, shown_status=500, number=number)


def _sign_in(request: Request) -> str:
    """And back to the page that was asked for; what was sent from a form can't be sent again from here."""
    if request.method not in SAFE:
        return "/sign-in"
    return with_next("/sign-in", whole(request.path, request.query_string))


def _prepare(request: Request) -> None:
    """A request may be refused before it was looked at: give the error page what it needs."""
    request.ctx.request_id = getattr(request.ctx, "request_id", "") or request_id_of(request)
    request.ctx.person = getattr(request.ctx, "person", VISITOR)
    request.ctx.flash = getattr(request.ctx, "flash", [])
    request.ctx.language = getattr(request.ctx, "language", "") or language_of(request)
