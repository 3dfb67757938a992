"""One message from one page to the next, in a signed cookie that the next page takes away."""

from itsdangerous import BadSignature, URLSafeSerializer
from sanic import Request
from sanic.response import BaseHTTPResponse

from appliance.web.identity import forget, set_cookie
from appliance.web.rendering import FLASH_COOKIE, Flash

SECONDS = 60
MOST_CHARACTERS = 500


def read(request: Request) -> list[Flash]:
    value = str(request.cookies.get(FLASH_COOKIE) or "")
    if not value:
        return []
    try:
        kind, text, undo = _signer(request).loads(value)
    except (BadSignature, ValueError, TypeError):
        return []
    return [Flash(str(kind), str(text), str(undo))]


def write(request: Request, response: BaseHTTPResponse) -> None:
    following: Flash | None = getattr(request.ctx, "flash_next", None)
    if following is not None:
        value = _signer(request).dumps([following.kind, following.text[:MOST_CHARACTERS], following.undo])
        set_cookie(request, response, FLASH_COOKIE, value, SECONDS)
    elif request.ctx.flash and (response.content_type or "").startswith("text/html"):
        forget(request, response, FLASH_COOKIE)


def _signer(request: Request) -> URLSafeSerializer:
    return URLSafeSerializer(request.app.ctx.secrets.flash, salt="chalkbox.flash.v1")
