"""Programs at /v1: the key they carry, the person they act for, and the envelope around every answer."""

import hmac
from typing import Any

import msgspec
from sanic import HTTPResponse, Request

from appliance.auth import permissions
from appliance.errors import Refusal, Unauthorized, Unavailable
from appliance.web.bearers import person_of_token, token_of
from appliance.web.identity import Person

PREFIX = "/v1/"
# OpenAI's own shapes: its clients know no envelope.
PLAIN = ("/v1/models", "/v1/chat/completions", "/v1/embeddings")
JSON = "application/json"
NO_KEY_SET = "Programs can't come in: whoever runs the box has to set APPLIANCE_API_KEY first."
WRONG_KEY = "Send the box's key as x-api-key or as a bearer token."
NO_PERSON = "Say for whom: send a student's api_token or a staff token as X-User-Token."
WRONG_PERSON = "This token is not valid any more. Get a new one."


def is_program(request: Request) -> bool:
    return request.path.startswith(PREFIX) or request.path == PREFIX.rstrip("/")


async def admit(request: Request) -> None:
    """Hold key and token against the who-may-what table, before anything of the body is looked at.

    Raises Unavailable (`backend_auth_misconfigured`) while the box has no key, and Unauthorized.
    """
    key: str = request.app.ctx.api_key
    if not key:
        raise Unavailable(NO_KEY_SET, "backend_auth_misconfigured")
    pattern = "/" + request.route.path if request.route else ""
    allowed = permissions.who_may(request.method, pattern)
    if "anyone" in allowed:
        return
    bearer = token_of(request)
    if not (_is_same(_header(request, "x-api-key"), key) or _is_same(bearer, key)):
        raise Unauthorized(WRONG_KEY)
    token = _header(request, "x-user-token") or ("" if _is_same(bearer, key) else bearer)
    if token:
        request.ctx.person = await _person(request, token)
    elif "person" in allowed:
        raise Unauthorized(NO_PERSON, "user_token_required")


def succeeded(request: Request, data: Any, status: int = 200) -> HTTPResponse:
    """`data` is what msgspec can write: structs, lists, texts and numbers."""
    return _enveloped(request, data, None, status)


def failed(request: Request, refusal: Refusal) -> HTTPResponse:
    if request.path in PLAIN:
        body = msgspec.json.encode(openai_fault(refusal))
        return HTTPResponse(body, refusal.status, content_type=JSON)
    return _enveloped(request, None, {"code": refusal.code, "message": plain(refusal)}, refusal.status)


def plain(refusal: Refusal) -> str:
    """Without what a catalogue would need: msgspec writes no Sentence."""
    return str(refusal.message)


def openai_fault(refusal: Refusal) -> dict[str, dict[str, str | None]]:
    return {
        "error": {
            "message": plain(refusal),
            "type": _openai_type(refusal.status),
            "param": refusal.field or None,
            "code": refusal.code,
        }
    }


def _enveloped(request: Request, data: Any, error: dict[str, str] | None, status: int) -> HTTPResponse:
    meta = {"request_id": request.ctx.request_id}
    body = {"ok": error is None, "data": data, "error": error, "meta": meta}
    return HTTPResponse(msgspec.json.encode(body), status, content_type=JSON)


def _openai_type(status: int) -> str:
    if status == 401:
        return "authentication_error"
    if status == 429:
        return "rate_limit_error"
    return "invalid_request_error" if status < 500 else "server_error"


async def _person(request: Request, token: str) -> Person:
    person = await person_of_token(request, token)
    if person is None:
        raise Unauthorized(WRONG_PERSON, "invalid_user_token")
    return person


def _header(request: Request, name: str) -> str:
    return str(request.headers.get(name) or "").strip()


def _is_same(given: str, key: str) -> bool:
    # A header can hold bytes that are no UTF-8; they must end as a wrong key, not as an error.
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), key.encode())
