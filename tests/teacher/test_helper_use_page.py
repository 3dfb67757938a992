"""How a class uses the helper: counts for its own teachers, quick in a class that has asked for half a year."""

import csv
import io
import sqlite3
from collections.abc import Awaitable, Callable

import pytest

from appliance.classroom.care import count_care
from appliance.classroom.students import create_student
from appliance.helper.counted_questions import CountedQuestion, count_question
from appliance.insights.helper_use import helper_use, questions_since
from appliance.insights.themes import themes_of_class
from appliance.storage.database import Reads, Value
from tests.conftest import COURSE, START, Browser, Cast

DAY = 24 * 3600
LESSON = "a-circle-makes-light"
ASKED = CountedQuestion(
    0,
    0,
    "",
    COURSE,
    LESSON,
    "Short circuits",
    "concept",
    "model",
    is_grounded=True,
    wait_ms=1500,
    total_ms=9000,
)


def address(cast: Cast, rest: str = "") -> str:
    return f"/teach/class/{cast.classroom.id}/helper{rest}"


async def asked(cast: Cast, name: str = "ben", times: int = 1, **changed: object) -> None:
    student = {"ben": cast.ben, "chi": cast.chi}[name]
    assert student is not None
    known: dict[str, object] = {**vars(ASKED), "class_id": cast.classroom.id, "student_id": student.id}
    async with cast.parts.db.transaction() as tx:
        for number in range(times):
            request = {"request_id": f"{name}-{number}"}
            await count_question(tx, CountedQuestion(**{**known, **request, **changed}), 180)  # type: ignore[arg-type]


async def rated(cast: Cast, thumb: int, most: int) -> None:
    async with cast.parts.db.transaction() as tx:
        await tx.execute(
            """
            UPDATE counted_questions SET thumb = :thumb
            WHERE id IN (SELECT id FROM counted_questions WHERE thumb = 0 LIMIT :most)
            """,
            thumb=thumb,
            most=most,
        )


async def many(cast: Cast, questions: int) -> None:
    """Half a year of a busy class, written at once: a hundred topics, every kind, thirty students."""
    async with cast.parts.db.transaction() as tx:
        for number in range(30):
            await create_student(tx, cast.classroom.id, f"Student {number}")
        await tx.execute(
            """
            WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < :questions)
            INSERT INTO counted_questions (class_id, student_id, request_key, course_slug, lesson_slug, topic, intent,
                                           outcome, reason, is_grounded, is_in_lesson, wait_ms, total_ms, asked_at)
            SELECT :class_id, 3 + n % 30, n, :course, 'lesson-' || (n % 6), 'topic ' || (n % 100),
                   CASE n % 3 WHEN 0 THEN 'concept' WHEN 1 THEN 'debug' ELSE 'general' END,
                   CASE n % 5 WHEN 0 THEN 'lesson' ELSE 'model' END, CASE n % 5 WHEN 0 THEN 'busy' ELSE '' END,
                   1, n % 4 <> 0, n % 3000, 5000, :now - (n * 240) % (170 * 86400)
            FROM numbers
            """,
            questions=questions,
            class_id=cast.classroom.id,
            course=COURSE,
            now=tx.now,
        )
        # Five words that everybody used, in every fourth question.
        await tx.execute(
            """
            WITH words (word) AS (VALUES ('football'), ('pizza'), ('robux'), ('dinosaurs'), ('songs'))
            INSERT INTO theme_words (class_id, word_key, word)
            SELECT :class_id, CAST(word AS BLOB), word FROM words WHERE true
            ON CONFLICT DO NOTHING
            """,
            class_id=cast.classroom.id,
        )
        await tx.execute(
            """
            INSERT INTO question_words (question_id, word_key, class_id, student_id, asked_at)
            SELECT counted_questions.id, theme_words.word_key, counted_questions.class_id, student_id, asked_at
            FROM counted_questions
            JOIN theme_words ON counted_questions.id % 5 = length(theme_words.word) % 5
            WHERE NOT is_in_lesson
            ON CONFLICT DO NOTHING
            """
        )


async def test_a_class_that_asked_nothing_says_what_will_be_here(cast: Cast) -> None:
    page = await (await cast.ada()).get(address(cast))
    assert page.status_code == 200
    assert "Nobody has asked in this time" in page.text
    assert "<table" not in page.text and "questions.csv" not in page.text


