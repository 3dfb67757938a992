"""Class chat as it is kept: sessions of a student, their messages, and the short form of what is long ago."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace

from appliance.errors import Invalid, NotFound
from appliance.storage.database import Database, Reads, Transaction

TITLE_CHARACTERS = 120
MOST_SESSIONS = 100
PAGE_MESSAGES = 120
LAST_ID = 2**62
NO_CHAT = "There is no such chat, or it isn't yours."
PUT_AWAY = "This chat is put away. Take it back out to go on with it."
STOPPED = "stopped"


@dataclass(frozen=True)
class ChatSession:
    """One talk; `title` is empty until its first question. `summary` is the text of study/compaction.

    A teacher's own has no student: `student_id` is 0 and the name empty.
    """

    id: int
    class_id: int
    student_id: int
    student_name: str
    title: str
    summary: str
    is_archived: bool
    created_at: int
    last_at: int
    staff_id: int = 0


@dataclass(frozen=True)
class ChatCitation:
    """`id` is the mark in the text without brackets; `url` is empty for what has no page."""

    id: str
    source: str
    text: str
    url: str


@dataclass(frozen=True)
class ChatMessage:
    """`backend` says who wrote an answer: a model's home, or the lesson; empty for a person's message.

    It is `stopped` for one that ended too early: its body is what was shown of it, perhaps nothing.
    """

    id: int
    is_person: bool
    body: str
    citations: tuple[ChatCitation, ...]
    backend: str
    sent_at: int

    @property
    def is_stopped(self) -> bool:
        return self.backend == STOPPED


@dataclass(frozen=True)
class Exchange:
    """A question and its answer: kept together or not at all."""

    question: str
    answer: str
    citations: Sequence[ChatCitation]
    backend: str


@dataclass(frozen=True)
class MessagePage:
    """Oldest first; `before` is the id to ask for what came earlier with, 0 when this is the beginning."""

    messages: tuple[ChatMessage, ...]
    before: int


async def sessions_of_student(
    db: Database,
    class_id: int,
    student_id: int,
    archived: bool = False,
    before: tuple[int, int] = (LAST_ID, LAST_ID),
) -> list[ChatSession]:
    """The last used first; `before` is (last_at, id) of the last one seen."""
    rows = await db.fetch_all(
        """
        SELECT chat_sessions.*, students.display_name AS student_name
        FROM chat_sessions JOIN students ON students.id = chat_sessions.student_id
        WHERE chat_sessions.student_id = :student_id AND chat_sessions.class_id = :class_id
          AND chat_sessions.is_archived = :archived
          AND (chat_sessions.last_at, chat_sessions.id) < (:last_at, :last_id)
        ORDER BY chat_sessions.last_at DESC, chat_sessions.id DESC
        LIMIT :most
        """,
        student_id=student_id,
        class_id=class_id,
        archived=archived,
        last_at=before[0],
        last_id=before[1],
        most=MOST_SESSIONS,
    )
    return [session_from(row) for row in rows]


async def sessions_of_class(
    db: Database, class_id: int, before: tuple[int, int] = (LAST_ID, LAST_ID)
) -> list[ChatSession]:
    """Of all students, the last used first; `before` is (last_at, id) of the last one seen."""
    rows = await db.fetch_all(
        """
        SELECT chat_sessions.*, students.display_name AS student_name
        FROM chat_sessions JOIN students ON students.id = chat_sessions.student_id
        WHERE chat_sessions.class_id = :class_id
          AND (chat_sessions.last_at, chat_sessions.id) < (:last_at, :last_id)
          AND EXISTS (SELECT 1 FROM chat_messages WHERE chat_messages.session_id = chat_sessions.id)
        ORDER BY chat_sessions.last_at DESC, chat_sessions.id DESC
        LIMIT :most
        """,
        class_id=class_id,
        last_at=before[0],
        last_id=before[1],
        most=MOST_SESSIONS,
    )
    return [session_from(row) for row in rows]


async def session_of_student(db: Database | Reads, session_id: int, student_id: int) -> ChatSession:
    """Raises NotFound for somebody else's."""
    return await _one(db, "AND chat_sessions.student_id = :owner", session_id, student_id)


async def session_of_class(db: Database | Reads, session_id: int, class_id: int) -> ChatSession:
    """Raises NotFound for another class's."""
    return await _one(db, "AND chat_sessions.class_id = :owner", session_id, class_id)


