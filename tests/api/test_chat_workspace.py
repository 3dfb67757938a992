"""Class chat for programs: whose chats are whose, every refusal by its code, and pages of messages."""

from typing import Any

import pytest

from appliance.study.chats import TITLE_CHARACTERS
from tests.api.conftest import Program
from tests.conftest import Cast

BASE = "/v1/chat/workspace"
ALL = (
    "participants",
    "sessions/list",
    "sessions/create",
    "sessions/rename",
    "sessions/archive",
    "messages/list",
    "messages/send",
)


def said(user_id: str, class_id: int = 1, **more: Any) -> dict[str, Any]:
    return {"class_id": str(class_id), "user_id": user_id, **more}


@pytest.fixture
async def ben(cast: Cast, program: Program) -> Program:
    return await program.for_student(cast.ben)


@pytest.fixture
async def chi(cast: Cast, program: Program) -> Program:
    return await program.for_student(cast.chi)


@pytest.fixture
async def ada(cast: Cast, program: Program) -> Program:
    return await program.for_staff(cast.ada_id)


@pytest.fixture
async def olu(cast: Cast, program: Program) -> Program:
    return await program.for_staff(cast.olu_id)


async def begun(program: Program, user_id: str, title: str = "") -> str:
    made = await program.data(f"{BASE}/sessions/create", said(user_id, title=title))
    return str(made["session"]["id"])


async def fill(cast: Cast, session_id: str, count: int, body: str = "Message {}", step: int = 0) -> None:
    async with cast.parts.db.transaction() as tx:
        for number in range(count):
            await tx.execute(
                "INSERT INTO chat_messages (session_id, author, body, sent_at) VALUES (:id, :author, :body, :at)",
                id=int(session_id),
                author="assistant" if number % 2 else "person",
                body=body.format(number),
                at=tx.now + step * number,
            )


def full(path: str, user_id: str, class_id: int = 1, session_id: str = "1") -> dict[str, Any]:
    """A body that any of the routes takes."""
    return said(user_id, class_id, session_id=session_id, title="A", message="Why?")


@pytest.mark.parametrize("path", ALL)
async def test_every_route_asks_for_the_person_first_and_for_the_class_then(
    cast: Cast, program: Program, ben: Program, olu: Program, path: str
) -> None:
    route = f"{BASE}/{path}"
    assert await program.refused(route, full(path, "student-1")) == (401, "user_token_required")
    assert await ben.refused(route, full(path, "student-2")) == (403, "user_id_mismatch")
    assert await ben.refused(route, full(path, "staff-1")) == (403, "user_id_mismatch")
    assert await ben.refused(route, full(path, "student-1", class_id=2)) == (403, "class_access_required")
    assert await olu.refused(route, full(path, f"staff-{cast.olu_id}")) == (403, "class_access_required")
    assert await ben.refused(route, full(path, "student-1", class_id=99)) == (403, "class_access_required")
    assert await ben.refused(route, {**full(path, "student-1"), "class_id": "7B"}) == (
        422,
        "validation_error",
    )


async def test_a_teacher_sees_who_is_in_the_class_and_a_student_does_not(ada: Program, ben: Program) -> None:
    found = await ada.data(f"{BASE}/participants", said("staff-1", sandbox_id=None))
    assert found["participants"] == [
        {"user_id": "student-1", "display_name": "Ben"},
        {"user_id": "student-2", "display_name": "Chi"},
    ]
    assert await ben.refused(f"{BASE}/participants", said("student-1")) == (403, "teacher_access_required")


async def test_a_chat_is_begun_named_and_put_away(cast: Cast, ben: Program) -> None:
    made = (await ben.data(f"{BASE}/sessions/create", said("student-1")))["session"]
    assert (made["title"], made["owner_user_id"], made["class_id"]) == ("New chat", "student-1", "1")
    assert (made["is_pinned"], made["archived_at"]) == (False, None)
    assert made["created_at"] == "2027-01-15T08:00:00Z"
    one: dict[str, Any] = {"session_id": made["id"]}
    named = await ben.data(f"{BASE}/sessions/rename", said("student-1", title="  Lamps " + "x" * 200, **one))
    assert named["session"]["title"].startswith("Lamps xx")
    assert len(named["session"]["title"]) == TITLE_CHARACTERS
    assert len((await ben.data(f"{BASE}/sessions/list", said("student-1")))["sessions"]) == 1
    assert await ben.data(f"{BASE}/sessions/archive", said("student-1", **one)) == {"session_id": made["id"]}
    assert (await ben.data(f"{BASE}/sessions/list", said("student-1")))["sessions"] == []
    gone = (404, "not_found")
    assert await ben.refused(f"{BASE}/sessions/archive", said("student-1", **one)) == gone
    assert await ben.refused(f"{BASE}/sessions/rename", said("student-1", title="B", **one)) == gone
    asked = said("student-1", message="Why?", **one)
    assert await ben.refused(f"{BASE}/messages/send", asked) == (409, "chat_archived")
    assert await cast.count("chat_messages") == 0