async def test_the_panel_counts_by_lesson_kind_and_topic(cast: Cast) -> None:
    await asked(cast, times=3)
    await asked(cast, "chi", outcome="lesson", reason="busy", intent="debug", topic="What closes a circuit")
    await asked(cast, "chi", is_in_lesson=False, is_grounded=False, topic="")
    await rated(cast, 1, 2)
    await rated(cast, -1, 1)
    page = (await (await cast.ada()).get(address(cast))).text
    title = cast.parts.shelf.lesson(COURSE, LESSON).title
    for words in (
        "5 questions, 2 students asked.",
        "1 question was about something that is not in the lesson.",
        title,
        "Short circuits",
        "What closes a circuit",
        "Something does not work",
        "The line was too long: 1",
        "1.5 s on average, 1.5 s at most",
        "9.0 s on average, 9.0 s at most",
        "2 of 3 ratings",
    ):
        assert words in page, words


async def test_refused_questions_have_their_reasons(cast: Cast) -> None:
    for reason, lesson in (("rate_limited", LESSON), ("one_at_a_time", LESSON), ("something_new", "")):
        await asked(cast, reason=reason, lesson_slug=lesson, outcome="refused", topic="", intent="")
    page = (await (await cast.ada()).get(address(cast))).text
    assert "Too many questions in a minute: 1" in page
    assert "Their question before was still being answered: 1" in page
    assert "The box could not take it: 1" in page
    assert "No lesson told" in page
    assert "Whole answer" not in page


async def test_codes_that_say_the_same_to_a_teacher_are_one_line(cast: Cast) -> None:
    for reason in ("invalid_scope_token", "missing_scope_token", "odd", "odder"):
        await asked(cast, reason=reason, outcome="refused", topic="", intent="")
    page = (await (await cast.ada()).get(address(cast))).text
    assert page.count("The page was open too long, or the lesson was closed: 2") == 1
    assert page.count("The box could not take it: 2") == 1


async def test_who_waited_in_vain_waited_too(cast: Cast) -> None:
    await asked(cast, wait_ms=2000)
    await asked(cast, "chi", outcome="lesson", reason="busy", wait_ms=60_000)
    await asked(cast, "chi", outcome="lesson", reason="no_model", wait_ms=0)
    page = (await (await cast.ada()).get(address(cast))).text
    assert "31.0 s on average, 60.0 s at most" in page


async def test_an_answer_that_was_stopped_counts_and_is_no_whole_one(cast: Cast) -> None:
    await asked(cast, reason="stopped", total_ms=1000)
    ada = await cast.ada()
    page = (await ada.get(address(cast))).text
    assert "1 question, 1 student asked." in page and "Whole answer" not in page
    await asked(cast, "chi")
    assert "9.0 s on average, 9.0 s at most" in (await ada.get(address(cast))).text
    assert "They stopped it, or left" in (await ada.get(address(cast, "/questions.csv"))).text


async def test_no_name_is_on_the_page_or_in_the_table(cast: Cast) -> None:
    await asked(cast)
    await asked(cast, "chi")
    ada = await cast.ada()
    for rest in ("", "/questions.csv"):
        text = (await ada.get(address(cast, rest))).text
        assert "Ben" not in text and "Chi" not in text.replace("Children", "")


@pytest.mark.parametrize(
    ("span", "shown", "questions"),
    [
        ("today", "today", 1),
        ("week", "week", 2),
        ("month", "month", 3),
        ("all", "all", 4),
        ("odd", "week", 2),
    ],
)
async def test_a_teacher_chooses_since_when(cast: Cast, span: str, shown: str, questions: int) -> None:
    for days in (100, 20, 3, 0):
        cast.clock.now = START - days * DAY
        await asked(cast)
    ada = await cast.ada()
    page = (await ada.get(address(cast, f"?span={span}"))).text
    assert f'<p class="lead">{questions} question' in page
    assert f'span={shown}" aria-current="page"' in page


async def test_today_begins_at_midnight_at_the_school(cast: Cast) -> None:
    # 1 800 000 000 is 09:00 in Madrid.
    for hours, counted in ((8, 1), (10, 1), (9.1, 1)):
        cast.clock.now = START - hours * 3600
        await asked(cast, times=counted)
    cast.clock.now = START
    page = (await (await cast.ada()).get(f"/teach/class/{cast.classroom.id}")).text
    assert "1 question to the helper today" in page


