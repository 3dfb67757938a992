"""Tokens that programs send for a person, in /v1 and under /api/: where one counts, no cookie counts beside it."""

from sanic import Request

from appliance.auth.tokens import bearer_of_token
from appliance.errors import Unauthorized
from appliance.web.identity import LARGEST_ID, Kind, Person, admit, database

PREFIX = "/api/"
OVER = "This token is not valid any more: join the class again, or have a new one made."


def carries_token(request: Request) -> bool:
    """A bearer counts under /api/ alone; an empty one is a wrong one."""
    return request.path.startswith(PREFIX) and _parts(request)[0] == "bearer"


async def admit_bearer(request: Request) -> None:
    """The person of the token, held against the who-may-what table.

    Raises Unauthorized (`invalid_token`), never falling back to the session; else as `identity.admit` does.
    """
    person = await person_of_token(request, token_of(request))
    if person is None:
        raise Unauthorized(OVER, "invalid_token")
    request.ctx.person = person
    admit(request)


async def person_of_token(request: Request, token: str) -> Person | None:
    """None for a token that is forged, was ended, or whose student or account is gone."""
    bearer = await bearer_of_token(database(request), request.app.ctx.secrets.device, token)
    if bearer is None or max(bearer.id, bearer.class_id) > LARGEST_ID:
        return None
    kind: Kind = "staff" if bearer.is_staff else "student"
    return Person(kind, bearer.id, bearer.class_id, bearer.display_name, bearer.is_operator)


def token_of(request: Request) -> str:
    """Empty without a bearer."""
    scheme, token = _parts(request)
    return token if scheme == "bearer" else ""


def _parts(request: Request) -> tuple[str, str]:
    scheme, _, token = str(request.headers.get("authorization") or "").strip().partition(" ")
    return scheme.lower(), token.strip()
