"""A teacher chooses on the tuning page whether a class shares answers, and the next question shows it."""

import re
from pathlib import Path

import pytest

from appliance.classroom.classes import Class, create_class
from appliance.classroom.materials import add_course
from appliance.classroom.students import create_student
from appliance.classroom.tunings import Layers, Tuning
from appliance.library.index import index_course
from appliance.settings import Settings
from appliance.teacher.tuning_words import Ground, lines_of
from appliance.teacher.tunings import Place
from tests.conftest import COURSE, Browser, Cast

LESSON = f"/course/{COURSE}/who-lets-it-through"
WOOL = "Why does a pencil let electricity through?"
NEARLY = "please, why does a pencil let electricity through"
ANSWER = "Look at its core [L1]. What is it made of?"
# The note stands in every page for its script; in a form of its own it stands under an answer.
SHARED = '<form class="answer-shared"'
CHOSEN = re.compile(r'<select[^>]*name="shared_answers".*?<option value="(\w+)" selected', re.DOTALL)


@pytest.fixture
async def class_7b(cast: Cast) -> Cast:
    parts = cast.parts
    await index_course(parts.db, parts.shelf.course(COURSE), parts.router.embed)
    cast.engine.will_say(*[ANSWER] * 6)
    return cast


def tuning(class_id: int) -> str:
    return f"/teach/class/{class_id}/helper/tuning"


async def choose(cast: Cast, chosen: str, class_id: int | None = None, **more: str) -> None:
    path = tuning(class_id or cast.classroom.id)
    saved = await (await cast.ada()).post(path, {"shared_answers": chosen, **more})
    assert (saved.status_code, saved.headers["location"]) == (302, path)


async def chosen_on(cast: Cast, class_id: int | None = None) -> str:
    page = (await (await cast.ada()).get(tuning(class_id or cast.classroom.id))).text
    found = CHOSEN.search(page)
    assert found is not None
    return found[1]


async def scope_token(browser: Browser) -> str:
    return (await browser.get(LESSON)).text.split('name="scope_token" value="')[1].split('"')[0]


async def page_with_answer(browser: Browser, question: str, **more: str) -> str:
    """Without script: the lesson page with the answer in it."""
    form = {"message": question, "scope_token": await scope_token(browser), **more}
    page = await browser.post(LESSON, form)
    assert page.status_code == 200 and "Look at its core" in page.text
    return page.text


async def holds_now(cast: Cast, more: str = "") -> str:
    """The line beside the form."""
    page = (await (await cast.ada()).get(tuning(cast.classroom.id) + more)).text
    line = page.split("<dt>Answers shared in the class</dt><dd>")[1].split("</dd>")[0]
    return re.sub(r"<[^>]*>", "", line)


async def test_what_holds_is_told_beside_the_form(class_7b: Cast) -> None:
    of_lesson = LESSON.removeprefix("/course")
    assert await holds_now(class_7b) == await holds_now(class_7b, of_lesson) == "Yes (as the box)"
    await choose(class_7b, "off")
    assert await holds_now(class_7b) == "No: every question goes to the model (set here)"
    assert await holds_now(class_7b, of_lesson) == "No: every question goes to the model (as the class)"


def test_a_box_that_shares_no_answers_offers_no_choice(tmp_path: Path) -> None:
    settings = Settings(appliance_data=tmp_path, helper_shared_answers_enabled=False)
    ground = Ground(settings, Layers(Tuning(), Tuning()), None, None, [])
    place = Place(Class(1, "7B", "", False, "open", 1, "", ""), ground)
    line = next(each for each in lines_of(ground, str) if "shared" in each.label)
    assert not place.may_share and (line.value[:2], line.source) == ("No", "as the box")


async def is_shared(browser: Browser, question: str) -> bool:
    asked = {"message": question, "scope_token": await scope_token(browser)}
    answer = await browser.post_json("/helper/chat", asked)
    return bool(answer.json()["shared"])


