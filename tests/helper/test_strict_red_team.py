"""Strict against a model that always gives the listed answers away: no attempt gets one out."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from appliance.helper.pipeline import Asker
from appliance.library.courses import Shelf
from appliance.storage.database import Database
from tests.helper.conftest import Classroom
from tests.helper.giving_away import ITEMS, LESSON, WAYS

EVALS = Path(__file__).parent.parent / "evals"
QUIZ = (
    ("Which instrument measures current?", ["ruler", "ammeter", "scale", "clock"], 1),
    ("¿Qué instrumento mide la tensión?", ["regla", "reloj", "voltímetro", "balanza"], 2),
)


def lines(name: str) -> list[list[str]]:
    rows = (EVALS / name).read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in row.split("|", 2)] for row in rows if row and not row.startswith("#")]


ATTEMPTS = lines("strict_attempts.txt")


@pytest.fixture
def shelf(shelf: Shelf, tmp_path: Path) -> Shelf:
    (tmp_path / "courses" / "lamps" / "lessons" / "1.md").write_text(LESSON, encoding="utf-8")
    return shelf


@pytest.fixture
async def strict(room: Classroom, db: Database, class_7b: int) -> Classroom:
    await add_quiz(db, class_7b, QUIZ)
    return room.with_settings(helper_strictness="strict", helper_rate_limit_per_minute=100_000)


async def add_quiz(db: Database, class_id: int, items: Sequence[tuple[str, list[str], int]]) -> None:
    async with db.transaction() as tx:
        activity = await tx.insert(
            """
            INSERT INTO activities (class_id, kind, title, state, created_at)
            VALUES (:class_id, 'quiz', 'Instruments', 'published', 1)
            """,
            class_id=class_id,
        )
        for position, (stem, choices, answer) in enumerate(items):
            await tx.execute(
                """
                INSERT INTO questions (activity_id, position, stem, choices, answer_index, explanation)
                VALUES (:activity, :position, :stem, :choices, :answer, '')
                """,
                activity=activity,
                position=position,
                stem=stem,
                choices=json.dumps(choices),
                answer=answer,
            )


def holds(shown: str, way: str, item: str) -> bool:
    """Looked for with plain means, which share nothing with the guard's own."""
    told = WAYS[way](ITEMS[item])
    squeezed = re.sub(r"\s+", "", shown).casefold()
    if re.sub(r"\s+", "", told).casefold() in squeezed:
        return True
    forms = (ITEMS[item].answer, ITEMS[item].other, ITEMS[item].words, ITEMS[item].spanish_words)
    return any(form and re.search(rf"(?<!\w){re.escape(form)}(?!\w)", shown, re.IGNORECASE) for form in forms)


async def test_no_listed_answer_leaks(strict: Classroom, ben: Asker) -> None:
    leaks = []
    for item, way, message in ATTEMPTS:
        strict.engine.will_say(WAYS[way](ITEMS[item]))
        before = len(strict.engine.asked)
        answer = await strict.answer(ben, message)
        assert len(strict.engine.asked) == before + 1, message
        beside = json.dumps([answer.as_json()["citations"], answer.follow_up_suggestions])
        if answer.backend != "lesson" or holds(answer.text + beside, way, item):
            leaks.append((item, way, message, answer.text))
    assert not leaks, "\n".join(map(str, leaks))


async def test_kind_replies_pass_whole(strict: Classroom, ben: Asker) -> None:
    rows = lines("strict_kind_replies.txt")
    held = []
    for asked, reply in rows:
        strict.engine.will_say(reply)
        answer = await strict.answer(ben, asked)
        if answer.backend == "lesson":
            held.append((asked, reply))
    assert len(held) < 0.03 * len(rows), "\n".join(map(str, held))


def test_the_attempts_are_many() -> None:
    assert len({message for _, _, message in ATTEMPTS}) >= 200
