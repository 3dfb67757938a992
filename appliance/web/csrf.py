"""Forged requests: every unsafe method carries a token that only our own pages know."""

import hashlib
import hmac
import secrets

from sanic import Request
from sanic.response import BaseHTTPResponse

from appliance.errors import Forbidden, TooLarge
from appliance.web.identity import session_token, set_cookie

FIELD = "csrf_token"
HEADER = "X-CSRF-Token"
COOKIE = "chalkbox_seed"
SEED_SECONDS = 180 * 24 * 3600
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
TOO_LONG = "This is more than fits here. Make it smaller."
STALE = "This page was open for too long or in another tab. Load it again and send it once more."


def token_for(request: Request) -> str:
    """The token of this browser and session; it changes at every sign-in and sign-out."""
    secret: bytes = request.app.ctx.secrets.csrf
    return hmac.new(secret, _bytes(f"{_seed(request)}:{session_token(request)}"), hashlib.sha256).hexdigest()


def check(request: Request) -> None:
    """Raise Forbidden unless the request came from one of our pages; upload routes check their own field."""
    if request.method in SAFE or in_stream(request):
        return
    given = str(request.headers.get(HEADER) or _field(request))
    if not given and _was_too_long(request):
        raise TooLarge(TOO_LONG)
    check_token(request, given)


def check_token(request: Request, given: str) -> None:
    if request.headers.get("sec-fetch-site") in ("cross-site", "same-site"):
        raise Forbidden(STALE, "csrf_failed")
    if not hmac.compare_digest(_bytes(given), _bytes(token_for(request))):
        raise Forbidden(STALE, "csrf_failed")


def plant_seed(request: Request, response: BaseHTTPResponse) -> None:
    """Give a browser without a seed one, when a page with a form went out to it."""
    if getattr(request.ctx, "new_seed", ""):
        set_cookie(request, response, COOKIE, request.ctx.new_seed, SEED_SECONDS)


def in_stream(request: Request) -> bool:
    return request.route is not None and getattr(request.route.ctx, "csrf", "") == "in_stream"


def _seed(request: Request) -> str:
    known = request.cookies.get(COOKIE) or getattr(request.ctx, "new_seed", "")
    if not known:
        request.ctx.new_seed = known = secrets.token_urlsafe(18)
    return str(known)


def _was_too_long(request: Request) -> bool:
    """Its token could not be read because the body never was."""
    return not request.body and int(request.headers.get("content-length") or 0) > 0


def _bytes(text: str) -> bytes:
    # Headers can carry bytes that are no UTF-8; they have to end as a wrong token, not as an error.
    return text.encode("utf-8", "surrogatepass")


def _field(request: Request) -> str:
    return str(request.form.get(FIELD) or "") if request.form else ""
