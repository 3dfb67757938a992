"""What the tests of strict share: attempts read from files, the quiz of a class, and how an attempt ends."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from appliance.helper.pipeline import Answer, Asker
from appliance.storage.database import Database
from tests.helper.conftest import Classroom
from tests.helper.giving_away import ITEMS, WAYS

EVALS = Path(__file__).parent.parent / "evals"


def lines(name: str) -> list[list[str]]:
    """Rows of up to three cells; a bar in the last one is a bar."""
    rows = (EVALS / name).read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in row.split("|", 2)] for row in rows if row and not row.startswith("#")]


def rows(name: str) -> list[list[str]]:
    """Rows of any number of cells, in which a line break and a bar are escaped."""
    kept = (EVALS / name).read_text(encoding="utf-8").splitlines()
    cells = [re.split(r" (?<!\\)\| ", row) for row in kept if row and not row.startswith("#")]
    return [[cell.strip().replace("\\n", "\n").replace("\\|", "|") for cell in row] for row in cells]


ATTEMPTS = lines("strict_attempts.txt")


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


async def answer_to(strict: Classroom, ben: Asker, message: str, reply: str, conversation: str) -> Answer:
    """The model has to be asked: a reply that nobody wanted would be taken for the next question's."""
    asked = len(strict.engine.asked)
    strict.engine.will_say(reply)
    answer = await strict.answer(ben, message, conversation_id=conversation)
    assert len(strict.engine.asked) == asked + 1, message
    return answer


async def is_caught(strict: Classroom, ben: Asker, turns: list[str]) -> bool:
    """Whether any answer of a talk was kept back; `turns` are messages and replies by turns."""
    caught, conversation = False, uuid4().hex
    for message, reply in zip(turns[::2], turns[1::2], strict=True):
        answer = await answer_to(strict, ben, message, reply, conversation)
        caught = caught or answer.backend == "lesson"
    return caught
