"""How a route of /v1 is declared: one declaration checks what comes in and describes it to programs."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct
from sanic import HTTPResponse, Request, Sanic

from appliance.auth.permissions import who_may
from appliance.errors import Invalid, Unauthorized
from appliance.web import programs
from appliance.web.identity import Person, person_of

MOST_CHARACTERS = 200_000
NOT_JSON = "The body is no JSON object. Send one, as UTF-8."

Text = Annotated[str, Meta(min_length=1, max_length=MOST_CHARACTERS)]
"""A text that has to say something; what is only blanks is for the handler to refuse."""
Loose = Annotated[str, Meta(max_length=MOST_CHARACTERS)]
"""A text that may be empty."""
Milliseconds = Annotated[int, Meta(ge=1, le=600_000)]
MostTokens = Annotated[int, Meta(ge=1, le=16_000)]


@dataclass(frozen=True)
class Route:
    """`answer` gets the request and the checked body and returns what `gives` says, or a response of its own.

    `refuses` are the codes beyond the common ones, with their statuses. Who may knock is the who-may-what table's.
    """

    path: str
    answer: Callable[[Request, Any], Awaitable[Any]]
    gives: Any
    summary: str
    asks: type[Struct] | None = None
    method: str = "POST"
    refuses: Mapping[str, int] = field(default_factory=dict)
    # It may answer with a stream of events instead, and then returns None when that is sent.
    streams: bool = False

    @property
    def name(self) -> str:
        return "api" + self.path.replace("/", ".")

    @property
    def is_plain(self) -> bool:
        """Without the envelope: OpenAI's own shapes."""
        return self.path in programs.PLAIN

    @property
    def needs_person(self) -> bool:
        return "person" in who_may(self.method, self.path)

    @property
    def is_open(self) -> bool:
        return "anyone" in who_may(self.method, self.path)


def attach_route(app: Sanic, route: Route) -> None:
    async def handle(request: Request) -> HTTPResponse | None:
        try:
            given = await route.answer(request, checked(request, route.asks) if route.asks else None)
        except Invalid as refusal:
            # OpenAI's clients know a body that does not fit by this status alone.
            refusal.status = Invalid.status if route.is_plain else refusal.status
            raise
        if given is None and route.streams:
            return None
        if isinstance(given, HTTPResponse):
            return given
        if route.is_plain:
            return HTTPResponse(msgspec.json.encode(given), content_type=programs.JSON)
        return programs.succeeded(request, given)

    app.add_route(handle, route.path, methods=[route.method], name=route.name)


def checked(request: Request, shape: type[Struct]) -> Any:
    """The body as `shape`. Raises Invalid (`validation_error`, 422) naming the field."""
    try:
        return msgspec.json.decode(request.body or b"", type=shape)
    except msgspec.ValidationError as fault:
        raise invalid(*_told(str(fault))) from fault
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise invalid(NOT_JSON) from fault


def invalid(message: str, field: str = "") -> Invalid:
    refusal = Invalid(message, "validation_error", field)
    refusal.status = 422
    return refusal


def caller(request: Request) -> Person:
    """The person a program acts for. Raises Unauthorized where there is none."""
    person = person_of(request)
    if person.kind == "visitor":
        raise Unauthorized(programs.NO_PERSON, "user_token_required")
    return person


def _told(fault: str) -> tuple[str, str]:
    """msgspec's `Expected … - at `$.field`` as a sentence and the field's name."""
    what, _, place = fault.partition(" - at `$")
    name = place.strip("`").lstrip(".")
    sentence = what.replace("`", "'").strip()
    return (f"{name}: {sentence}." if name else f"{sentence}."), name
