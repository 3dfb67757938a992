"""The chats of a class for programs: whose there are, and a person's own to begin, to name and to put away."""

from msgspec import Struct
from sanic import Request

from appliance.api.callers import Id
from appliance.api.routes import Loose, Route, Text
from appliance.api.workspace import (
    CODES,
    Access,
    ClassAsked,
    SessionRow,
    access_of,
    chosen_owner,
    faults,
    hold_to_teacher,
    session_row,
)
from appliance.errors import Invalid, NotFound
from appliance.parts import parts_of
from appliance.storage.database import Transaction
from appliance.study.chat_owners import (
    begin_session,
    owner_of,
    participants_of_class,
    session_in_class,
    sessions_of_owner,
)
from appliance.study.chats import ChatSession, archive_session, rename_session

NOT_YOURS = "There is no such chat of yours, or it is put away."
NO_TITLE = "title says nothing: give the chat a name."
TEACHERS = {"teacher_access_required": 403}
OWN = {"not_found": 404}


class ParticipantRow(Struct):
    user_id: str
    display_name: str


class Participants(Struct):
    participants: list[ParticipantRow]


class ListAsked(ClassAsked, kw_only=True):
    owner_user_id: str | None = None


class Sessions(Struct):
    sessions: list[SessionRow]


class CreateAsked(ClassAsked, kw_only=True):
    title: Loose | None = None


class RenameAsked(ClassAsked, kw_only=True):
    session_id: Id
    title: Text


class ArchiveAsked(ClassAsked, kw_only=True):
    session_id: Id


class OneSession(Struct):
    session: SessionRow


class Archived(Struct):
    session_id: str


async def participants(request: Request, asked: ClassAsked) -> Participants:
    with faults():
        access = await access_of(request, asked)
        hold_to_teacher(access)
        found = await participants_of_class(parts_of(request).db, access.class_id)
    rows = [
        ParticipantRow(f"student-{each.student_id}", each.display_name.strip() or f"Student {number}")
        for number, each in enumerate(found, start=1)
    ]
    return Participants(rows)


async def index(request: Request, asked: ListAsked) -> Sessions:
    with faults():
        access = await access_of(request, asked)
        owner = await chosen_owner(request, access, asked.owner_user_id)
        sessions = await sessions_of_owner(parts_of(request).db, access.class_id, owner)
    return Sessions([session_row(session) for session in sessions])


async def create(request: Request, asked: CreateAsked) -> OneSession:
    with faults():
        access = await access_of(request, asked)
        async with parts_of(request).db.transaction() as tx:
            session = await begin_session(tx, access.class_id, access.own, asked.title or "")
    return OneSession(session_row(session))


async def rename(request: Request, asked: RenameAsked) -> OneSession:
    with faults():
        access = await access_of(request, asked)
        async with parts_of(request).db.transaction() as tx:
            session = await _own(tx, access, asked.session_id)
            try:
                await rename_session(tx, session.id, asked.title)
            except Invalid as refusal:
                raise Invalid(NO_TITLE, "validation_error", "title") from refusal
            session = await _own(tx, access, asked.session_id)
    return OneSession(session_row(session))


async def archive(request: Request, asked: ArchiveAsked) -> Archived:
    with faults():
        access = await access_of(request, asked)
        async with parts_of(request).db.transaction() as tx:
            session = await _own(tx, access, asked.session_id)
            await archive_session(tx, session.id, True)
    return Archived(str(session.id))


async def _own(tx: Transaction, access: Access, session_id: str) -> ChatSession:
    """Raises NotFound for what is missing, somebody else's or put away."""
    try:
        session = await session_in_class(tx, int(session_id), access.class_id)
    except NotFound as missing:
        raise NotFound(NOT_YOURS) from missing
    if owner_of(session) != access.own or session.is_archived:
        raise NotFound(NOT_YOURS)
    return session


ROUTES = (
    Route(
        "/v1/chat/workspace/participants",
        participants,
        Participants,
        "The students of a class, for its teacher.",
        asks=ClassAsked,
        refuses={**CODES, **TEACHERS},
    ),
    Route(
        "/v1/chat/workspace/sessions/list",
        index,
        Sessions,
        "A person's chats, the last used first; a teacher may look at anybody's in the class.",
        asks=ListAsked,
        refuses={**CODES, **TEACHERS, "owner_user_not_enrolled": 404},
    ),
    Route(
        "/v1/chat/workspace/sessions/create",
        create,
        OneSession,
        "Begins a chat of one's own.",
        asks=CreateAsked,
        refuses=CODES,
    ),
    Route(
        "/v1/chat/workspace/sessions/rename",
        rename,
        OneSession,
        "Names a chat of one's own; a title is cut at 120 characters.",
        asks=RenameAsked,
        refuses={**CODES, **OWN, "validation_error": 400},
    ),
    Route(
        "/v1/chat/workspace/sessions/archive",
        archive,
        Archived,
        "Puts a chat of one's own away.",
        asks=ArchiveAsked,
        refuses={**CODES, **OWN},
    ),
)
