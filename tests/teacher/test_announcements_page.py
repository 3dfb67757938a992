"""Announcements: told, read, over, taken down and put back."""

from datetime import date

from appliance.classroom.announcements import create_announcement
from tests.conftest import Cast

DAY = 24 * 3600


async def test_what_a_teacher_tells_stands_on_top_of_the_class_home_until_it_is_read(cast: Cast) -> None:
    ada, ben, chi = await cast.ada(), await cast.student(cast.ben), await cast.student(cast.chi)
    path = f"/teach/class/{cast.classroom.id}/announcements"
    assert (
        await ada.post(path, {"body": "Bring a <battery>\non Friday.", "until_on": ""})
    ).status_code == 302
    home = (await ben.get("/student")).text
    assert "Bring a &lt;battery&gt;" in home and "I have read it" in home
    assert (await ben.post("/student/announcements/1")).status_code == 302
    assert (await ben.post("/student/announcements/1")).status_code == 302
    assert "I have read it" not in (await ben.get("/student")).text
    assert "I have read it" in (await chi.get("/student")).text
    assert "1 student ticked it as read" in (await ada.get(path)).text


async def test_an_announcement_ends_after_its_last_day(cast: Cast) -> None:
    ada, ben = await cast.ada(), await cast.student(cast.ben)
    path = f"/teach/class/{cast.classroom.id}/announcements"
    await ada.post(path, {"body": "Today is a test.", "until_on": "2027-01-15"})
    assert "Today is a test." in (await ben.get("/student")).text
    cast.clock.now += DAY
    assert "Today is a test." not in (await ben.get("/student")).text
    assert "Over" in (await (await cast.ada()).get(path)).text


async def test_taken_down_it_is_gone_and_can_be_put_back(cast: Cast) -> None:
    ada, ben = await cast.ada(), await cast.student(cast.ben)
    path = f"/teach/class/{cast.classroom.id}/announcements"
    await ada.post(path, {"body": "No school tomorrow.", "until_on": ""})
    answer = await ada.post(f"{path}/1/remove")
    assert "Put it back" in (await ada.get(answer.headers["location"])).text
    assert "No school" not in (await ben.get("/student")).text
    assert (await ben.post("/student/announcements/1")).status_code == 404
    await ada.post(f"{path}/1/remove", {"undo": "1"})
    assert "No school" in (await ben.get("/student")).text


async def test_an_announcement_that_cannot_be_keeps_what_was_typed(cast: Cast) -> None:
    ada, path = await cast.ada(), f"/teach/class/{cast.classroom.id}/announcements"
    for body, until_on in (("", ""), ("x" * 1001, ""), ("Hello", "2020-01-01"), ("Hello", "soon")):
        page = await ada.post(path, {"body": body, "until_on": until_on})
        assert page.status_code == 422 and body[:900] in page.text
    assert await cast.count("announcements") == 0


async def test_another_classes_announcement_is_read_by_nobody(cast: Cast) -> None:
    olu, ben = await cast.olu(), await cast.student(cast.ben)
    await olu.post("/teach/class/2/announcements", {"body": "For 8C alone.", "until_on": ""})
    assert "8C alone" not in (await ben.get("/student")).text
    assert (await ben.post("/student/announcements/1")).status_code == 404


async def test_the_oldest_of_many_that_students_still_see_can_be_taken_down(cast: Cast) -> None:
    ada, ben = await cast.ada(), await cast.student(cast.ben)
    path = f"/teach/class/{cast.classroom.id}/announcements"
    for number in range(51):
        async with cast.parts.db.transaction() as tx:
            await create_announcement(
                tx, cast.classroom.id, cast.ada_id, f"Told as number {number}.", "", date(2027, 1, 15)
            )
        cast.clock.now += 1
    for number in range(50, 0, -1):
        await ben.post(f"/student/announcements/{number + 1}")
    assert "Told as number 0." in (await ben.get("/student")).text
    first = (await ada.get(path)).text
    assert "Told as number 0." not in first and f'href="{path}?page=2"' in first
    assert "1 to 50 of 51" in first
    assert f"{path}/1/remove" in (await ada.get(f"{path}?page=2")).text
    assert "Told as number 0." in (await ada.get(f"{path}?page=9")).text
    await ada.post(f"{path}/1/remove")
    assert "Told as number 0." not in (await ben.get("/student")).text
