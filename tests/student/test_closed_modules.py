"""A teacher's own module that is closed: its name and what it is about, and nothing of what is in it."""

from dataclasses import dataclass
from datetime import date

import pytest

from appliance.classroom.material_drafts import Draft, create_material
from appliance.classroom.material_places import set_material_hidden
from appliance.classroom.materials import material_of_class
from appliance.classroom.modules import (
    create_module,
    open_module,
    rename_module,
    set_module_day,
    set_module_lock,
)
from appliance.library.lessons import Item
from tests.student.conftest import PNG, Lamps
from tests.student.test_taking_quizzes import given, items, take

# The cast's day is a Friday at the school.
FRIDAY, MONDAY = date(2027, 1, 15), date(2027, 1, 18)
DAY = 24 * 3600
INTRO = "We build a lighthouse."
KINDS = {
    "text": Draft("text", "A text", body="Foghorns are loud."),
    "link": Draft("link", "A link", url="https://lights.example/tower"),
    "checklist": Draft("checklist", "A list", items=(Item("one", "Draw the tower"),)),
    "reflection": Draft("reflection", "A question", body="Why is it tall?"),
    "rubric": Draft("rubric", "A self-check", items=(Item("one", "It turns"),)),
    "upload": Draft("upload", "A hand-in", body="Send the plan.", accepted_extensions=".png"),
    "gallery": Draft("gallery", "A gallery", body="Show the tower.", accepted_extensions=".png"),
}
SECRETS = ("Foghorns", "lights.example", "Draw the tower", "Why is it tall", "It turns", "Send the plan")


@dataclass
class Lighthouse:
    """A module of Ada's own with one thing of each kind, and a quiz."""

    lamps: Lamps
    module: int
    things: dict[str, int]
    quiz: int

    async def lock(self, is_locked: bool = True) -> None:
        async with self.lamps.cast.parts.db.transaction() as tx:
            await set_module_lock(tx, self.lamps.cast.classroom.id, self.module, is_locked)

    async def date(self, day: date | None) -> None:
        async with self.lamps.cast.parts.db.transaction() as tx:
            await set_module_day(tx, self.lamps.cast.classroom.id, self.module, day)

    async def open(self) -> None:
        async with self.lamps.cast.parts.db.transaction() as tx:
            await open_module(tx, self.lamps.cast.classroom.id, self.module)

    async def presses(self) -> dict[str, int]:
        """The status of everything that a student can do in it."""
        ben, things = self.lamps.ben, self.things
        file = {"file": ("plan.png", PNG)}
        announced = {"filename": "plan.png", "size": len(PNG)}
        sent = {
            "tick": await ben.post(f"/material/{things['checklist']}/checklist", {"checked_item": "one"}),
            "write": await ben.post(
                f"/material/{things['reflection']}/reflection", {"reflection_text": "So."}
            ),
            "mark": await ben.post(f"/material/{things['rubric']}/rubric", {"score-one": "2"}),
            "hand in": await ben.post(f"/material/{things['upload']}/upload", {}, files=file),
            "in pieces": await ben.post_json(f"/material/{things['upload']}/uploads", announced),
            "gallery": await ben.get(f"/material/{things['gallery']}/gallery"),
            "read": await ben.post(f"/material/{things['text']}/reading", {"read": "1"}),
            "quiz": await ben.post(f"/student/study/{self.quiz}/attempts"),
        }
        return {name: answer.status_code for name, answer in sent.items()}


@pytest.fixture
async def house(lamps: Lamps) -> Lighthouse:
    cast = lamps.cast
    quiz = await given(cast, title="The tower quiz")
    async with cast.parts.db.transaction() as tx:
        module = await create_module(tx, cast.classroom.id, "Lighthouse")
        await rename_module(tx, cast.classroom.id, module, "Lighthouse", INTRO)
        things = {kind: await create_material(tx, module, draft) for kind, draft in KINDS.items()}
        row = await tx.fetch_one("SELECT activity_id FROM assignments WHERE id = :id", id=quiz)
        assert row is not None
        wanted = Draft("quiz", "The tower quiz", activity_id=row["activity_id"])
        things["quiz"] = await create_material(tx, module, wanted)
    return Lighthouse(lamps, module, things, quiz)


async def test_open_everything_in_it_can_be_done(house: Lighthouse) -> None:
    assert set((await house.presses()).values()) <= {200, 201, 302}


async def test_locked_nothing_in_it_can_be_done_by_any_way(house: Lighthouse) -> None:
    await house.lock()
    assert set((await house.presses()).values()) == {403}
    counted = (
        "checklist_ticks",
        "reflections",
        "rubric_scores",
        "submissions",
        "partial_uploads",
        "attempts",
    )
    assert [await house.lamps.cast.count(table) for table in counted] == [0] * 6


async def test_locked_each_page_shows_what_the_module_is_about_and_nothing_of_what_is_in_it(
    house: Lighthouse,
) -> None:
    await house.lock()
    paths = [f"/material/{thing}" for kind, thing in house.things.items() if kind != "quiz"]
    for path in (*paths, f"/student/study/{house.quiz}"):
        page = await house.lamps.ben.get(path)
        assert page.status_code == 200
        assert INTRO in page.text and "This is locked just now." in page.text
        assert not [secret for secret in (*SECRETS, "What is voltage") if secret in page.text]


