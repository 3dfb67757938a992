"""Whom a program acts for: ids of people as programs write them, held against the token they send."""

from typing import Annotated

from msgspec import Meta
from sanic import Request

from appliance.api.routes import caller
from appliance.errors import Forbidden
from appliance.web.identity import Person

MISMATCH = "The user_id isn't that of the person whose token was sent. Send the person's own token."

Id = Annotated[str, Meta(pattern="^[0-9]{1,18}$", description="The number of a row, as a text of digits.")]
"""Eighteen digits always fit into the database."""


def user_id_of(person: Person) -> str:
    """`staff-7` or `student-12`: the two count their ids apart."""
    return f"{person.kind}-{person.id}"


def bind(request: Request, user_id: str) -> Person:
    """The person of the token, whom the body may call by the number alone.

    Raises Unauthorized without a token, Forbidden (`user_id_mismatch`) where the body speaks of another.
    """
    person = caller(request)
    if user_id.strip() not in (user_id_of(person), str(person.id)):
        raise Forbidden(MISMATCH, "user_id_mismatch")
    return person
