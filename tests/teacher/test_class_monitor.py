"""What a teacher sees of the class chat and of the class's numbers, and nobody else does."""

from appliance.study.chats import Exchange, add_exchange, create_session, session_of_class
from tests.conftest import Cast


async def a_chat(cast: Cast) -> int:
    assert cast.ben is not None
    async with cast.parts.db.transaction() as tx:
        session_id = await create_session(tx, cast.classroom.id, cast.ben.id)
        session = await session_of_class(tx, session_id, cast.classroom.id)
        said = Exchange("Why does it <b>glow</b>?", "The circle is closed.", (), "lesson")
        await add_exchange(tx, session, "one", said, "")
    return session_id


async def test_the_teacher_reads_a_chat_and_the_box_notes_it(cast: Cast) -> None:
    session_id, ada = await a_chat(cast), await cast.ada()
    chats = f"/teach/class/{cast.classroom.id}/chats"
    listed = await ada.get(chats)
    assert f"{chats}/{session_id}" in listed.text
    assert "Ben" in listed.text
    page = await ada.get(f"{chats}/{session_id}")
    assert "The circle is closed." in page.text
    assert "Why does it &lt;b&gt;glow" in page.text
    assert "<textarea" not in page.text
    row = await cast.parts.db.fetch_one("SELECT * FROM audit_events WHERE action = 'read_chat'")
    assert row is not None
    assert (row["staff_id"], row["class_id"], row["target"]) == (
        cast.ada_id,
        cast.classroom.id,
        str(session_id),
    )


async def test_another_teacher_finds_neither_chats_nor_numbers(cast: Cast) -> None:
    session_id, olu = await a_chat(cast), await cast.olu()
    assert cast.other is not None
    for address in ("chats", f"chats/{session_id}", "insights"):
        assert (await olu.get(f"/teach/class/{cast.classroom.id}/{address}")).status_code == 404
    assert (await olu.get(f"/teach/class/{cast.other.id}/chats/{session_id}")).status_code == 404
    row = await cast.parts.db.fetch_one("SELECT 1 FROM audit_events WHERE action = 'read_chat'")
    assert row is None


async def test_a_class_without_chats_says_so(cast: Cast) -> None:
    page = await (await cast.ada()).get(f"/teach/class/{cast.classroom.id}/chats")
    assert "No questions yet" in page.text


async def test_a_class_without_a_finished_quiz_says_so_and_still_counts_its_students(cast: Cast) -> None:
    page = await (await cast.ada()).get(f"/teach/class/{cast.classroom.id}/insights")
    assert "No finished quiz yet" in page.text
    assert "2 students are in this class." in page.text


async def a_quiz(cast: Cast, title: str, topic: str, **scores: int) -> None:
    """Given to 7B; scores by the name of the student."""
    async with cast.parts.db.transaction() as tx:
        activity = await tx.insert(
            """
            INSERT INTO activities (class_id, kind, title, topic_key, state, created_at)
            VALUES (:class_id, 'quiz', :title, :topic, 'published', :now)
            """,
            class_id=cast.classroom.id,
            title=title,
            topic=topic,
            now=tx.now,
        )
        given = await tx.insert(
            "INSERT INTO assignments (activity_id, created_at) VALUES (:activity, :now)",
            activity=activity,
            now=tx.now,
        )
        for name, score in scores.items():
            student = {"ben": cast.ben, "chi": cast.chi}[name]
            assert student is not None
            await tx.execute(
                """
                INSERT INTO attempts (assignment_id, student_id, number, started_at, finished_at, score)
                VALUES (:given, :student, 1, :now, :now, :score)
                """,
                given=given,
                student=student.id,
                score=score,
                now=tx.now,
            )


async def test_the_numbers_of_a_class_stand_in_words_and_tables(cast: Cast) -> None:
    await a_chat(cast)
    await a_quiz(cast, "Lamps", "lamps", ben=50, chi=90)
    await a_quiz(cast, "Motors", "motors", chi=80)
    await a_quiz(cast, "Wires", "", chi=80)
    async with cast.parts.db.transaction() as tx:
        await tx.execute(
            """
            INSERT INTO blueprints (class_id, version, state, content, made_by, created_at)
            VALUES (:id, 1, 'published', :content, 'teacher', :now), (:id, 2, 'draft', 'no json', 'teacher', :now)
            """,
            id=cast.classroom.id,
            content='{"topics": [{"key": "lamps", "title": "Light from a lamp"}]}',
            now=tx.now,
        )
    page = (await (await cast.ada()).get(f"/teach/class/{cast.classroom.id}/insights")).text
    assert "reached 75% in its quizzes and has finished 67% of them" in page
    assert "1 student may need you." in page
    for words in ("Light from a lamp", "Needs help now", "On track", "Practise more", "Understood"):
        assert words in page
    assert page.index("Light from a lamp") < page.index(">motors<")


async def test_the_numbers_take_as_many_queries_for_one_quiz_as_for_nine(cast: Cast) -> None:
    ada, address = await cast.ada(), f"/teach/class/{cast.classroom.id}/insights"
    # What is indexed meanwhile would be counted too.
    await cast.parts.jobs.stop()
    await a_quiz(cast, "Lamps", "lamps", ben=50, chi=90)
    await ada.get(address)
    before = cast.parts.db.queries
    await ada.get(address)
    few = cast.parts.db.queries - before
    for number in range(8):
        await a_quiz(cast, f"Quiz {number}", f"topic-{number}", ben=70, chi=60)
    before = cast.parts.db.queries
    await ada.get(address)
    assert cast.parts.db.queries - before == few