async def test_a_lesson_that_left_the_shelf_is_still_counted(cast: Cast) -> None:
    await asked(cast, course_slug="gone", lesson_slug="away")
    page = (await (await cast.ada()).get(address(cast))).text
    assert "gone / away" in page and 'href="/course/gone' not in page


async def test_the_table_opens_in_a_spreadsheet_and_runs_nothing(cast: Cast) -> None:
    await asked(cast, times=2, topic='=HYPERLINK("http://x.example")')
    await asked(cast, "chi", topic="-2 degrees")
    answer = await (await cast.ada()).get(address(cast, "/questions.csv?span=today"))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == (
        f'attachment; filename="helper-{cast.classroom.id}-today.csv"'
    )
    heading, *lines = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert heading[:3] == ["Lesson", "Topic", "Kind of question"]
    assert {line[1] for line in lines} == {'\'=HYPERLINK("http://x.example")', "'-2 degrees"}
    assert sum(int(line[5]) for line in lines) == 3


async def test_another_teacher_finds_nothing_and_a_viewer_may_look(cast: Cast) -> None:
    await asked(cast)
    olu = await cast.olu()
    for rest in ("", "/questions.csv"):
        assert (await olu.get(address(cast, rest))).status_code == 404
    async with cast.parts.db.transaction() as tx:
        await tx.execute(
            "INSERT INTO class_staff (class_id, staff_id, role) VALUES (:class_id, :staff_id, 'viewer')",
            class_id=cast.classroom.id,
            staff_id=cast.olu_id,
        )
    looked = await olu.get(address(cast))
    assert looked.status_code == 200 and "How the helper is tuned" in looked.text
    tuned = await olu.get(address(cast, "/tuning"))
    assert tuned.status_code == 200 and "How the helper is tuned" in tuned.text and "<form" in tuned.text
    assert 'name="strictness"' not in tuned.text


async def test_visitors_sign_in_first_and_students_stay_out(cast: Cast) -> None:
    sent = await cast.visitor().get(address(cast))
    assert sent.headers["location"] == f"/sign-in?next={address(cast)}"
    assert (await (await cast.student(cast.ben)).get(address(cast))).status_code == 403


async def test_the_panel_leads_to_care_and_says_how_often_it_was_needed(cast: Cast) -> None:
    ada = await cast.ada()
    assert "No message spoke of self-harm" in (await ada.get(address(cast))).text
    await count_care(cast.parts.db, cast.classroom.id)
    page = (await ada.get(address(cast))).text
    assert "1 message spoke of self-harm, abuse or danger." in page
    assert f'href="/teach/class/{cast.classroom.id}/care"' in page


async def test_themes_stand_on_the_page_as_words_and_numbers(cast: Cast) -> None:
    await many(cast, 200)
    page = (await (await cast.ada()).get(address(cast, "?span=all"))).text
    assert "<strong>football</strong>:" in page


async def queries_of(cast: Cast, ada: Browser) -> int:
    before = cast.parts.db.queries
    assert (await ada.get(address(cast, "?span=all"))).status_code == 200
    return cast.parts.db.queries - before


async def test_the_panel_takes_as_many_queries_for_sixty_thousand_questions_as_for_sixty(cast: Cast) -> None:
    await cast.parts.jobs.stop()
    ada = await cast.ada()
    await many(cast, 60)
    few = await queries_of(cast, ada)
    await many(cast, 60_000)
    assert await queries_of(cast, ada) == few
    assert (await helper_use(cast.parts.db, cast.classroom.id, 0)).whole.questions == 60_060


@pytest.mark.parametrize("ask", [helper_use, themes_of_class, questions_since])
async def test_what_the_panel_adds_up_stands_in_an_index(
    cast: Cast, ask: Callable[..., Awaitable[object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a table is read through nor a row looked up for each question."""
    plans: list[str] = []
    fetch_all = Reads.fetch_all

    async def planned(reads: Reads, sql: str, **values: Value) -> list[sqlite3.Row]:
        plan = await fetch_all(reads, f"EXPLAIN QUERY PLAN {sql}", **values)
        plans.extend(str(row["detail"]) for row in plan)
        return await fetch_all(reads, sql, **values)

    monkeypatch.setattr(Reads, "fetch_all", planned)
    await ask(cast.parts.db, cast.classroom.id, 5)
    steps = [step for step in plans if "counted_questions" in step or "question_words" in step]
    assert steps
    assert all("USING COVERING INDEX" in step for step in steps), steps
