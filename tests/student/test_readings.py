"""What is only to be read: done once a student says so, open again when that is taken back."""

from appliance.classroom.material_drafts import Draft, create_material
from appliance.classroom.materials import lesson_of_student
from appliance.classroom.modules import create_module
from appliance.student.road import road_of
from tests.student.conftest import Lamps


async def lesson_to_read(lamps: Lamps) -> int:
    """The third lesson has no work; open it, and take the other two off the road."""
    cast = lamps.cast
    assert cast.ben is not None
    await lamps.decide("open", "later")
    async with cast.parts.db.transaction() as tx:
        await tx.execute(
            "UPDATE modules SET is_hidden = 1 WHERE class_id = :id AND title <> 'Not before spring'",
            id=cast.classroom.id,
        )
    return (await lesson_of_student(cast.parts.db, cast.ben.id, "lamps", "later"))["lesson"].id


async def test_a_lesson_without_work_is_done_when_its_student_says_so(lamps: Lamps) -> None:
    lesson = await lesson_to_read(lamps)
    assert "Do this now" in (await lamps.ben.get("/student")).text
    page = (await lamps.ben.get("/course/lamps/later")).text
    assert "I have read this" in page and f'action="/material/{lesson}/reading"' in page
    sent = await lamps.ben.post(f"/material/{lesson}/reading", {"read": "1"})
    assert sent.headers["location"] == "/course/lamps/later#read"
    home = (await lamps.ben.get("/student")).text
    assert "All done" in home and "1 of 1 done" in home
    assert "You have read this" in (await lamps.ben.get("/course/lamps/later")).text


async def test_it_can_be_taken_back_and_said_twice(lamps: Lamps) -> None:
    lesson = await lesson_to_read(lamps)
    for _ in range(2):
        await lamps.ben.post(f"/material/{lesson}/reading", {"read": "1"})
    assert await lamps.cast.count("readings") == 1
    await lamps.ben.post(f"/material/{lesson}/reading", {"read": "0"})
    assert await lamps.cast.count("readings") == 0
    assert "Do this now" in (await lamps.ben.get("/student")).text


async def test_a_lesson_with_work_has_no_such_button_and_is_done_by_its_work(lamps: Lamps) -> None:
    assert "I have read this" not in (await lamps.ben.get(lamps.path)).text


async def test_a_module_of_texts_and_links_is_done_when_all_are_read(lamps: Lamps) -> None:
    cast = lamps.cast
    assert cast.ben is not None
    async with cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE modules SET is_hidden = 1 WHERE class_id = :id", id=cast.classroom.id)
        module = await create_module(tx, cast.classroom.id, "To read")
        text = await create_material(tx, module, Draft("text", "A text", body="Read me."))
        link = await create_material(tx, module, Draft("link", "A link", url="/library"))
    assert "I have read this" in (await lamps.ben.get(f"/material/{link}")).text
    await lamps.ben.post(f"/material/{text}/reading", {"read": "1"})
    road = await road_of(cast.parts, cast.classroom.id, cast.ben.id)
    assert road.now is not None and road.now.first_path == f"/material/{link}"
    await lamps.ben.post(f"/material/{link}/reading", {"read": "1"})
    road = await road_of(cast.parts, cast.classroom.id, cast.ben.id)
    assert road.now is None and road.done == len(road.stops) == 1


async def test_beside_work_a_text_is_not_asked_for(lamps: Lamps) -> None:
    cast = lamps.cast
    assert cast.ben is not None
    async with cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE modules SET is_hidden = 1 WHERE class_id = :id", id=cast.classroom.id)
        module = await create_module(tx, cast.classroom.id, "Mixed")
        await create_material(tx, module, Draft("text", "A text", body="Read me."))
        words = await create_material(tx, module, Draft("reflection", "Words"))
    await lamps.ben.post(f"/material/{words}/reflection", {"reflection_text": "Here."})
    road = await road_of(cast.parts, cast.classroom.id, cast.ben.id)
    assert road.now is None and road.stops[0].is_done


async def test_what_is_to_be_done_or_somebody_elses_cannot_be_said_read(lamps: Lamps) -> None:
    checklist = lamps.work["checklist"].id
    assert (await lamps.ben.post(f"/material/{checklist}/reading", {"read": "1"})).status_code == 404
    assert (await lamps.ben.post("/material/99999/reading", {"read": "1"})).status_code == 404


async def test_deleting_my_work_takes_it_along_and_my_data_counts_it(lamps: Lamps) -> None:
    lesson = await lesson_to_read(lamps)
    await lamps.ben.post(f"/material/{lesson}/reading", {"read": "1"})
    page = (await lamps.ben.get("/student/my-data")).text
    assert "Lessons and texts I said I read</dt><dd>1</dd>" in page
    await lamps.ben.post("/student/delete-work", {"confirm": "yes"})
    assert await lamps.cast.count("readings") == 0


async def test_the_teacher_reads_how_many_have_read_it_and_who_has_not(lamps: Lamps) -> None:
    lesson = await lesson_to_read(lamps)
    await lamps.ben.post(f"/material/{lesson}/reading", {"read": "1"})
    ada = await lamps.cast.ada()
    page = (await ada.get(f"/teach/class/{lamps.cast.classroom.id}/lessons")).text
    line = page.split(f'id="material-{lesson}"')[1].split("</li>\n")[0]
    assert "read 1 of 2" in line and "Chi" in page.split(f'id="material-{lesson}"')[1]
