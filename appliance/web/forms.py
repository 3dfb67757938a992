"""Reading what a form or a program sent: always text, always bounded, never an error page."""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from sanic import Request
from sanic.exceptions import BadRequest
from sanic.request import RequestParameters

from appliance.errors import Invalid, Refusal

BAD_JSON = "This was not sent in a form the box can read."
# A number of so many digits always fits into the database.
MOST_DIGITS = 18
LAST_PAGE = 10**9
# More than any field holds, so that what was typed too much can be taken out again.
TYPED_CHARACTERS = 20_000


def text(request: Request, name: str, most: int = 1000) -> str:
    """One field, trimmed; too long raises Invalid. NUL never gets in: SQLite would cut there."""
    value = whole(request, name)
    if len(value) > most:
        raise Invalid("This is longer than fits here. Make it shorter.", "too_long", field=name)
    return value


def whole(request: Request, name: str) -> str:
    """Like text, as long as a request can be: for what refuses what is too long by itself, beside the field."""
    # Browsers send a line end as two characters and count it as one.
    return _first(request, name).replace("\x00", "").replace("\r\n", "\n").strip()


def password(request: Request, name: str) -> str:
    """Like text, but blanks at the ends belong to it."""
    return _first(request, name)[:2000]


def texts(request: Request, name: str) -> list[str]:
    return [_whole(str(value)) for value in _form(request).getlist(name) or []]


def page(request: Request) -> int:
    """Which page the address asks for: `?page=3`; the first for anything that is no such number."""
    asked = asked_number(request, "page")
    return asked if 0 < asked < LAST_PAGE else 1


def number(given: str, otherwise: int = 0) -> int:
    """What digits say; `otherwise` for anything else, and for more of them than a row's number can have."""
    return int(given) if given.isascii() and given.isdigit() and len(given) <= MOST_DIGITS else otherwise


def numbers(request: Request, name: str) -> list[int]:
    """Of all boxes of this name that were ticked; what is no number is nothing."""
    found = (number(value, -1) for value in texts(request, name))
    return [value for value in found if value >= 0]


def asked_number(request: Request, name: str, otherwise: int = 0) -> int:
    """One that stands behind the question mark of the address."""
    return number(str(request.args.get(name) or ""), otherwise)


def typed(request: Request, *names: str) -> dict[str, str]:
    """What was typed, to be shown again beside an error; cut so that a refused page stays small."""
    return {name: _first(request, name)[:TYPED_CHARACTERS] for name in names}


def typed_text(request: Request, name: str, most: int) -> str:
    """One long field as it was typed, to be shown again."""
    return _first(request, name)[:most]


def has(request: Request, name: str) -> bool:
    """Whether the field was sent with something in it: an empty one is as if it were not there."""
    return name in _form(request)


def _first(request: Request, name: str) -> str:
    return _whole(str(_form(request).get(name) or ""))


def _whole(given: str) -> str:
    """Without halves of characters, which a part of a form may hold in a charset of its own: nothing can write them."""
    return given.encode("utf-8", "replace").decode()


def _form(request: Request) -> RequestParameters:
    return request.form or RequestParameters()


def errors(refusal: Refusal | None, translate: Callable[[str], str]) -> Mapping[str, str]:
    """The refusal's sentence under the field it belongs to, or under `page`; every other name is empty."""
    said: defaultdict[str, str] = defaultdict(str)
    if refusal is not None:
        said[refusal.field or "page"] = translate(refusal.message)
    return said


def status_of(refusal: Refusal | None) -> int:
    """Of the page that shows the form again."""
    if refusal is None:
        return 200
    return 422 if isinstance(refusal, Invalid) else refusal.status


def is_json(request: Request) -> bool:
    return (request.content_type or "").startswith("application/json")


def json_object(request: Request) -> dict[str, Any]:
    """The body as one JSON object. Raises Invalid `bad_json`."""
    try:
        # Not request.json: it lets NaN through and dies on nesting.
        body = json.loads(request.body or b"", parse_constant=lambda name: None)
    except (ValueError, RecursionError, BadRequest) as error:
        raise Invalid(BAD_JSON, "bad_json") from error
    if not isinstance(body, dict):
        raise Invalid(BAD_JSON, "bad_json")
    return body


def json_text(body: dict[str, Any], name: str) -> str:
    """A text in a JSON object; absent is empty. Raises Invalid `bad_json` for any other type."""
    value = body.get(name, "")
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Invalid(BAD_JSON, "bad_json", field=name)
    return value.replace("\x00", "")


def json_words(body: dict[str, Any], name: str) -> str:
    """A text in a JSON object that is kept: without halves of letters, which the database can't take."""
    return json_text(body, name).encode("utf-8", "ignore").decode()
