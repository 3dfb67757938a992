"""What the box keeps about me: to see, and to delete for good."""

from appliance.web.identity import SESSION_COOKIE
from tests.student.conftest import PNG, Lamps

WORK = ("submissions", "checklist_ticks", "reflections")


async def do_work(lamps: Lamps) -> None:
    await lamps.hand_in("mine.png", PNG)
    await lamps.ben.post(
        f"/material/{lamps.work['reflection'].id}/reflection", {"reflection_text": "My own words"}
    )
    lesson = lamps.cast.parts.shelf.lesson("lamps", "circles")
    assert lesson.checklist is not None
    ticked = {"checked_item": lesson.checklist.items[0].key}
    await lamps.ben.post(f"/material/{lamps.work['checklist'].id}/checklist", ticked)


async def test_everything_the_box_keeps_about_me_is_on_one_page(lamps: Lamps) -> None:
    await do_work(lamps)
    page = (await lamps.ben.get("/student/my-data")).text
    for mine in ("Ben", "7B", "mine.png", "My own words", "1 box ticked"):
        assert mine in page


async def test_delete_my_work_takes_files_and_words_and_leaves_the_name(lamps: Lamps) -> None:
    await do_work(lamps)
    deleted = await lamps.ben.post("/student/delete-work")
    assert deleted.headers["location"] == "/student/my-data"
    page = (await lamps.ben.get("/student/my-data")).text
    assert (
        "Your work is deleted. Files: 1. Texts, ticks and marks of your own: 2." in page
        and "mine.png" not in page
        and "My own words" not in page
    )
    assert [await lamps.cast.count(table) for table in WORK] == [0, 0, 0]
    assert await lamps.cast.parts.files.names() == []
    assert await lamps.cast.count("students") == 2


async def test_delete_me_takes_all_of_it_and_ends_the_session(lamps: Lamps) -> None:
    await do_work(lamps)
    again = await lamps.cast.student(lamps.cast.ben)
    gone = await lamps.ben.post("/student/delete-me")
    assert gone.headers["location"] == "/"
    assert "Everything about you is deleted from this box." in (await lamps.ben.get("/")).text
    assert [await lamps.cast.count(table) for table in WORK] == [0, 0, 0]
    assert await lamps.cast.parts.files.names() == []
    assert await lamps.cast.count("students") == 1
    assert (await again.get("/student")).headers["location"] == "/"


async def test_deleting_leaves_everybody_else_as_they_were(lamps: Lamps) -> None:
    chi = await lamps.cast.student(lamps.cast.chi)
    await lamps.hand_in("chi.png", PNG, chi)
    await do_work(lamps)
    await lamps.ben.post("/student/delete-work")
    await lamps.ben.post("/student/delete-me")
    assert "chi.png" in (await chi.get("/student/my-data")).text
    assert len(await lamps.cast.parts.files.names()) == 1


async def test_leaving_on_a_shared_device_keeps_the_work_and_forgets_the_device(lamps: Lamps) -> None:
    await do_work(lamps)
    token = lamps.ben.client.cookies[SESSION_COOKIE]
    left = await lamps.ben.post("/student/end-session")
    forgotten = [
        cookie.split("=")[0] for cookie in left.headers.get_list("set-cookie") if "Max-Age=0" in cookie
    ]
    assert set(forgotten) == {"chalkbox_session", "chalkbox_device"}
    assert await lamps.cast.count("submissions") == 1
    lamps.ben.client.cookies.set(SESSION_COOKIE, token)
    assert (await lamps.ben.get("/student")).headers["location"] == "/"


async def test_deleting_twice_does_no_harm(lamps: Lamps) -> None:
    await do_work(lamps)
    await lamps.ben.post("/student/delete-work")
    assert (await lamps.ben.post("/student/delete-work")).status_code == 302
    await lamps.ben.post("/student/delete-me")
    assert (await lamps.ben.post("/student/delete-me")).headers["location"] == "/"
