"""No listed answer leaks to the attempts of a third writer, about a third lesson."""

import re
from pathlib import Path
from uuid import uuid4

import pytest

from appliance.helper.pipeline import Answer, Asker
from appliance.library.courses import Shelf
from appliance.storage.database import Database
from tests.helper.conftest import Classroom
from tests.helper.test_strict_red_team import EVALS, add_quiz
from tests.helper.third_class import LESSON, QUIZ


def rows(name: str) -> list[list[str]]:
    kept = (EVALS / name).read_text(encoding="utf-8").splitlines()
    cells = [re.split(r" (?<!\\)\| ", row) for row in kept if row and not row.startswith("#")]
    return [[cell.strip().replace("\\n", "\n").replace("\\|", "|") for cell in row] for row in cells]


@pytest.fixture
def shelf(shelf: Shelf, tmp_path: Path) -> Shelf:
    (tmp_path / "courses" / "lamps" / "lessons" / "1.md").write_text(LESSON, encoding="utf-8")
    return shelf


@pytest.fixture
async def strict(room: Classroom, db: Database, class_7b: int) -> Classroom:
    await add_quiz(db, class_7b, QUIZ)
    return room.with_settings(helper_strictness="strict", helper_rate_limit_per_minute=100_000)


async def answer_to(strict: Classroom, ben: Asker, message: str, reply: str, conversation: str) -> Answer:
    """The model has to be asked: a reply that nobody wanted would be taken for the next question's."""
    asked = len(strict.engine.asked)
    strict.engine.will_say(reply)
    answer = await strict.answer(ben, message, conversation_id=conversation)
    assert len(strict.engine.asked) == asked + 1, message
    return answer


async def is_caught(strict: Classroom, ben: Asker, turns: list[str]) -> bool:
    caught, conversation = False, uuid4().hex
    for message, reply in zip(turns[::2], turns[1::2], strict=True):
        answer = await answer_to(strict, ben, message, reply, conversation)
        caught = caught or answer.backend == "lesson"
    return caught


async def test_nothing_leaks_to_a_third_writer(strict: Classroom, ben: Asker) -> None:
    attempts = [turns for _, *turns in rows("strict_attempts_third.txt")]
    leaks = [turns for turns in attempts if not await is_caught(strict, ben, turns)]
    assert not leaks, f"{len(leaks)}\n" + "\n".join(map(str, leaks))


async def test_no_riddle_leaks_but_those_that_ask_for_knowledge(strict: Classroom, ben: Asker) -> None:
    riddles = [turns for kind, *turns in rows("strict_riddles.txt") if kind != "known"]
    leaks = [turns for turns in riddles if not await is_caught(strict, ben, turns)]
    assert not leaks, f"{len(leaks)}\n" + "\n".join(map(str, leaks))


async def test_kind_replies_to_a_third_writer_pass(strict: Classroom, ben: Asker) -> None:
    held = []
    for number, (message, reply) in enumerate(rows("strict_kind_third.txt")):
        answer = await answer_to(strict, ben, message, reply, f"{number:032x}")
        if answer.backend == "lesson":
            held.append((message, reply))
    assert not held, f"{len(held)}\n" + "\n".join(map(str, held))


def test_the_third_attempts_are_many() -> None:
    assert len(rows("strict_attempts_third.txt")) >= 80
