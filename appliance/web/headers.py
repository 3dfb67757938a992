"""Headers that every answer carries."""

import re
import secrets

from sanic import Request
from sanic.response import BaseHTTPResponse

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
# For bytes that somebody else made: nothing in them may run or load, even opened in a tab of its own.
SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")


def request_id_of(request: Request) -> str:
    """The caller's id when it is well formed, else a new one."""
    given = str(request.headers.get("x-request-id") or "")
    return given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)


def put_headers(request: Request, response: BaseHTTPResponse) -> None:
    for name, value in ALWAYS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("Cache-Control", "private, no-store")
    response.headers["X-Request-ID"] = getattr(request.ctx, "request_id", "")
