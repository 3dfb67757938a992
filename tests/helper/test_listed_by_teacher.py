"""Answers that a teacher listed for a lesson: kept back there, in the class chat, and nowhere told to the model."""

import json
import re
from pathlib import Path

import pytest

from appliance.classroom.tunings import Tuning, save_tuning
from appliance.helper.answer_key import Listed, listed_for_class, listed_in
from appliance.helper.pipeline import Asker
from appliance.library.courses import Shelf
from appliance.settings import Settings
from appliance.storage.database import Database
from tests.helper.conftest import Classroom
from tests.helper.giving_away import ITEMS, LESSON, WAYS
from tests.helper.strict_attempts import ATTEMPTS, holds
from tests.helper.test_strict_in_class import told

EXERCISE = re.compile(r"question: (.+?), answer: \"?([^\",}]+)\"?(?:, unit: (\w))?(?:, also: \[(.+?)\])?}")
ANSWERS = ("0.25 A | a quarter of an ampere", "tungsten", "7", "How many cells does it need? 3")


@pytest.fixture
def shelf(shelf: Shelf, tmp_path: Path) -> Shelf:
    """The red team's lesson without its exercises."""
    bare = re.sub(r"exercises:\n(?:  .*\n)+", "", LESSON)
    assert "graphite" not in bare
    (tmp_path / "courses" / "lamps" / "lessons" / "1.md").write_text(bare, encoding="utf-8")
    return shelf


@pytest.fixture
def strict(room: Classroom) -> Classroom:
    return room.with_settings(helper_strictness="strict", helper_rate_limit_per_minute=100_000)


async def list_answers(db: Database, class_id: int, *answers: str, lesson: str = "circles") -> None:
    async with db.transaction() as tx:
        await save_tuning(tx, class_id, "lamps", lesson, Tuning(answers=answers))


@pytest.mark.parametrize(
    ("line", "question", "forms"),
    [
        ("12 Ω | twelve ohms", "", ("12 Ω", "twelve ohms")),
        ("How many ohms? 12 Ω", "How many ohms?", ("12 Ω",)),
        ("¿Cuántos? ¿Doce?", "", ("¿Cuántos? ¿Doce?",)),
        ("R = U / I", "", ("R = U / I",)),
    ],
)
def test_a_line_is_an_answer_with_or_without_its_question(
    line: str, question: str, forms: tuple[str, ...]
) -> None:
    assert listed_in(line) == Listed(question, forms)


@pytest.mark.parametrize(
    "reply",
    [
        "So you read 0.25 A on the dial.",
        "Then 250 mA flow through it.",
        "A quarter of an ampere flows.",
        "The wire is made of tungsten.",
        "Its letters are T-U-N-G-S-T-E-N.",
        "Read it backwards: netsgnut.",
        "You get seven.",
        "It needs 3 cells.",
    ],
)
async def test_no_answer_that_the_teacher_listed_is_said(
    strict: Classroom, ben: Asker, class_7b: int, db: Database, reply: str
) -> None:
    await list_answers(db, class_7b, *ANSWERS)
    strict.engine.will_say(f"Look at the lamp once more. {reply}")
    answer = await strict.answer(ben, "How many cells does the lamp need, and what do I see?")
    assert reply not in answer.text
    assert answer.backend == "lesson"


@pytest.mark.parametrize(
    "reply", ["Follow the wire with your finger. Where does it end?", "Try two lamps and compare them."]
)
async def test_a_hint_passes(strict: Classroom, ben: Asker, class_7b: int, db: Database, reply: str) -> None:
    await list_answers(db, class_7b, *ANSWERS)
    strict.engine.will_say(reply)
    assert (await strict.answer(ben, "Why is my lamp dark?")).text == reply


async def test_the_model_is_never_told_what_it_must_not_say(
    strict: Classroom, ben: Asker, class_7b: int, db: Database
) -> None:
    await list_answers(db, class_7b, *ANSWERS)
    strict.engine.will_say("Look once more.")
    await strict.answer(ben, "Why is my lamp dark?")
    assert "tungsten" not in json.dumps([message.content for message in strict.engine.asked[-1].messages])


async def test_light_says_it(room: Classroom, ben: Asker, class_7b: int, db: Database) -> None:
    await list_answers(db, class_7b, *ANSWERS)
    room.engine.will_say("The wire is made of tungsten.")
    assert "tungsten" in (await room.answer(ben, "What is the wire made of?")).text


async def test_another_class_has_its_own(strict: Classroom, ben: Asker, db: Database) -> None:
    async with db.transaction() as tx:
        other = await tx.insert(
            "INSERT INTO classes (name, join_code, created_at) VALUES ('7C', 'ABCDEFGK', :now)", now=tx.now
        )
    await list_answers(db, other, "tungsten")
    strict.engine.will_say("The wire is made of tungsten.")
    assert "tungsten" in (await strict.answer(ben, "What is the wire made of?")).text


async def test_beside_another_lesson_it_is_kept_when_it_is_asked_for(
    strict: Classroom, ben: Asker, class_7b: int, db: Database
) -> None:
    await list_answers(db, class_7b, "What is the wire made of? copper", lesson="paths")
    strict.engine.will_say("A copper lamp is an old kind of lamp.", "Copper.")
    assert "copper" in (await strict.answer(ben, "Tell me about old lamps")).text
    assert "opper" not in (await strict.answer(ben, "What is the wire made of?")).text


async def test_the_class_chat_keeps_it_too(
    strict: Classroom, ben: Asker, class_7b: int, db: Database, settings: Settings
) -> None:
    await list_answers(db, class_7b, *ANSWERS)
    held = Settings(appliance_data=settings.appliance_data, helper_strictness="strict")
    strict.engine.will_say("Look at the wire. It is tungsten.")
    done = await told(strict, ben, held, "What is in the lamp?")
    assert "tungsten" not in done.answer.text and done.failed == "gives_away"
    assert listed_in("tungsten") in await listed_for_class(db, strict.shelf, class_7b)


@pytest.mark.parametrize("with_question", [True, False])
async def test_no_attempt_of_the_red_team_gets_one_out(
    strict: Classroom, ben: Asker, class_7b: int, db: Database, with_question: bool
) -> None:
    """What the lesson itself says aloud needs its question: it is "a closed circuit"."""
    found = EXERCISE.findall(LESSON)
    assert len(found) >= 6
    listed = []
    for question, answer, unit, also in found:
        forms = " | ".join(filter(None, (f"{answer} {unit}", *also.split(", "))))
        listed.append(f"{question} {forms}" if with_question else forms)
    await list_answers(db, class_7b, *listed)
    leaks = []
    numbers = ("volts", "amps", "graphite", "turns", "fuse", "share")
    for item, way, message in ATTEMPTS:
        if item not in numbers:
            continue
        strict.engine.will_say(WAYS[way](ITEMS[item]))
        answer = await strict.answer(ben, message)
        beside = json.dumps([answer.as_json()["citations"], answer.follow_up_suggestions])
        if answer.backend != "lesson" or holds(answer.text + beside, way, item):
            leaks.append((item, way, message, answer.text))
    assert not leaks, f"{len(leaks)}\n" + "\n".join(map(str, leaks))
