"""The teacher's word on what students write, tick and mark: its queue, its next, and what the student reads."""

from appliance.classroom.materials import Material, materials_of_lesson
from tests.conftest import COURSE, Browser, Cast
from tests.teacher.road import Road

LESSON = "who-lets-it-through"
WRITTEN = "/teach/class/1/review/written"


async def work_of(cast: Cast) -> dict[str, Material]:
    return await materials_of_lesson(cast.parts.db, cast.classroom.id, COURSE, LESSON)


async def wrote(cast: Cast, student: Browser, text: str) -> int:
    material = (await work_of(cast))["reflection"]
    answer = await student.post(f"/material/{material.id}/reflection", {"reflection_text": text})
    assert answer.status_code == 302
    cast.clock.now += 60
    return material.id


async def test_words_wait_from_the_oldest_to_the_next_until_none_is_left(cast: Cast) -> None:
    assert cast.ben and cast.chi
    ada, ben, chi = await cast.ada(), await cast.student(cast.ben), await cast.student(cast.chi)
    material = await wrote(cast, ben, "I thought <b>copper</b> would not.")
    await wrote(cast, chi, "Wood surprised me.")
    page = (await ada.get(WRITTEN)).text
    assert page.index(">Ben<") < page.index(">Chi<")
    first, second = f"{WRITTEN}/{material}/{cast.ben.id}", f"{WRITTEN}/{material}/{cast.chi.id}"
    shown = (await ada.get(f"{first}?pile=words&show=waiting")).text
    assert "I thought &lt;b&gt;copper&lt;/b&gt; would not." in shown and f"{second}?" in shown
    saved = await ada.post(f"{first}?pile=words&show=waiting", {"state": "reviewed", "score": "85"})
    assert saved.headers["location"] == f"{second}?pile=words&show=waiting"
    saved = await ada.post(f"{second}?pile=words&show=waiting", {"state": "reviewed"})
    assert saved.headers["location"] == f"{WRITTEN}?pile=words&show=waiting"
    assert "Nothing waits for you" in (await ada.get(WRITTEN)).text
    assert "85" in (await ada.get(f"{WRITTEN}?show=reviewed")).text
