"""Themes: a word can be read once three students used it, and nothing that fewer said is anywhere in the database."""

from pathlib import Path

import pytest

from appliance.helper.pipeline import Asker
from appliance.helper.themes import telling_words
from appliance.insights.themes import Theme, Use, themes_in, themes_of_class
from appliance.storage.database import Database
from tests.helper.conftest import Classroom, HandClock

DAY = 24 * 3600


async def newcomer(db: Database, class_id: int, name: str) -> Asker:
    async with db.transaction() as tx:
        student_id = await tx.insert(
            """
            INSERT INTO students (class_id, display_name, return_code, created_at, last_seen_at)
            VALUES (:class_id, :name, :name, :now, :now)
            """,
            class_id=class_id,
            name=name,
            now=tx.now,
        )
    return Asker(f"student:{class_id}:{student_id}", class_id, "192.168.7.0", "en")


@pytest.fixture
async def dora(db: Database, class_7b: int) -> Asker:
    return await newcomer(db, class_7b, "Dora")


@pytest.fixture
def strict(room: Classroom) -> Classroom:
    return room.with_settings(helper_topic_filter_mode="strict", helper_rate_limit_per_minute=1000)


async def revealed(db: Database) -> set[str]:
    return {str(row["word"]) for row in await db.fetch_all("SELECT word FROM theme_words")}


def in_files(folder: Path, word: str) -> bool:
    """Whether the bytes of the database hold it, its log and its free pages included."""
    spelled = (word.encode(), word.upper().encode(), word.encode("utf-16-le"))
    return any(each in path.read_bytes() for path in folder.glob("box.sqlite3*") for each in spelled)


async def test_a_word_of_two_students_can_be_read_nowhere_and_the_third_makes_it_appear(
    strict: Classroom, ben: Asker, chi: Asker, dora: Asker, db: Database, tmp_path: Path
) -> None:
    for student in (ben, chi):
        await strict.answer(student, "who won the football championship?")
        assert not in_files(tmp_path, "football")
        assert await themes_of_class(db, ben.class_id, 0) == []
    await strict.answer(dora, "is football on tv tonight?")
    assert await revealed(db) == {"football"}
    assert in_files(tmp_path, "football")
    assert not in_files(tmp_path, "championship") and not in_files(tmp_path, "tonight")
    assert await themes_of_class(db, ben.class_id, 0) == [Theme(("football",), 3, 3)]


async def test_one_student_who_asks_three_times_reveals_nothing(
    strict: Classroom, ben: Asker, db: Database, tmp_path: Path
) -> None:
    for _ in range(3):
        await strict.answer(ben, "who won the football championship?")
    assert await revealed(db) == set()
    assert not in_files(tmp_path, "football")


async def test_students_of_another_class_do_not_count(
    strict: Classroom, ben: Asker, chi: Asker, db: Database
) -> None:
    async with db.transaction() as tx:
        other = await tx.insert(
            "INSERT INTO classes (name, join_code, created_at) VALUES ('8C', 'BCDEFGHJ', :now)", now=tx.now
        )
    eve = await newcomer(db, other, "Eve")
    for student in (ben, chi, eve):
        await strict.answer(student, "who won the football championship?")
    assert await revealed(db) == set()


async def test_spanish_words_make_themes_and_keep_their_accents(
    strict: Classroom, ben: Asker, chi: Asker, dora: Asker, db: Database
) -> None:
    for student, question in (
        (ben, "¿quién canta esa canción?"),
        (chi, "escribe una cancion de amor"),
        (dora, "¿me haces una canción?"),
    ):
        await strict.answer(student, question)
    assert await revealed(db) == {"canción"}


async def test_one_of_a_thing_and_many_are_the_same_word(
    strict: Classroom, ben: Asker, chi: Asker, dora: Asker, db: Database
) -> None:
    for student, question in ((ben, "a song"), (chi, "sing songs"), (dora, "which song is best")):
        await strict.answer(student, question)
    assert await revealed(db) == {"song"}


async def test_a_word_goes_when_one_of_the_three_deletes_everything(
    strict: Classroom, ben: Asker, chi: Asker, dora: Asker, db: Database
) -> None:
    for student in (ben, chi, dora):
        await strict.answer(student, "who won the football championship?")
    async with db.transaction() as tx:
        await tx.execute("DELETE FROM students WHERE id = :id", id=dora.id)
    assert await revealed(db) == set()
    left = await db.fetch_all("SELECT DISTINCT student_id FROM question_words")
    assert {row["student_id"] for row in left} == {ben.id, chi.id}


