"""Whom a program acts for: ids of people as programs write them, held against the token they send."""

from sanic import Request

from appliance.api.routes import caller
from appliance.errors import Forbidden
from appliance.web.identity import Person

MISMATCH = "The user_id isn't that of the person whose token was sent. Send the person's own token."


def user_id_of(person: Person) -> str:
    """`staff-7` or `student-12`."""
    return f"{person.kind}-{person.id}"


def bind(request: Request, user_id: str) -> Person:
    """The person of the token. Raises Forbidden (`user_id_mismatch`) where the body speaks of another."""
    person = caller(request)
    if user_id != user_id_of(person):
        raise Forbidden(MISMATCH, "user_id_mismatch")
    return person
