"""Class chat by whose it is: a student's or a teacher's own, in one class."""

from dataclasses import dataclass

from appliance.errors import NotFound
from appliance.storage.database import Database, Reads, Transaction
from appliance.study.chats import MOST_SESSIONS, NO_CHAT, ChatSession, cut_title, session_from


@dataclass(frozen=True)
class Owner:
    is_staff: bool
    id: int

    @property
    def student_id(self) -> int | None:
        return None if self.is_staff else self.id

    @property
    def staff_id(self) -> int | None:
        return self.id if self.is_staff else None


@dataclass(frozen=True)
class Participant:
    student_id: int
    display_name: str


def owner_of(session: ChatSession) -> Owner:
    return Owner(bool(session.staff_id), session.staff_id or session.student_id)


async def is_in_class(db: Database | Reads, class_id: int, owner: Owner) -> bool:
    """Whether this student is in the class, or this person teaches it."""
    row = await db.fetch_one(
        """
        SELECT 1 FROM students WHERE class_id = :class_id AND id = :student_id
        UNION ALL
        SELECT 1 FROM class_staff WHERE class_id = :class_id AND staff_id = :staff_id
        """,
        class_id=class_id,
        student_id=owner.student_id,
        staff_id=owner.staff_id,
    )
    return row is not None


async def participants_of_class(db: Database, class_id: int) -> list[Participant]:
    """Students in the order in which they joined."""
    rows = await db.fetch_all(
        "SELECT id, display_name FROM students WHERE class_id = :class_id ORDER BY created_at, id",
        class_id=class_id,
    )
    return [Participant(row["id"], row["display_name"]) for row in rows]


async def sessions_of_owner(db: Database, class_id: int, owner: Owner) -> list[ChatSession]:
    """Those that aren't put away, the last used first."""
    rows = await db.fetch_all(
        """
        SELECT chat_sessions.*, coalesce(students.display_name, '') AS student_name
        FROM chat_sessions LEFT JOIN students ON students.id = chat_sessions.student_id
        WHERE chat_sessions.class_id = :class_id AND chat_sessions.is_archived = 0
          AND (chat_sessions.student_id = :student_id OR chat_sessions.staff_id = :staff_id)
        ORDER BY chat_sessions.last_at DESC, chat_sessions.id DESC
        LIMIT :most
        """,
        class_id=class_id,
        student_id=owner.student_id,
        staff_id=owner.staff_id,
        most=MOST_SESSIONS,
    )
    return [session_from(row) for row in rows]


async def session_in_class(db: Database | Reads, session_id: int, class_id: int) -> ChatSession:
    """Anybody's in this class. Raises NotFound for another class's."""
    row = await db.fetch_one(
        """
        SELECT chat_sessions.*, coalesce(students.display_name, '') AS student_name
        FROM chat_sessions LEFT JOIN students ON students.id = chat_sessions.student_id
        WHERE chat_sessions.id = :id AND chat_sessions.class_id = :class_id
        """,
        id=session_id,
        class_id=class_id,
    )
    if row is None:
        raise NotFound(NO_CHAT)
    return session_from(row)


async def begin_session(tx: Transaction, class_id: int, owner: Owner, title: str) -> ChatSession:
    session_id = await tx.insert(
        """
        INSERT INTO chat_sessions (class_id, student_id, staff_id, title, created_at, last_at)
        VALUES (:class_id, :student_id, :staff_id, :title, :now, :now)
        """,
        class_id=class_id,
        student_id=owner.student_id,
        staff_id=owner.staff_id,
        title=cut_title(title),
        now=tx.now,
    )
    return await session_in_class(tx, session_id, class_id)
