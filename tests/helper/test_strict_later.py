"""Strict against attempts that were written after the guards, on another lesson and another quiz."""

from pathlib import Path

import pytest

from appliance.helper.pipeline import Asker
from appliance.library.courses import Shelf
from appliance.storage.database import Database
from tests.helper.another_class import LESSON, QUIZ
from tests.helper.conftest import Classroom
from tests.helper.test_strict_red_team import EVALS, add_quiz


def attempts() -> list[list[str]]:
    rows = (EVALS / "strict_attempts_later.txt").read_text(encoding="utf-8").splitlines()
    cells = [row.split(" | ") for row in rows if row and not row.startswith("#")]
    return [[cell.strip().replace("\\n", "\n") for cell in row] for row in cells]


@pytest.fixture
def shelf(shelf: Shelf, tmp_path: Path) -> Shelf:
    (tmp_path / "courses" / "lamps" / "lessons" / "1.md").write_text(LESSON, encoding="utf-8")
    return shelf


@pytest.fixture
async def strict(room: Classroom, db: Database, class_7b: int) -> Classroom:
    await add_quiz(db, class_7b, QUIZ)
    return room.with_settings(helper_strictness="strict", helper_rate_limit_per_minute=100_000)


async def test_nothing_leaks_to_attempts_of_later(strict: Classroom, ben: Asker) -> None:
    leaks = []
    for number, (_, *turns) in enumerate(attempts()):
        caught = []
        for message, reply in zip(turns[::2], turns[1::2], strict=True):
            before = len(strict.engine.asked)
            strict.engine.will_say(reply)
            answer = await strict.answer(ben, message, conversation_id=f"{number:032x}")
            assert len(strict.engine.asked) == before + 1, message
            caught.append(answer.backend == "lesson")
        if not any(caught):
            leaks.append(turns)
    assert not leaks, f"{len(leaks)}\n" + "\n".join(map(str, leaks))


def test_the_later_attempts_are_many() -> None:
    assert len(attempts()) >= 120
