"""Try it as a student: the same road, everything told, nothing kept, and students first."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from appliance.classroom.material_drafts import Draft, create_material
from appliance.classroom.modules import create_module, set_module_lock
from appliance.classroom.releases import set_lock
from appliance.classroom.tunings import Tuning, save_tuning
from appliance.errors import Conflict, Invalid
from appliance.helper.answers import Delta, Start, Waiting
from appliance.helper.pipeline import Asker
from appliance.helper.rules import settled
from appliance.helper.trial import Trace, page_on_trial, tried
from appliance.settings import Settings
from appliance.storage.database import Database
from tests.helper.conftest import Classroom, until
from tests.helper.test_off_road import ABOUT_PATHS, hide, put_on_road

UNTUNED = Tuning()
HOT = "Why does the wire get hot in a short circuit?"


class Desk:
    """Ada's, where she tries the helper of 7B with values that nobody saved."""

    def __init__(self, room: Classroom, db: Database, settings: Settings, class_id: int) -> None:
        self.room, self.db, self.settings = room, db, settings
        self.ada = Asker("staff:1", class_id, "192.168.7.0", "en")

    async def events(
        self, question: str, tuning: Tuning = UNTUNED, lesson: str = "circles"
    ) -> AsyncGenerator[Waiting | Start | Delta | Trace, None]:
        shelf = self.room.shelf
        opened, course = shelf.lesson("lamps", lesson), shelf.course("lamps")
        rules = settled(self.settings, tuning, course, opened)
        page = await page_on_trial(self.db, shelf, self.ada.class_id, opened, rules, self.db.now())
        return tried(self.room.helper, self.ada, page, question, self.room.clock)

    async def try_it(self, question: str, tuning: Tuning = UNTUNED, lesson: str = "circles") -> Trace:
        async with aclosing(await self.events(question, tuning, lesson)) as events:
            found = [event async for event in events]
        assert isinstance(found[-1], Trace)
        shown = "".join(event.text for event in found if isinstance(event, Delta))
        assert shown.strip() == found[-1].answer.text
        return found[-1]


@pytest.fixture
def desk(room: Classroom, db: Database, settings: Settings, class_7b: int) -> Desk:
    return Desk(room, db, settings, class_7b)


async def test_it_tells_the_whole_road(desk: Desk) -> None:
    desk.room.engine.will_say("Bare wire joins both ends [L1].")
    trace = await desk.try_it(f"I am ben@home.org. {HOT}")
    assert (trace.language, trace.intent, trace.on_topic, trace.reason) == ("en", "concept", True, "")
    assert trace.question.startswith("I am [REDACTED_EMAIL].") and trace.taken_out == 1
    assert trace.found[0].score > 0 and trace.found[0].citation.source.endswith("Short circuits")
    assert trace.prompt == desk.room.engine.asked[0].messages
    assert (trace.answer.text, trace.stopped) == ("Bare wire joins both ends [L1].", ())


async def test_it_is_answered_as_the_students_of_the_class_would_be(desk: Desk, ben: Asker) -> None:
    await desk.try_it(HOT)
    await desk.room.answer(ben, HOT)
    one, other = desk.room.engine.asked
    assert one.messages == other.messages


async def test_a_lesson_that_the_class_does_not_see_is_quoted_to_neither(desk: Desk, ben: Asker) -> None:
    await put_on_road(desk.room, desk.db, desk.ada.class_id)
    assert "go dark" in str((await desk.try_it(ABOUT_PATHS)).found)
    await hide(desk.db, "paths")
    assert "go dark" not in str((await desk.try_it(ABOUT_PATHS)).found)
    assert (await desk.try_it(ABOUT_PATHS, lesson="paths")).found
    await desk.try_it(HOT)
    await desk.room.answer(ben, HOT)
    one, other = desk.room.engine.asked[-2:]
    assert one.messages == other.messages