async def student_of(tx: Transaction, session_id: int) -> int:
    """Whose it is right now; 0 for a teacher's own."""
    row = await tx.fetch_one("SELECT student_id FROM chat_sessions WHERE id = :id", id=session_id)
    return (row["student_id"] or 0) if row else 0


async def create_session(tx: Transaction, class_id: int, student_id: int, title: str = "") -> int:
    return await tx.insert(
        """
        INSERT INTO chat_sessions (class_id, student_id, title, created_at, last_at)
        VALUES (:class_id, :student_id, :title, :now, :now)
        """,
        class_id=class_id,
        student_id=student_id,
        title=cut_title(title),
        now=tx.now,
    )


async def begin_chat(tx: Transaction, class_id: int, student_id: int, title: str = "") -> int:
    """A new one, or the one that was begun before and in which nothing was asked: one of those is enough."""
    row = await tx.fetch_one(
        """
        SELECT id
        FROM chat_sessions
        WHERE class_id = :class_id AND student_id = :student_id AND title = '' AND is_archived = 0
          AND NOT EXISTS (SELECT 1 FROM chat_messages WHERE chat_messages.session_id = chat_sessions.id)
        ORDER BY id DESC
        LIMIT 1
        """,
        class_id=class_id,
        student_id=student_id,
    )
    if row is None or cut_title(title):
        return await create_session(tx, class_id, student_id, title)
    await tx.execute("UPDATE chat_sessions SET last_at = :now WHERE id = :id", now=tx.now, id=row["id"])
    return int(row["id"])


async def rename_session(tx: Transaction, session_id: int, title: str) -> None:
    """Raises Invalid for a title that says nothing."""
    if not cut_title(title):
        raise Invalid("Give the chat a name, such as Circuits.", field="title")
    await tx.execute(
        "UPDATE chat_sessions SET title = :title WHERE id = :id", title=cut_title(title), id=session_id
    )


async def archive_session(tx: Transaction, session_id: int, is_archived: bool) -> None:
    await tx.execute(
        "UPDATE chat_sessions SET is_archived = :is_archived WHERE id = :id",
        is_archived=is_archived,
        id=session_id,
    )


async def messages_page(
    db: Database, session_id: int, before: int = LAST_ID, limit: int = PAGE_MESSAGES
) -> MessagePage:
    """The newest `limit` messages older than `before`."""
    rows = await db.fetch_all(
        """
        SELECT id, author, body, citations, backend, sent_at
        FROM chat_messages
        WHERE session_id = :session_id AND id < :before
        ORDER BY id DESC
        LIMIT :most
        """,
        session_id=session_id,
        before=before,
        most=limit + 1,
    )
    messages = tuple(_message(row) for row in reversed(rows[:limit]))
    return MessagePage(messages, messages[0].id if len(rows) > limit else 0)


async def answer_to(db: Database | Reads, session_id: int, client_id: str) -> ChatMessage | None:
    """The answer that was kept for the message with this id of its sender; None for a new or a stopped message."""
    if not client_id:
        return None
    row = await db.fetch_one(
        """
        SELECT answer.id, answer.author, answer.body, answer.citations, answer.backend, answer.sent_at
        FROM chat_messages AS question
        JOIN chat_messages AS answer
          ON answer.session_id = question.session_id AND answer.author = 'assistant' AND answer.id > question.id
        WHERE question.session_id = :session_id AND question.client_id = :client_id
        ORDER BY answer.id
        LIMIT 1
        """,
        session_id=session_id,
        client_id=client_id,
    )
    return _message(row) if row and row["backend"] != STOPPED else None


async def add_exchange(
    tx: Transaction, session: ChatSession, client_id: str, exchange: Exchange, summary: str
) -> ChatMessage:
    """Keep question and answer; what was kept under the same `client_id` before is returned as it is.

    A chat that was put away meanwhile takes it too: it was shown. Raises NotFound when it was deleted.
    """
    await _still_there(tx, session)
    if kept := await answer_to(tx, session.id, client_id):
        return kept
    await tx.execute(
        "UPDATE chat_sessions SET summary = :summary WHERE id = :id", summary=summary, id=session.id
    )
    return await _add(tx, session.id, client_id, exchange)


