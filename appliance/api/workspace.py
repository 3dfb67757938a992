"""Class chat for programs: who may see what in a class, and what every one of its routes is asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from msgspec import Struct
from sanic import Request

from appliance.api.callers import Id, bind, user_id_of
from appliance.api.routes import Text
from appliance.errors import Busy, Forbidden, NotFound, Refusal, Unavailable
from appliance.parts import parts_of
from appliance.study.chat_owners import Owner, is_in_class, owner_of, session_in_class
from appliance.study.chats import ChatSession
from appliance.web.identity import Person

NOT_IN_CLASS = "This person is not in that class and doesn't teach it."
TEACHERS_ALONE = "Only a teacher of the class may see this."
NOT_ENROLLED = "owner_user_id is nobody in this class."
NO_SESSION = "There is no such chat in this class."
FAILED = "The class chat could not do this: %s"
NEW_CHAT = "New chat"

CODES = {
    "user_token_required": 401,
    "invalid_user_token": 401,
    "user_id_mismatch": 403,
    "class_access_required": 403,
    "chat_workspace_error": 502,
}


class ClassAsked(Struct, kw_only=True):
    class_id: Id
    user_id: Text
    sandbox_id: str | None = None


class SessionRow(Struct):
    """`archived_at` is the time of the last message where the chat is put away: the box notes no other."""

    id: str
    class_id: str
    owner_user_id: str
    title: str
    is_pinned: bool
    archived_at: str | None
    last_message_at: str
    created_at: str
    updated_at: str


@dataclass(frozen=True)
class Access:
    """A person in a class that is theirs."""

    person: Person
    class_id: int

    @property
    def own(self) -> Owner:
        return Owner(self.person.is_staff, self.person.id)


async def access_of(request: Request, asked: ClassAsked) -> Access:
    """Raises Unauthorized, and Forbidden (`user_id_mismatch`, `class_access_required`)."""
    access = Access(bind(request, asked.user_id), int(asked.class_id))
    if not await is_in_class(parts_of(request).db, access.class_id, access.own):
        raise Forbidden(NOT_IN_CLASS, "class_access_required")
    return access


def hold_to_teacher(access: Access) -> None:
    if not access.person.is_staff:
        raise Forbidden(TEACHERS_ALONE, "teacher_access_required")


async def chosen_owner(request: Request, access: Access, owner_user_id: str | None) -> Owner:
    """Whose chats are looked at. Raises Forbidden (`teacher_access_required`), NotFound (`owner_user_not_enrolled`)."""
    if not owner_user_id or owner_user_id == user_id_of(access.person):
        return access.own
    hold_to_teacher(access)
    kind, _, number = owner_user_id.partition("-")
    is_known = kind in ("staff", "student") and number.isascii() and number.isdigit() and len(number) <= 18
    if is_known:
        owner = Owner(kind == "staff", int(number))
        if await is_in_class(parts_of(request).db, access.class_id, owner):
            return owner
    raise NotFound(NOT_ENROLLED, "owner_user_not_enrolled")


async def session_of(request: Request, access: Access, session_id: str) -> ChatSession:
    """Raises NotFound (`session_not_found`) for what is not in this class."""
    try:
        return await session_in_class(parts_of(request).db, int(session_id), access.class_id)
    except NotFound as missing:
        raise NotFound(NO_SESSION, "session_not_found") from missing


def session_row(session: ChatSession) -> SessionRow:
    owner, last = owner_of(session), iso(session.last_at)
    return SessionRow(
        id=str(session.id),
        class_id=str(session.class_id),
        owner_user_id=f"{'staff' if owner.is_staff else 'student'}-{owner.id}",
        title=session.title or NEW_CHAT,
        is_pinned=False,
        archived_at=last if session.is_archived else None,
        last_message_at=last,
        created_at=iso(session.created_at),
        updated_at=last,
    )


def iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


@contextmanager
def faults() -> Iterator[None]:
    """What the box itself can't do right now is `chat_workspace_error`; a full line stays `busy`."""
    try:
        yield
    except Busy:
        raise
    except Unavailable as fault:
        raise failed(FAILED % fault.message, "chat_workspace_error") from fault


def failed(message: str, code: str) -> Refusal:
    """502, as the contract has it for everything that lies behind the routes."""
    refusal = Refusal(message, code)
    refusal.status = 502
    return refusal