async def test_words_go_with_the_class_and_with_time(
    strict: Classroom, ben: Asker, chi: Asker, dora: Asker, db: Database, clock: HandClock
) -> None:
    for student in (ben, chi, dora):
        await strict.answer(student, "who won the football championship?")
    clock.forward(181 * DAY)
    await strict.answer(ben, "who won the football championship?")
    assert await revealed(db) == set()
    async with db.transaction() as tx:
        await tx.execute("DELETE FROM classes WHERE id = :id", id=ben.class_id)
    assert await db.fetch_all("SELECT 1 FROM question_words") == []


async def test_a_question_of_the_lesson_leaves_no_words(strict: Classroom, ben: Asker, db: Database) -> None:
    strict.engine.will_say("It joins both ends [L1].", "A model that names no place.")
    for _ in range(2):
        await strict.answer(ben, "Why does the wire get hot in a short circuit?")
    rows = await db.fetch_all("SELECT is_grounded, is_in_lesson FROM counted_questions ORDER BY id")
    assert [tuple(row) for row in rows] == [(1, 1), (0, 1)]
    assert await db.fetch_all("SELECT 1 FROM question_words") == []


async def test_words_that_stand_in_the_lesson_are_no_theme(
    room: Classroom, ben: Asker, chi: Asker, dora: Asker, db: Database
) -> None:
    for student in (ben, chi, dora):
        await room.answer(student, "do lightning conductors on towers make a short circuit with clouds")
    assert await revealed(db) >= {"lightning", "clouds"}
    assert not await revealed(db) & {"short", "circuit"}


async def test_the_name_of_somebody_on_the_box_is_never_a_theme(
    strict: Classroom, ben: Asker, chi: Asker, dora: Asker, db: Database
) -> None:
    await newcomer(db, ben.class_id, "Zephyrine Q")
    for student in (ben, chi, dora):
        await strict.answer(student, "does zephyrine love football")
    assert await revealed(db) == {"football", "love"}


async def test_a_word_that_became_a_name_is_not_shown_any_more(
    strict: Classroom, ben: Asker, chi: Asker, dora: Asker, db: Database
) -> None:
    for student in (ben, chi, dora):
        await strict.answer(student, "who plays football")
    await newcomer(db, ben.class_id, "Football")
    assert "football" not in str(await themes_of_class(db, ben.class_id, 0))


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("who won the football championship?", {"won", "football", "championship"}),
        ("bens phone and marias phones", {"phone"}),
        ("a movie, movies and stories", {"movy", "story"}),
        ("is carlos in love with ben", {"love"}),
        ("my friend Zoltan likes pizza", {"friend", "like", "pizza"}),
        ("Write to [REDACTED_EMAIL] about robux", {"robux"}),
        ("do you like Minecraft or Fortnite", {"minecraft", "fortnite"}),
        ("WHO PLAYS FOOTBALL", {"play", "football"}),
        ("call me on ab12cd at 7", {"call"}),
        ("¿Qué comen los dinosaurios?", {"comen", "dinosaurio"}),
        ("help me please, explain it again", set()),
        ("a" * 40, set()),
    ],
)
def test_what_says_what_a_question_is_about(message: str, words: set[str]) -> None:
    assert set(telling_words(message, frozenset({"ben"}))) == words


def test_a_long_question_gives_a_few_words() -> None:
    assert len(telling_words(" ".join(f"word{chr(97 + n)}" for n in range(20)), frozenset())) == 12


def test_words_that_three_students_put_together_are_one_theme() -> None:
    uses = [Use(word, student, student) for word in ("football", "cup") for student in (1, 2, 3)]
    uses += [Use("pizza", student, student) for student in (4, 5, 6)]
    assert themes_in(uses) == [Theme(("cup", "football"), 3, 3), Theme(("pizza",), 3, 3)]


def test_which_words_one_child_put_together_is_not_told() -> None:
    football = [Use("football", student, student) for student in (1, 2, 3)]
    father = [Use("father", student, student) for student in (3, 4, 5)]
    assert {theme.words for theme in themes_in(football + father)} == {("football",), ("father",)}
