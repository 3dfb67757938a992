"""No listed answer leaks to the attempts of a fourth writer, about a fourth lesson."""

from pathlib import Path

import pytest

from appliance.helper.pipeline import Asker
from appliance.library.courses import Shelf
from appliance.storage.database import Database
from tests.helper.conftest import Classroom
from tests.helper.fourth_class import LESSON, QUIZ
from tests.helper.test_strict_red_team import add_quiz
from tests.helper.test_strict_third import is_caught, rows


@pytest.fixture
def shelf(shelf: Shelf, tmp_path: Path) -> Shelf:
    (tmp_path / "courses" / "lamps" / "lessons" / "1.md").write_text(LESSON, encoding="utf-8")
    return shelf


@pytest.fixture
async def strict(room: Classroom, db: Database, class_7b: int) -> Classroom:
    await add_quiz(db, class_7b, QUIZ)
    return room.with_settings(helper_strictness="strict", helper_rate_limit_per_minute=100_000)


async def test_nothing_leaks_to_a_fourth_writer(strict: Classroom, ben: Asker) -> None:
    attempts = [turns for _, *turns in rows("strict_attempts_fourth.txt")]
    leaks = [turns for turns in attempts if not await is_caught(strict, ben, turns)]
    assert not leaks, f"{len(leaks)}\n" + "\n".join(map(str, leaks))


async def test_kind_replies_to_a_fourth_writer_pass(strict: Classroom, ben: Asker) -> None:
    held = [turns for turns in rows("strict_kind_fourth.txt") if await is_caught(strict, ben, turns)]
    assert not held, f"{len(held)}\n" + "\n".join(map(str, held))