async def add_stopped(tx: Transaction, session: ChatSession, client_id: str, exchange: Exchange) -> None:
    """Keep a question with what was shown of its answer; the same message is answered anew.

    Where something was shown that stays, also beside a second try. Raises NotFound when the chat was deleted meanwhile.
    """
    await _still_there(tx, session)
    if exchange.answer or await answer_to(tx, session.id, client_id):
        client_id = ""
    await _add(tx, session.id, client_id, replace(exchange, backend=STOPPED))


def cut_title(given: str) -> str:
    """One line of readable signs."""
    signs = (sign for sign in given if sign.isprintable() or sign.isspace())
    return " ".join("".join(signs).split())[:TITLE_CHARACTERS]


def title_from(question: str) -> str:
    """The first line of the first question, cut between words."""
    line = " ".join((question.strip().splitlines() or [""])[0].split())
    return line if len(line) <= 60 else line[:60].rsplit(" ", 1)[0] + "…"


def session_from(row: sqlite3.Row) -> ChatSession:
    """From all columns of chat_sessions, and `student_name`."""
    return ChatSession(
        row["id"],
        row["class_id"],
        row["student_id"] or 0,
        row["student_name"],
        row["title"],
        row["summary"],
        bool(row["is_archived"]),
        row["created_at"],
        row["last_at"],
        row["staff_id"] or 0,
    )


async def _still_there(tx: Transaction, session: ChatSession) -> None:
    """Raises NotFound; also where the number of a deleted chat is another's by now."""
    row = await tx.fetch_one(
        "SELECT 1 FROM chat_sessions WHERE id = :id AND class_id = :class_id AND created_at = :created_at",
        id=session.id,
        class_id=session.class_id,
        created_at=session.created_at,
    )
    if row is None:
        raise NotFound(NO_CHAT)


async def _add(tx: Transaction, session_id: int, client_id: str, exchange: Exchange) -> ChatMessage:
    """In place of a first try under the same id, of whose answer nothing was shown."""
    await tx.execute(
        """
        DELETE FROM chat_messages
        WHERE session_id = :session_id AND :client_id <> '' AND id IN (
          SELECT tried.id
          FROM chat_messages AS question JOIN chat_messages AS tried
            ON tried.session_id = question.session_id
            AND (tried.id = question.id OR (tried.body = '' AND tried.id > question.id))
          WHERE question.session_id = :session_id AND question.client_id = :client_id
          ORDER BY tried.id
          LIMIT 2)
        """,
        session_id=session_id,
        client_id=client_id,
    )
    await _insert(tx, session_id, "person", exchange.question, client_id=client_id)
    answer_id = await _insert(
        tx, session_id, "assistant", exchange.answer, exchange.citations, exchange.backend
    )
    await tx.execute(
        """
        UPDATE chat_sessions
        SET last_at = :now, title = CASE title WHEN '' THEN :title ELSE title END
        WHERE id = :id
        """,
        now=tx.now,
        title=title_from(exchange.question),
        id=session_id,
    )
    return ChatMessage(answer_id, False, exchange.answer, tuple(exchange.citations), exchange.backend, tx.now)


async def _insert(
    tx: Transaction,
    session_id: int,
    author: str,
    body: str,
    citations: Sequence[ChatCitation] = (),
    backend: str = "",
    client_id: str = "",
) -> int:
    """`client_id` is the sender's own id of a message: by it a second try is known."""
    return await tx.insert(
        """
        INSERT INTO chat_messages (session_id, author, body, citations, backend, client_id, sent_at)
        VALUES (:session_id, :author, :body, :citations, :backend, :client_id, :now)
        """,
        session_id=session_id,
        author=author,
        body=body,
        citations=json.dumps([vars(citation) for citation in citations], ensure_ascii=False),
        backend=backend,
        client_id=client_id,
        now=tx.now,
    )


async def _one(db: Database | Reads, owned: str, session_id: int, owner: int) -> ChatSession:
    row = await db.fetch_one(
        f"""
        SELECT chat_sessions.*, students.display_name AS student_name
        FROM chat_sessions JOIN students ON students.id = chat_sessions.student_id
        WHERE chat_sessions.id = :id {owned}
        """,  # noqa: S608 - the two callers above
        id=session_id,
        owner=owner,
    )
    if row is None:
        raise NotFound(NO_CHAT)
    return session_from(row)


def _message(row: sqlite3.Row) -> ChatMessage:
    citations = tuple(ChatCitation(**citation) for citation in json.loads(row["citations"]))
    is_person = row["author"] == "person"
    return ChatMessage(row["id"], is_person, row["body"], citations, row["backend"], row["sent_at"])
