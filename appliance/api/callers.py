"""Whom a program says it acts for, held against the token that it sends."""

from sanic import Request

from appliance.api.routes import caller
from appliance.errors import Forbidden
from appliance.web.identity import Person

NOT_THEM = "The user_id in the body is somebody else's than the token's."


def user_id_of(person: Person) -> str:
    """`staff-<id>` or `student-<id>`: the two count their ids apart."""
    return f"{person.kind}-{person.id}"


def bind(request: Request, user_id: str) -> Person:
    """The person behind the token. Raises Forbidden (`user_id_mismatch`) where the body names another."""
    person = caller(request)
    if user_id.strip() != user_id_of(person):
        raise Forbidden(NOT_THEM, "user_id_mismatch")
    return person