async def test_a_dated_module_says_its_day_and_opens_on_it(house: Lighthouse) -> None:
    await house.date(MONDAY)
    home = (await house.lamps.ben.get("/student")).text
    assert "Lighthouse" in home and INTRO in home and "Opens on Monday 18 January" in home
    assert (await house.presses())["tick"] == 403
    assert "Opens on Monday 18 January" in (await house.lamps.ben.get("/student/study")).text
    house.lamps.cast.clock.now += 3 * DAY
    assert set((await house.presses()).values()) <= {200, 201, 302}


async def test_a_quiz_under_way_takes_no_answers_while_its_module_is_locked(house: Lighthouse) -> None:
    ben, path = house.lamps.ben, f"/student/study/{house.quiz}"
    await ben.post(f"{path}/attempts")
    await house.lock()
    item = (await items(house.lamps.cast, house.quiz))[0]
    for way in ("answers", "finish"):
        sent = await ben.post(f"{path}/{way}", {"attempt": "1", f"answer-{item}": "0"})
        assert sent.status_code == 403
    assert await house.lamps.cast.count("answers") == 0


async def test_an_upload_in_pieces_stops_when_its_module_is_locked(house: Lighthouse) -> None:
    ben, place = house.lamps.ben, f"/material/{house.things['upload']}/uploads"
    begun = await ben.post_json(place, {"filename": "plan.png", "size": len(PNG)})
    await house.lock()
    one = f"{place}/{begun.json()['id']}"
    headers = {"X-CSRF-Token": ben.token, "Upload-Offset": "0"}
    assert (await ben.client.put(one, content=PNG, headers=headers)).status_code == 403
    assert (await ben.post_json(f"{one}/finish", {})).status_code == 403
    assert await house.lamps.cast.count("submissions") == 0


async def test_a_classmates_work_is_out_of_reach_while_its_gallery_is_locked(house: Lighthouse) -> None:
    cast, gallery = house.lamps.cast, house.things["gallery"]
    chi = await cast.student(cast.chi)
    await chi.post(f"/material/{gallery}/upload", {"share": "1"}, files={"file": ("t.txt.png", PNG)})
    async with cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE submissions SET is_shared = 1, picture = 'clean'")
    assert (await house.lamps.ben.get("/submission/1/download")).status_code == 200
    await house.lock()
    assert (await house.lamps.ben.get("/submission/1/download")).status_code == 403
    assert (await chi.get("/submission/1/download")).status_code == 200
    assert (await chi.post("/submission/1/share", {"share": "0"})).status_code == 302
    assert (await chi.post("/submission/1/share", {"share": "1"})).status_code == 403


async def test_programs_get_the_preview_of_a_locked_module_alone(house: Lighthouse) -> None:
    await house.lock()
    answer = await house.lamps.ben.get("/api/v1/student/modules")
    module = next(each for each in answer.json()["modules"] if each["title"] == "Lighthouse")
    assert (module["intro"], module["state"]) == (INTRO, "locked")
    assert {each["access"]["is_locked"] for each in module["materials"]} == {True}
    assert not [secret for secret in SECRETS if secret in answer.text]


async def test_unlocking_opens_no_dated_module(house: Lighthouse) -> None:
    await house.date(MONDAY)
    await house.lock()
    await house.lock(False)
    assert (await house.presses())["tick"] == 403
    await house.open()
    assert (await house.presses())["tick"] == 302


async def test_a_lesson_in_a_closed_module_is_its_introduction_whatever_is_said_about_the_lesson(
    house: Lighthouse,
) -> None:
    lamps = house.lamps
    async with lamps.cast.parts.db.transaction() as tx:
        await set_module_lock(tx, lamps.cast.classroom.id, lamps.work["lesson"].module_id, True)
    await lamps.decide("open")
    page = (await lamps.ben.get(lamps.path)).text
    assert "This lesson is locked just now." in page and "A lamp glows only" not in page
    assert (await lamps.ben.get("/course/lamps")).text.count("Locked") >= 1
    assert (await lamps.hand_in("bee.png", PNG)).status_code == 403
    assert (await lamps.ben.get("/helper/scope/lamps/circles")).status_code == 400


async def test_a_quiz_that_is_in_no_module_is_open(house: Lighthouse) -> None:
    await house.lock()
    free = await given(house.lamps.cast, title="A free quiz")
    await take(house.lamps.cast, house.lamps.ben, free, 0, 1)


async def test_a_quiz_stays_closed_while_its_open_place_is_not_for_this_student(house: Lighthouse) -> None:
    cast = house.lamps.cast
    async with cast.parts.db.transaction() as tx:
        row = await tx.fetch_one("SELECT activity_id FROM assignments WHERE id = :id", id=house.quiz)
        assert row is not None
        harbour = await create_module(tx, cast.classroom.id, "Harbour")
        again = await create_material(tx, harbour, Draft("quiz", "Again", activity_id=row["activity_id"]))
        await set_material_hidden(tx, await material_of_class(tx, cast.classroom.id, again), True)
    await house.lock()
    attempts = f"/student/study/{house.quiz}/attempts"
    assert (await house.lamps.ben.post(attempts)).status_code == 403
    async with cast.parts.db.transaction() as tx:
        await set_material_hidden(tx, await material_of_class(tx, cast.classroom.id, again), False)
    assert (await house.lamps.ben.post(attempts)).status_code == 302
