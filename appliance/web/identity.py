"""Who is asking: the session cookie becomes a person, and the who-may-what table says where they may go."""

from dataclasses import dataclass
from typing import Literal

from sanic import Request
from sanic.response import BaseHTTPResponse

from appliance.auth import permissions, sessions
from appliance.errors import Forbidden, NotFound, Unauthorized
from appliance.storage.database import Database

SESSION_COOKIE = "chalkbox_session"
DEVICE_COOKIE = "chalkbox_device"
LARGEST_ID = 2**63 - 1

Kind = Literal["visitor", "student", "staff"]


@dataclass(frozen=True)
class Person:
    """Whoever sent the request. `id` and `class_id` are 0 where they mean nothing."""

    kind: Kind
    id: int = 0
    class_id: int = 0
    display_name: str = ""
    is_operator: bool = False
    # A password alone is half a sign-in: this one has not given the second factor yet.
    is_half_signed_in: bool = False
    # Of a student: there is nothing new to hand in, and everything to take home.
    class_has_ended: bool = False

    @property
    def is_staff(self) -> bool:
        return self.kind == "staff"

    @property
    def is_student(self) -> bool:
        return self.kind == "student"

    @property
    def key(self) -> str:
        """A name for limits and queues that says nothing about the person."""
        return f"student:{self.class_id}:{self.id}" if self.is_student else f"{self.kind}:{self.id}"


VISITOR = Person("visitor")


def database(request: Request) -> Database:
    db: Database = request.app.ctx.db
    return db


def person_of(request: Request) -> Person:
    person: Person = request.ctx.person
    return person


def session_token(request: Request) -> str:
    """The token of this browser; after a sign-in in this very request the new one."""
    return str(getattr(request.ctx, "session_token", None) or request.cookies.get(SESSION_COOKIE) or "")


def adopt(request: Request, token: str) -> str:
    """What is rendered from here on belongs to the new session: its forms must carry its token."""
    request.ctx.session_token = token
    return token


async def verified_session(request: Request, staff_id: int) -> str:
    """A session with all rights in place of the one before: the new token is for the cookie."""
    async with database(request).transaction() as tx:
        await sessions.end(tx, session_token(request))
        token = adopt(request, await sessions.begin_staff(tx, staff_id, verified=True))
    request.ctx.person = await recognise(request)
    return token


async def recognise(request: Request) -> Person:
    """The person behind the session cookie; a visitor when there is none, or it is over."""
    token = session_token(request)
    session = await sessions.session_of(database(request), token, database(request).now()) if token else None
    if session is None:
        return VISITOR
    if session.student_id:
        return Person(
            "student",
            session.student_id,
            session.class_id,
            session.display_name,
            class_has_ended=session.class_has_ended,
        )
    if not session.verified:
        return Person("visitor", id=session.staff_id or 0, is_half_signed_in=True)
    return Person("staff", session.staff_id or 0, 0, session.display_name, session.is_operator)


def admit(request: Request) -> None:
    """Hold the request against the who-may-what table. Raises Unauthorized, Forbidden or NotFound."""
    check_ids(request)
    pattern = "/" + request.route.path if request.route else ""
    allowed = permissions.who_may(request.method, pattern)
    person = person_of(request)
    if "anyone" in allowed or roles_of(person) & allowed:
        return
    if person.is_half_signed_in and request.path.startswith("/api/"):
        raise Unauthorized("Give the second code of your sign-in first.", "otp_required")
    if person.kind == "visitor":
        raise Unauthorized("Sign in first, or join your class.")
    raise Forbidden("This page is for somebody else: sign out first if you are them.")


def check_ids(request: Request) -> None:
    """Raises NotFound for an address that no route has, or with a number in it that no row can have."""
    if request.route is None or any(_is_no_id(value) for value in request.match_info.values()):
        raise NotFound("Go back, or start again from the first page.")


def _is_no_id(value: object) -> bool:
    """The database can't even ask for a number beyond 64 bits."""
    return isinstance(value, int) and not 0 <= value <= LARGEST_ID


def roles_of(person: Person) -> frozenset[str]:
    if person.is_student:
        return frozenset({"student"})
    if person.is_staff:
        return frozenset({"teacher", "operator"} if person.is_operator else {"teacher"})
    return frozenset({"half"} if person.is_half_signed_in else set())


def remember(request: Request, response: BaseHTTPResponse, token: str, seconds: int) -> None:
    """Put the session into the browser; nothing that runs in the page can read it."""
    set_cookie(request, response, SESSION_COOKIE, token, seconds)


def forget(request: Request, response: BaseHTTPResponse, *names: str) -> None:
    """Sanic's own delete_cookie says Secure, and over plain HTTP browsers keep a cookie rather than hear that."""
    for name in names or (SESSION_COOKIE,):
        set_cookie(request, response, name, "", 0)


def set_cookie(request: Request, response: BaseHTTPResponse, name: str, value: str, seconds: int) -> None:
    response.add_cookie(
        name,
        value,
        max_age=seconds,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=request.scheme == "https",
    )