@pytest.mark.parametrize("title", [" ", "\n\t", "\u0000\u0007"])
async def test_a_title_that_says_nothing_is_refused(ben: Program, title: str) -> None:
    session_id = await begun(ben, "student-1", "Lamps")
    asked = said("student-1", session_id=session_id, title=title)
    assert await ben.refused(f"{BASE}/sessions/rename", asked) == (400, "validation_error")
    listed = await ben.data(f"{BASE}/sessions/list", said("student-1"))
    assert listed["sessions"][0]["title"] == "Lamps"


async def test_a_chat_of_somebody_else_is_not_there_to_name_or_put_away(
    ben: Program, chi: Program, ada: Program
) -> None:
    session_id = await begun(ben, "student-1")
    for other, user_id in ((chi, "student-2"), (ada, "staff-1")):
        for path in ("sessions/rename", "sessions/archive"):
            assert await other.refused(f"{BASE}/{path}", full(path, user_id, 1, session_id)) == (
                404,
                "not_found",
            )
    assert await ben.refused(f"{BASE}/sessions/archive", full("", "student-1", 1, "99")) == (404, "not_found")


async def test_the_last_used_chat_comes_first_and_a_hundred_at_most(cast: Cast, ben: Program) -> None:
    for number in range(3):
        cast.clock.now += 10
        await begun(ben, "student-1", f"Chat {number}")
    cast.clock.now += 10
    await ben.data(f"{BASE}/messages/send", said("student-1", session_id="1", message="Why?"))
    listed = (await ben.data(f"{BASE}/sessions/list", said("student-1")))["sessions"]
    assert [row["title"] for row in listed] == ["Chat 0", "Chat 2", "Chat 1"]
    async with cast.parts.db.transaction() as tx:
        for _ in range(100):
            await tx.execute(
                "INSERT INTO chat_sessions (class_id, student_id, title, created_at, last_at) VALUES (1, 1, '', 1, 1)"
            )
    assert len((await ben.data(f"{BASE}/sessions/list", said("student-1")))["sessions"]) == 100


async def test_a_teacher_reads_anybodys_chat_and_writes_in_their_own(
    cast: Cast, ada: Program, ben: Program, chi: Program
) -> None:
    of_ben, of_ada = await begun(ben, "student-1", "Ben's"), await begun(ada, "staff-1", "Ada's")
    await fill(cast, of_ben, 2)
    listed = await ada.data(f"{BASE}/sessions/list", said("staff-1", owner_user_id="student-1"))
    assert [row["title"] for row in listed["sessions"]] == ["Ben's"]
    own = await ada.data(f"{BASE}/sessions/list", said("staff-1"))
    assert [(row["title"], row["owner_user_id"]) for row in own["sessions"]] == [("Ada's", "staff-1")]
    read = said("staff-1", session_id=of_ben, owner_user_id="student-1")
    page = await ada.data(f"{BASE}/messages/list", read)
    assert [row["author_kind"] for row in page["messages"]] == ["student", "assistant"]
    row = await cast.parts.db.fetch_one("SELECT target FROM audit_events WHERE action = 'read_chat'")
    assert row is not None and row["target"] == of_ben
    write = said("staff-1", session_id=of_ben, message="I am the teacher")
    assert await ada.refused(f"{BASE}/messages/send", write) == (403, "send_session_owner_mismatch")
    sent = await ada.data(f"{BASE}/messages/send", said("staff-1", session_id=of_ada, message="Why?"))
    assert sent["user_message"]["author_kind"] == "teacher"
    assert "never give a final answer" not in cast.engine.asked[-1].messages[0].content.lower()
    assert await chi.refused(f"{BASE}/messages/send", said("student-2", session_id=of_ben, message="Hi")) == (
        403,
        "send_session_owner_mismatch",
    )


async def test_whose_chats_may_be_looked_at_is_checked(
    cast: Cast, ada: Program, ben: Program, chi: Program
) -> None:
    session_id = await begun(ben, "student-1")
    others: dict[str, Any] = {"owner_user_id": "student-1"}
    for path in ("sessions/list", "messages/list"):
        asked = said("student-2", session_id=session_id, **others)
        assert await chi.refused(f"{BASE}/{path}", asked) == (403, "teacher_access_required")
        for nobody in (
            "student-99",
            f"staff-{cast.olu_id}",
            "Ben",
            "student-",
            "student-1x",
            "staff-9" + "9" * 30,
        ):
            asked = said("staff-1", session_id=session_id, owner_user_id=nobody)
            assert await ada.refused(f"{BASE}/{path}", asked) == (404, "owner_user_not_enrolled")
    mine = said("student-1", session_id=session_id, **others)
    assert (await ben.data(f"{BASE}/messages/list", mine))["messages"] == []