async def test_a_class_shares_until_its_teacher_says_no(class_7b: Cast) -> None:
    assert await chosen_on(class_7b) == "on"
    ben, chi = await class_7b.student(class_7b.ben), await class_7b.student(class_7b.chi)
    assert not await is_shared(ben, WOOL)
    assert await is_shared(chi, NEARLY)
    await choose(class_7b, "off")
    assert await chosen_on(class_7b) == "off"
    assert not await is_shared(chi, NEARLY)
    assert len(class_7b.engine.asked) == 2


async def test_a_shared_answer_says_so_on_the_page_and_can_be_asked_anyway(class_7b: Cast) -> None:
    ben, chi = await class_7b.student(class_7b.ben), await class_7b.student(class_7b.chi)
    assert SHARED not in await page_with_answer(ben, WOOL)
    note = (await page_with_answer(chi, NEARLY)).split(SHARED)[1].split("</form>")[0]
    assert "Somebody in your class asked nearly the same" in note and "Ask anyway" in note
    assert 'name="fresh" value="1"' in note and f'value="{NEARLY}"' in note
    assert SHARED not in await page_with_answer(chi, NEARLY, fresh="1")
    assert len(class_7b.engine.asked) == 2


async def test_switched_off_every_question_goes_to_the_model(class_7b: Cast) -> None:
    await choose(class_7b, "off")
    for student in (class_7b.ben, class_7b.chi):
        assert SHARED not in await page_with_answer(await class_7b.student(student), WOOL)
    assert len(class_7b.engine.asked) == 2


async def test_switched_on_again_only_new_answers_are_shared(class_7b: Cast) -> None:
    ben, chi = await class_7b.student(class_7b.ben), await class_7b.student(class_7b.chi)
    await choose(class_7b, "off")
    await is_shared(ben, WOOL)
    await choose(class_7b, "on")
    assert await chosen_on(class_7b) == "on"
    assert not await is_shared(chi, NEARLY)
    assert await is_shared(ben, NEARLY)


async def test_the_choice_of_one_class_is_not_another_s(class_7b: Cast) -> None:
    parts = class_7b.parts
    async with parts.db.transaction() as tx:
        c7 = await create_class(tx, class_7b.ada_id, "7C")
        await add_course(tx, c7.id, parts.shelf.course(COURSE), parts.shelf.lessons(COURSE))
        dan, eva = [await create_student(tx, c7.id, name) for name in ("Dan", "Eva")]
    await choose(class_7b, "off")
    assert (await chosen_on(class_7b), await chosen_on(class_7b, c7.id)) == ("off", "on")
    ben, chi = await class_7b.student(class_7b.ben), await class_7b.student(class_7b.chi)
    assert not await is_shared(ben, WOOL)
    assert not await is_shared(chi, WOOL)
    assert not await is_shared(await class_7b.student(dan), WOOL)
    assert await is_shared(await class_7b.student(eva), WOOL)


async def test_saving_something_else_leaves_the_choice_alone(class_7b: Cast) -> None:
    await choose(class_7b, "off")
    ada = await class_7b.ada()
    await ada.post(
        f"{tuning(class_7b.classroom.id)}/{LESSON.removeprefix('/course/')}", {"notes": "We say lamp."}
    )
    assert await chosen_on(class_7b) == "off"


async def test_a_lesson_has_no_choice_of_its_own(class_7b: Cast) -> None:
    ada = await class_7b.ada()
    path = f"{tuning(class_7b.classroom.id)}/{LESSON.removeprefix('/course/')}"
    assert 'name="shared_answers"' not in (await ada.get(path)).text
    await ada.post(path, {"shared_answers": "off"})
    assert await chosen_on(class_7b) == "on"


async def test_only_the_class_s_teacher_chooses(class_7b: Cast) -> None:
    olu = await class_7b.olu()
    assert (await olu.post(tuning(class_7b.classroom.id), {"shared_answers": "off"})).status_code == 404
    assert await chosen_on(class_7b) == "on"


async def test_what_was_chosen_stays_in_a_form_that_was_refused(class_7b: Cast) -> None:
    ada = await class_7b.ada()
    page = await ada.post(tuning(class_7b.classroom.id), {"shared_answers": "off", "notes": "x" * 301})
    assert page.status_code == 422
    found = CHOSEN.search(page.text)
    assert found is not None and found[1] == "off"
    assert await chosen_on(class_7b) == "on"