async def test_what_the_teachers_wrote_themselves_is_quoted_as_to_a_student(desk: Desk, ben: Asker) -> None:
    question, tuning = "Why does the pressure in the magma grow?", Tuning(topic_filter="off")
    text = Draft("text", "Inside a volcano", "Gas in the magma makes bubbles, and so the pressure grows.")
    async with desk.db.transaction() as tx:
        module = await create_module(tx, desk.ada.class_id, "Volcanoes")
        await create_material(tx, module, text)
        await save_tuning(tx, desk.ada.class_id, "", "", tuning)
    trace = await desk.try_it(question, tuning)
    await desk.room.answer(ben, question)
    one, other = desk.room.engine.asked
    assert "Gas in the magma" in str(trace.found) and one.messages == other.messages
    assert "magma" not in str(
        (await desk.try_it(question, Tuning(topic_filter="off", reference="none"))).found
    )
    async with desk.db.transaction() as tx:
        await set_module_lock(tx, desk.ada.class_id, module, True)
    assert "magma" not in str((await desk.try_it(question, tuning)).found)


async def test_nothing_of_it_is_kept_or_counted(desk: Desk) -> None:
    tables = ("student_events", "audit_events", "care_counts", "tunings")
    await desk.try_it(HOT, Tuning(strictness="strict"))
    trace = await desk.try_it("I want to kill myself")
    assert trace.reason == "care" and trace.prompt == () and trace.answer.text
    for table in tables:
        assert await desk.db.fetch_all(f"SELECT * FROM {table}") == []  # noqa: S608 - names of this test
    await desk.try_it(HOT)
    assert len(desk.room.engine.asked[-1].messages) == 2


async def test_every_guard_says_what_it_did(desk: Desk) -> None:
    desk.room.engine.will_say(
        "See https://x.org for more. Write to bob@school.org now. This is fine. The current is 0.5 A."
    )
    question = "What current do 3 V drive through 6 ohms? Calculate 3 / 6."
    trace = await desk.try_it(question, Tuning(strictness="strict"))
    assert [(each.why, each.shown) for each in trace.stopped] == [
        ("cleaned", "See for more."),
        ("personal", "Write to [REDACTED_EMAIL] now."),
        ("gives_away", ""),
    ]
    assert trace.stopped[-1].written == "The current is 0.5 A."
    assert trace.reason == "gives_away" and "0.5" not in trace.answer.text


async def test_off_the_topics_nobody_is_asked(desk: Desk) -> None:
    trace = await desk.try_it("Who won the football championship?", Tuning(topic_filter="strict"))
    assert (trace.reason, trace.on_topic, trace.prompt) == ("off_topic", False, ())
    assert desk.room.engine.asked == []


async def test_a_closed_lesson_can_be_tried_and_other_closed_ones_stay_closed(desk: Desk) -> None:
    async with desk.db.transaction() as tx:
        for lesson in ("circles", "motors"):
            await set_lock(tx, desk.ada.class_id, "lamps", lesson, True)
    assert (await desk.try_it(HOT)).found
    assert "magnet" not in str((await desk.try_it("How does a magnet push the coil of a motor?")).found)


async def test_students_go_first(desk: Desk, ben: Asker) -> None:
    desk.room.engine.slots = 1
    desk.room.engine.hold()
    trying = asyncio.create_task(desk.try_it(HOT))
    await until(lambda: desk.room.engine.live == 1)
    asking = asyncio.create_task(desk.room.answer(ben, HOT))
    trace = await trying
    assert trace.reason == "busy" and trace.answer.backend == "lesson"
    desk.room.engine.release()
    assert (await asking).backend == "scripted"


async def test_going_away_frees_the_slot(desk: Desk) -> None:
    desk.room.engine.hold()
    trying = asyncio.create_task(desk.try_it(HOT))
    await until(lambda: desk.room.engine.live == 1)
    trying.cancel()
    await asyncio.gather(trying, return_exceptions=True)
    assert desk.room.engine.live == 0 and desk.room.router.status()["queue"]["running"] == 0


async def test_one_try_at_a_time_and_none_without_words(desk: Desk) -> None:
    with pytest.raises(Invalid):
        await desk.try_it("   ")
    desk.room.engine.hold()
    trying = asyncio.create_task(desk.try_it(HOT))
    await until(lambda: desk.room.engine.live == 1)
    with pytest.raises(Conflict):
        await desk.try_it(HOT)
    desk.room.engine.release()
    await trying