async def test_a_page_of_messages_is_asked_for_by_chat_and_owner(
    cast: Cast, ada: Program, ben: Program, chi: Program
) -> None:
    session_id = await begun(ben, "student-1")
    path = f"{BASE}/messages/list"
    assert await ben.refused(path, said("student-1", session_id="99")) == (404, "session_not_found")
    assert await chi.refused(path, said("student-2", session_id=session_id)) == (
        403,
        "session_owner_mismatch",
    )
    asked = said("staff-1", session_id=session_id, owner_user_id="student-2")
    assert await ada.refused(path, asked) == (403, "session_owner_mismatch")
    assert await ben.refused(f"{BASE}/messages/send", said("student-1", session_id="99", message="Why?")) == (
        404,
        "session_not_found",
    )
    assert await ben.refused(path, said("student-1", session_id=session_id, limit=201)) == (
        422,
        "validation_error",
    )
    assert await ben.refused(path, said("student-1", session_id=session_id, limit=0)) == (
        422,
        "validation_error",
    )


async def test_a_chat_of_another_class_is_not_there(cast: Cast, program: Program, ada: Program) -> None:
    olu = await program.for_staff(cast.olu_id)
    made = await olu.data(f"{BASE}/sessions/create", said(f"staff-{cast.olu_id}", 2))
    foreign = made["session"]["id"]
    assert await ada.refused(f"{BASE}/messages/list", said("staff-1", session_id=foreign)) == (
        404,
        "session_not_found",
    )
    assert await ada.refused(f"{BASE}/messages/send", said("staff-1", session_id=foreign, message="Hi")) == (
        404,
        "session_not_found",
    )


@pytest.mark.parametrize("step", [0, 7])
async def test_pages_follow_each_other_without_a_gap(cast: Cast, ben: Program, step: int) -> None:
    session_id = await begun(ben, "student-1")
    await fill(cast, session_id, 130, step=step)
    first = await ben.data(f"{BASE}/messages/list", said("student-1", session_id=session_id))
    assert len(first["messages"]) == 120 and first["page_info"]["has_more"] is True
    bodies, cursor = [row["content"] for row in first["messages"]], first["page_info"]["next_cursor"]
    assert cursor.partition("|")[0] == first["messages"][0]["created_at"]
    while cursor:
        asked = said("student-1", session_id=session_id, before_cursor=cursor, limit=5)
        page = await ben.data(f"{BASE}/messages/list", asked)
        bodies = [row["content"] for row in page["messages"]] + bodies
        cursor = page["page_info"]["next_cursor"]
        assert page["page_info"]["has_more"] is bool(cursor)
    assert bodies == [f"Message {number}" for number in range(130)]


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "|",
        "not-a-timestamp|5",
        "2026-03-15T10:00:00Z",
        "2026-03-15T10:00:00Z|",
        "2026-03-15T10:00:00Z|5),class_id.neq.x",
        "2026-03-15T10:00:00),class_id.neq.x|5",
        "2026-13-45T10:00:00Z|5",
        "2026-03-15T10:00:00Z|5\n",
        "2026-03-15T10:00:00Z|٥",
        "2026-03-15T10:00:00Z|" + "9" * 40,
        "2026-03-15T10:00:00|5",
    ],
)
async def test_a_cursor_of_another_form_is_refused_and_is_never_page_one(ben: Program, cursor: str) -> None:
    session_id = await begun(ben, "student-1")
    asked = said("student-1", session_id=session_id, before_cursor=cursor)
    assert await ben.refused(f"{BASE}/messages/list", asked) == (400, "invalid_cursor")


@pytest.mark.parametrize("cursor", [None, "", "  ", "2026-03-15T10:00:00.123+00:00|9999"])
async def test_a_blank_cursor_is_the_newest_page(cast: Cast, ben: Program, cursor: str | None) -> None:
    session_id = await begun(ben, "student-1")
    await fill(cast, session_id, 2)
    asked = said("student-1", session_id=session_id, before_cursor=cursor)
    page = await ben.data(f"{BASE}/messages/list", asked)
    assert [row["content"] for row in page["messages"]] == ["Message 0", "Message 1"]
    assert page["page_info"] == {"has_more": False, "next_cursor": None}


async def test_the_pages_of_students_and_teachers_show_no_chat_of_a_teacher(cast: Cast, ada: Program) -> None:
    session_id = await begun(ada, "staff-1", "Only Ada's")
    await ada.data(f"{BASE}/messages/send", said("staff-1", session_id=session_id, message="Why?"))
    page = await (await cast.ada()).get("/teach/class/1/chats")
    assert page.status_code == 200 and "Only Ada's" not in page.text
    assert (await (await cast.ada()).get(f"/teach/class/1/chats/{session_id}")).status_code == 404
    assert (await (await cast.student(cast.ben)).get(f"/student/chats/{session_id}")).status_code == 404
    assert (await (await cast.ada()).get("/teach/class/1/insights")).status_code == 200


async def test_what_the_box_itself_cannot_do_is_one_code(cast: Cast, ben: Program) -> None:
    session_id = await begun(ben, "student-1")
    await cast.parts.helper.close(0)
    asked = said("student-1", session_id=session_id, message="Why?")
    assert await ben.refused(f"{BASE}/messages/send", asked) == (502, "chat_workspace_error")
    assert await cast.count("chat_messages") == 0
