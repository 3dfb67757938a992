"""The bar on which students say how it goes: with and without script, and only while they are there."""

from appliance.classroom.presence import IDLE_SECONDS
from tests.conftest import Cast
from tests.student.conftest import Lamps

JSON = {"Accept": "application/json"}


async def test_the_bar_stands_on_the_class_home_the_lesson_and_a_material(lamps: Lamps) -> None:
    for path in ("/student", lamps.path):
        page = (await lamps.ben.get(path)).text
        assert 'action="/student/live"' in page and f'name="next" value="{path}"' in page
    ada = await lamps.cast.ada()
    assert 'action="/student/live"' not in (await ada.get(lamps.path)).text


async def test_a_press_leads_back_to_the_page_and_shows_there(lamps: Lamps) -> None:
    await lamps.ben.get(lamps.path)
    said = await lamps.ben.post("/student/live", {"say": "stuck", "next": lamps.path})
    assert (said.status_code, said.headers["location"]) == (302, lamps.path)
    page = (await lamps.ben.get(lamps.path)).text
    assert 'data-state="stuck" aria-pressed="true"' in page and "Your teacher sees it." in page
    await lamps.ben.post("/student/live", {"say": "working", "next": lamps.path})
    assert 'data-state="stuck" aria-pressed="false"' in (await lamps.ben.get(lamps.path)).text


async def test_a_press_never_leads_off_the_box(lamps: Lamps) -> None:
    said = await lamps.ben.post("/student/live", {"say": "done", "next": "//elsewhere.example"})
    assert said.headers["location"] == "/student"


async def test_with_script_the_answer_says_how_it_stands(lamps: Lamps) -> None:
    up = await lamps.ben.post("/student/live", {"say": "hand-up"}, headers=JSON)
    assert up.json() == {"state": "working", "hand_up": True}
    able = await lamps.ben.post("/student/live", {"say": "able"}, headers=JSON)
    assert able.json() == {"state": "able", "hand_up": True}
    down = await lamps.ben.post("/student/live", {"say": "hand-down"}, headers=JSON)
    assert down.json() == {"state": "able", "hand_up": False}


async def test_a_sign_of_life_keeps_what_was_said_and_silence_clears_it(lamps: Lamps) -> None:
    await lamps.ben.post("/student/live", {"say": "done"}, headers=JSON)
    lamps.cast.clock.now += IDLE_SECONDS - 1
    assert (await lamps.ben.post("/student/live", {"say": "here"}, headers=JSON)).json()["state"] == "done"
    lamps.cast.clock.now += IDLE_SECONDS
    lamps.cast.parts.presence.sweep(lamps.cast.parts.db.now())
    assert (await lamps.ben.post("/student/live", {"say": "here"}, headers=JSON)).json()["state"] == "working"


async def test_nothing_else_can_be_said_and_nothing_is_written_down(cast: Cast) -> None:
    ben = await cast.student(cast.ben)
    before = await cast.count("student_events")
    assert (await ben.post("/student/live", {"say": "<b>hi</b>"})).status_code == 400
    await ben.post("/student/live", {"say": "hand-up"})
    assert await cast.count("student_events") == before


async def test_a_visitor_and_a_teacher_have_no_bar(cast: Cast) -> None:
    assert (await cast.visitor().post("/student/live", {"say": "done"})).status_code in (302, 401)
    assert (await (await cast.ada()).post("/student/live", {"say": "done"})).status_code == 403


async def test_removed_students_are_gone_from_the_live_view(cast: Cast) -> None:
    ada, ben, chi = await cast.ada(), await cast.student(cast.ben), await cast.student(cast.chi)
    await ben.get("/student")
    await chi.get("/student")
    assert cast.ben is not None
    await ada.post(f"/teach/class/{cast.classroom.id}/student/{cast.ben.id}/remove")
    assert [seat.name for seat in cast.parts.presence.room_of(cast.classroom.id).seats] == ["Chi"]
    await chi.post("/student/delete-me")
    assert cast.parts.presence.room_of(cast.classroom.id).seats == ()
