"""Shared answers through the whole pipeline: who gets one, who doesn't, and what ends it."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from appliance.classroom.releases import set_lock
from appliance.helper.answers import Citation
from appliance.helper.class_reset import Reset, forget_class, forget_person
from appliance.helper.pipeline import Asker, Delta, Done, Start
from appliance.helper.scope import scope_of_lesson, sign
from appliance.helper.shared_answers import Place, Shared, SharedAnswers, Wish
from appliance.inference.scripted import ScriptedEngine
from appliance.settings import Settings
from appliance.storage.database import Database
from tests.helper.conftest import CIRCLES, SECRET, Classroom, until
from tests.helper.test_class_reset import ada, reset

__all__ = ["ada", "reset"]

HOT = "Why does the wire get hot in a short circuit?"
SAME = "in a short circuit why is the wire getting hot"
ANSWER = "Both ends of the battery meet in the wire [L1]. What could you take away?"
BOTH = pytest.mark.parametrize(
    "engine", [ScriptedEngine(can_embed=False), ScriptedEngine(can_embed=True)], ids=["words", "vectors"]
)


async def asked_by(room: Classroom, asker: Asker, message: str = HOT, **more: Any) -> bool:
    """Whether the answer was a shared one."""
    return (await room.answer(asker, message, **more)).shared


@pytest.fixture
async def taught(room: Classroom, ben: Asker) -> Classroom:
    """Ben has asked and got a good answer."""
    room.engine.will_say(ANSWER)
    assert not await asked_by(room, ben)
    return room


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine(can_embed=False)


@BOTH
async def test_a_classmate_with_the_same_question_gets_the_answer_at_once(
    taught: Classroom, chi: Asker
) -> None:
    events = await taught.events(chi, HOT.lower())
    start, delta, done = events
    assert isinstance(start, Start) and isinstance(delta, Delta) and isinstance(done, Done)
    assert (done.answer.shared, done.answer.text, delta.text) == (True, ANSWER, ANSWER)
    assert (done.answer.attempts, done.answer.model, start.model) == (0, "scripted", "scripted")
    assert done.answer.grounded and [each.id for each in done.answer.citations] == ["L1"]
    assert len(taught.engine.asked) == 1


async def test_nearly_the_same_words_are_enough(taught: Classroom, chi: Asker) -> None:
    assert await asked_by(taught, chi, SAME)


@pytest.mark.parametrize(
    "other",
    [
        "Why does the wire not get hot in a short circuit?",
        "Why does the battery get hot in a short circuit?",
        "How does the wire get hot in a short circuit?",
        "Why does the wire get hot in a closed circuit?",
        "Why does the wire get hot after a short circuit?",
    ],
)
async def test_another_question_gets_an_answer_of_its_own(taught: Classroom, chi: Asker, other: str) -> None:
    assert not await asked_by(taught, chi, other)
    assert len(taught.engine.asked) == 2


async def test_ask_anyway_goes_to_the_model(taught: Classroom, chi: Asker) -> None:
    taught.engine.will_say("Another answer [L1].")
    answer = await taught.answer(chi, HOT, fresh=True)
    assert (answer.shared, answer.text) == (False, "Another answer [L1].")


async def test_whoever_asked_first_gets_a_new_answer_of_their_own(taught: Classroom, ben: Asker) -> None:
    assert not await asked_by(taught, ben)


async def test_only_the_first_question_of_a_conversation_is_answered_so(
    taught: Classroom, chi: Asker
) -> None:
    assert not await asked_by(taught, chi, "What are copper windings?", conversation_id="c")
    assert not await asked_by(taught, chi, HOT, conversation_id="c")


async def test_the_conversation_goes_on_from_a_shared_answer(taught: Classroom, chi: Asker) -> None:
    assert await asked_by(taught, chi, HOT, conversation_id="c")
    assert not await asked_by(taught, chi, "And what then?", conversation_id="c")
    assert ANSWER in str(taught.engine.asked[-1])


@pytest.mark.parametrize(
    "said",
    ["No mark at all.", "Write to bob@school.org [L1].", "Only an invented mark [L9]."],
    ids=["ungrounded", "personal", "unknown mark"],
)
async def test_what_is_not_grounded_or_holds_personal_details_is_not_shared(
    room: Classroom, ben: Asker, chi: Asker, said: str
) -> None:
    room.engine.will_say(said)
    await room.answer(ben, HOT)
    assert not await asked_by(room, chi)


async def test_an_answer_that_was_cut_or_came_from_the_lesson_is_not_shared(
    room: Classroom, ben: Asker, chi: Asker
) -> None:
    cut = room.with_settings(helper_response_max_tokens=16)
    cut.engine.will_say("The wire [L1] is a road without any lamp. " * 4)
    assert (await cut.answer(ben, HOT)).truncated
    assert not await asked_by(cut, chi)
    room.engine.state = "off"
    await room.answer(ben, HOT)
    room.engine.state = "ready"
    assert not await asked_by(room, chi)


async def test_a_message_with_personal_details_is_neither_answered_so_nor_shared(
    taught: Classroom, ben: Asker, chi: Asker
) -> None:
    assert not await asked_by(taught, chi, f"{HOT} ben@home.org")
    room = taught.with_settings()
    room.engine.will_say(ANSWER)
    await room.answer(ben, f"{HOT} ben@home.org")
    assert len(room.helper.sharing.answers) == 0


@pytest.mark.parametrize("vague", ["help", "it still fails", "why?", "I am done"])
async def test_a_vague_question_is_never_shared(room: Classroom, ben: Asker, chi: Asker, vague: str) -> None:
    room.engine.will_say(ANSWER)
    await room.answer(ben, vague)
    assert not await asked_by(room, chi, vague)


async def test_a_message_in_trouble_is_never_shared(room: Classroom, ben: Asker, chi: Asker) -> None:
    for asker in (ben, chi):
        assert not await asked_by(room, asker, "my dad hits me when he drinks")
    assert len(room.helper.sharing.answers) == 0


async def test_another_class_another_lesson_and_another_language_share_nothing(
    taught: Classroom, chi: Asker, db: Database
) -> None:
    async with db.transaction() as tx:
        other = await tx.insert(
            "INSERT INTO classes (name, join_code, created_at) VALUES ('8C', 'BCDEFGHJ', :now)", now=tx.now
        )
        dee_id = await tx.insert(
            """
            INSERT INTO students (class_id, display_name, return_code, created_at, last_seen_at)
            VALUES (:other, 'Dee', 'GHJ234', :now, :now)
            """,
            other=other,
            now=tx.now,
        )
    assert not await asked_by(taught, Asker(f"student:{other}:{dee_id}", other, "", "en"))
    assert not await asked_by(taught, chi, lesson="paths")
    assert not await asked_by(taught, chi, "¿Por qué se calienta el cable en un cortocircuito?")


async def test_a_teachers_preview_neither_gives_nor_takes(taught: Classroom, chi: Asker) -> None:
    assert not await asked_by(taught, Asker("staff:1", 0, "", "en"))
    room = taught.with_settings()
    await room.answer(Asker("staff:1", 0, "", "en"), HOT)
    assert len(room.helper.sharing.answers) == 0


async def test_a_changed_lesson_ends_it(taught: Classroom, chi: Asker, settings: Settings) -> None:
    lesson = settings.appliance_data / "courses" / "lamps" / "lessons" / "1.md"
    lesson.write_text(CIRCLES.replace("Today you build", "Tomorrow you build"))
    assert not await asked_by(taught, chi)


async def test_a_passage_from_a_lesson_that_was_closed_is_quoted_no_more(
    room: Classroom, ben: Asker, chi: Asker, db: Database
) -> None:
    question = "How does a magnet push the coil of an electric motor?"
    room.engine.will_say("A magnet pushes it [L1].")
    answer = await room.answer(ben, question)
    assert answer.grounded and "Motors" in answer.citations[0].source
    async with db.transaction() as tx:
        await set_lock(tx, ben.class_id, "lamps", "motors", True)
    assert not await asked_by(room, chi, question)


async def test_it_ends_after_some_hours_and_with_a_clock_that_was_set_back(
    taught: Classroom, chi: Asker
) -> None:
    taught.clock.forward(-10)
    assert not await asked_by(taught, chi)
    taught.engine.will_say(ANSWER)
    taught.clock.forward(10)
    room = taught.with_settings()
    await room.answer(chi, HOT)
    taught.clock.forward(5 * 3600)
    assert not await asked_by(room, Asker(chi.key[:-1] + "9", chi.class_id, "", "en"))


async def test_without_a_model_the_answer_of_the_one_that_was_there_serves(
    taught: Classroom, chi: Asker
) -> None:
    taught.engine.state = "off"
    answer = await taught.answer(chi, HOT)
    assert (answer.shared, answer.backend) == (True, "scripted")


async def test_switched_off_nothing_is_shared(room: Classroom, ben: Asker, chi: Asker) -> None:
    off = room.with_settings(helper_shared_answers_enabled=False)
    off.engine.will_say(ANSWER)
    for asker in (ben, chi):
        assert not await asked_by(off, asker)


async def test_forgetting_the_class_or_the_person_ends_it(
    room: Classroom, ben: Asker, chi: Asker, db: Database, settings: Settings, reset: Reset
) -> None:
    for forget in (
        lambda: forget_class(room.helper, db, settings, reset),
        lambda: forget_person(room.helper, ben.class_id, ben.id),
    ):
        room.engine.will_say(ANSWER)
        await room.answer(ben, HOT)
        assert len(room.helper.sharing.answers) == 1
        await forget()
        assert len(room.helper.sharing.answers) == 0


async def test_an_answer_written_while_the_class_is_forgotten_is_not_shared(
    room: Classroom, ben: Asker, chi: Asker, db: Database, settings: Settings, reset: Reset
) -> None:
    room.engine.will_say(ANSWER)
    room.engine.hold()
    asking = asyncio.create_task(room.answer(ben, HOT))
    await until(lambda: room.engine.live == 1)
    await forget_class(room.helper, db, settings, reset)
    room.engine.release()
    assert (await asking).grounded
    assert not await asked_by(room, chi)


CITED = (Citation("L2", "Circles", "A passage.", "/x"),)


async def served(
    room: Classroom,
    model: str,
    keeps: bool,
    found: tuple[Citation, ...],
    made_of: tuple[Citation, ...] = CITED,
) -> Shared | None:
    answers, place = SharedAnswers(room.router, room.clock), Place(7, ("lamps", "circles"), "en", "v")
    answers.keep(Wish("student:7:1", place, HOT), Shared("Said [L2].", model, "scripted", made_of), None)
    return await answers.serve(Wish("student:7:2", place, HOT), found, found, lambda text: keeps)


async def test_what_may_not_be_said_to_this_student_is_not_shared_with_them(room: Classroom) -> None:
    assert await served(room, "scripted", False, CITED) is not None
    assert await served(room, "scripted", True, CITED) is None


async def test_another_model_answers_for_itself(room: Classroom) -> None:
    assert await served(room, "an older one", False, CITED) is None


async def test_a_passage_keeps_the_mark_that_the_answer_gave_it(room: Classroom) -> None:
    now = (Citation("L1", "Others", "More.", "/y"), replace(CITED[0], id="L3"))
    shared = await served(room, "scripted", False, now)
    assert shared is not None and shared.citations == CITED
    assert await served(room, "scripted", False, now[:1]) is None


async def test_an_answer_made_with_another_groups_passage_is_not_shared_though_it_cites_none(
    room: Classroom,
) -> None:
    of_a_group = (*CITED, Citation("L3", "For the blue group", "What only they may read.", "/z"))
    assert await served(room, "scripted", False, CITED, made_of=of_a_group) is None
    assert await served(room, "scripted", False, of_a_group, made_of=of_a_group) is not None


async def test_only_so_many_are_kept(room: Classroom, ben: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("appliance.helper.shared_answers.MOST", 3)
    for number in range(5):
        room.engine.will_say(ANSWER)
        await room.answer(ben, f"Why does wire number {number} get hot in a short circuit?")
    assert len(room.helper.sharing.answers) == 3


async def test_the_token_is_held_to_before_anything_is_shared(taught: Classroom, chi: Asker) -> None:
    old = sign(
        SECRET,
        scope_of_lesson(taught.shelf.lesson("lamps", "circles"), chi.class_id, "student"),
        taught.clock() - 9000,
    )
    with pytest.raises(Exception, match="open too long"):
        await taught.answer(chi, HOT, scope_token=old)
