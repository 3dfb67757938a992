"""A class whose helper is strict, in a lesson and with a quiz that the test's own module names by `lesson_and_quiz`."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from appliance.library.courses import Shelf
from appliance.storage.database import Database
from tests.helper.conftest import Classroom
from tests.helper.strict_attempts import add_quiz

LessonAndQuiz = tuple[str, Sequence[tuple[str, list[str], int]]]


@pytest.fixture
def shelf(shelf: Shelf, tmp_path: Path, lesson_and_quiz: LessonAndQuiz) -> Shelf:
    (tmp_path / "courses" / "lamps" / "lessons" / "1.md").write_text(lesson_and_quiz[0], encoding="utf-8")
    return shelf


@pytest.fixture
async def strict(room: Classroom, db: Database, class_7b: int, lesson_and_quiz: LessonAndQuiz) -> Classroom:
    await add_quiz(db, class_7b, lesson_and_quiz[1])
    return room.with_settings(helper_strictness="strict", helper_rate_limit_per_minute=100_000)
