"""Whom a program says that it acts for, held against whose token it sends."""

from typing import Annotated

from msgspec import Meta
from sanic import Request

from appliance.api.routes import caller
from appliance.errors import Forbidden
from appliance.web.identity import Person

MISMATCH = "user_id is somebody else than the person whose token came along."

Id = Annotated[str, Meta(pattern="^[0-9]{1,18}$", description="The number of a row, as a text of digits.")]
"""Eighteen digits always fit into the database."""


def user_id_of(person: Person) -> str:
    """`staff-<id>` or `student-<id>`."""
    return f"{person.kind}-{person.id}"


def bind(request: Request, user_id: str) -> Person:
    """The person of the token. Raises Unauthorized without one, Forbidden (`user_id_mismatch`) for another."""
    person = caller(request)
    if user_id != user_id_of(person):
        raise Forbidden(MISMATCH, "user_id_mismatch")
    return person
