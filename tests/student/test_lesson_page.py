"""A lesson as a student sees it: open, locked, and never with what is for teachers."""

import re

import pytest

from appliance.classroom.material_places import set_material_hidden
from appliance.classroom.materials import materials_of_lesson
from appliance.work.responses import REFLECTION_CHARACTERS, responses_of_student
from tests.conftest import COURSE, Browser
from tests.student.conftest import FOR_TEACHERS, PNG, Lamps

LONG = "word " * 801


async def test_a_lesson_shows_its_text_its_work_and_the_helper(lamps: Lamps) -> None:
    page = (await lamps.ben.get(lamps.path)).text
    for part in (
        "A lamp glows only when",
        "Did you",
        "What surprised you?",
        "Hand in your work",
        'id="helper"',
    ):
        assert part in page
    assert "/course/lamps/paths" in page


async def test_opening_a_lesson_lets_the_engine_read_its_beginning_ahead(lamps: Lamps) -> None:
    scope = await lamps.scope_token()
    warmed = lamps.cast.engine.warmed[-1]
    assert "Ben" not in repr(warmed)
    await lamps.ben.post(lamps.path, {"message": "Why is the lamp dark?", "scope_token": scope})
    asked = lamps.cast.engine.asked[-1]
    assert asked.messages[0] == warmed.messages[0]


async def test_a_locked_lesson_is_not_read_ahead(lamps: Lamps) -> None:
    await lamps.decide("locked")
    await lamps.ben.get(lamps.path)
    assert not lamps.cast.engine.warmed


async def test_what_is_for_teachers_is_in_no_page_of_a_student(lamps: Lamps) -> None:
    scope = await lamps.scope_token()
    lamps.cast.engine.will_say("It is about the loop.")
    pages = [
        await lamps.ben.get(lamps.path),
        await lamps.ben.get("/course/lamps"),
        await lamps.ben.get("/student"),
        await lamps.ben.post(lamps.path, {"message": "What is the secret answer?", "scope_token": scope}),
        await lamps.hand_in("loop.exe", b"MZ"),
    ]
    for page in pages:
        assert not any(word in page.text for word in FOR_TEACHERS)


async def test_staff_see_what_is_for_them_and_no_forms_for_work(lamps: Lamps) -> None:
    page = (await (await lamps.cast.ada()).get(lamps.path)).text
    assert all(word in page for word in FOR_TEACHERS)
    assert "/material/" not in page and "Students hand in their files here." in page


async def test_a_locked_lesson_is_its_introduction_and_nothing_else(lamps: Lamps) -> None:
    await lamps.decide("locked")
    page = (await lamps.ben.get(lamps.path)).text
    assert "Today you build your first circuit." in page and "This lesson is locked just now" in page
    for part in ("A lamp glows only", "Did you", "What surprised", "/material/", 'name="scope_token"'):
        assert part not in page


async def test_a_lesson_opens_by_itself_on_its_day(lamps: Lamps) -> None:
    path = "/course/lamps/later"
    assert "A kept secret." not in (await lamps.ben.get(path)).text
    lamps.cast.clock.now = 4_076_100_000
    fresh = await lamps.cast.student(lamps.cast.ben)
    assert "A kept secret." in (await fresh.get(path)).text


async def test_nothing_can_be_sent_to_a_locked_lesson(lamps: Lamps) -> None:
    scope = await lamps.scope_token()
    await lamps.decide("locked")
    assert (await lamps.hand_in("loop.png", PNG)).status_code == 403
    for kind, form in (("checklist", {"checked_item": "1"}), ("reflection", {"reflection_text": "Hello"})):
        refused = await lamps.ben.post(f"/material/{lamps.work[kind].id}/{kind}", form)
        assert refused.status_code == 403 and "This lesson is locked just now" in refused.text
    asked = {"message": "What closes a circuit?", "scope_token": scope}
    assert (await lamps.ben.post_json("/helper/chat", asked)).status_code >= 400
    assert (await lamps.ben.post(lamps.path, asked)).status_code == 422
    assert lamps.cast.engine.asked == []
    for table in ("submissions", "checklist_ticks", "reflections"):
        assert await lamps.cast.count(table) == 0
    assert lamps.arriving() == []


async def test_a_large_file_for_a_locked_lesson_still_gets_its_sentence(lamps: Lamps) -> None:
    await lamps.decide("locked")
    refused = await lamps.hand_in("loop.mp4", b"\x00\x00\x00\x18ftypmp42" + b"x" * 20_000_000)
    assert refused.status_code == 403 and "This lesson is locked just now" in refused.text


async def test_a_lesson_that_is_not_on_the_road_is_not_found(lamps: Lamps) -> None:
    for path in (
        f"/course/{COURSE}/who-lets-it-through",
        f"/course/{COURSE}",
        "/course/lamps/nope",
        "/course/nope",
    ):
        assert (await lamps.ben.get(path)).status_code == 404


async def test_ticks_belong_to_their_item_and_not_to_its_place(lamps: Lamps) -> None:
    lesson = lamps.cast.parts.shelf.lesson("lamps", "circles")
    assert lesson.checklist is not None
    second = lesson.checklist.items[1].key
    address = f"/material/{lamps.work['checklist'].id}/checklist"
    saved = await lamps.ben.post(address, {"checked_item": [second, "no-such-item"]})
    assert saved.headers["location"] == f"{lamps.path}#checklist"
    file = lamps.cast.parts.settings.appliance_data / "courses" / "lamps" / "lessons" / "1.md"
    items = "items: [Close the loop, Open it again, Draw it]"
    file.write_text(file.read_text().replace(items, "items: [Wash your hands, Draw it, Open it again]"))
    page = (await lamps.ben.get(lamps.path)).text
    assert page.count(" checked") == 1 and f'value="{second}" checked' in page
    assert "Wash your hands" in page
    await lamps.ben.post(address)
    assert await lamps.cast.count("checklist_ticks") == 0


async def test_a_reflection_is_kept_and_can_be_changed(lamps: Lamps) -> None:
    address = f"/material/{lamps.work['reflection'].id}/reflection"
    for text in ("Light!", "Light & <b>dark</b>"):
        saved = await lamps.ben.post(address, {"reflection_text": text})
        assert saved.headers["location"] == f"{lamps.path}#reflection"
    page = (await lamps.ben.get(lamps.path)).text
    assert "Light &amp; &lt;b&gt;dark&lt;/b&gt;" in page
    assert await lamps.cast.count("reflections") == 1


async def test_a_reflection_that_is_too_long_is_refused_and_still_there_to_shorten(lamps: Lamps) -> None:
    address = f"/material/{lamps.work['reflection'].id}/reflection"
    refused = await lamps.ben.post(address, {"reflection_text": LONG})
    assert refused.status_code == 422
    assert LONG.strip() in refused.text and "This is longer than 4000 characters" in refused.text
    assert await lamps.cast.count("reflections") == 0


async def test_line_ends_count_as_one_character_as_they_do_in_the_browser(lamps: Lamps) -> None:
    assert lamps.cast.ben is not None
    text = "\r\n".join(["x"] * 2000)
    await lamps.ben.post(f"/material/{lamps.work['reflection'].id}/reflection", {"reflection_text": text})
    saved = await responses_of_student(lamps.cast.parts.db, lamps.cast.ben.id)
    assert len(saved.reflection(lamps.work["reflection"].id)) == 3999 <= REFLECTION_CHARACTERS


async def test_the_words_of_one_student_are_not_on_the_page_of_another(lamps: Lamps) -> None:
    await lamps.ben.post(
        f"/material/{lamps.work['reflection'].id}/reflection", {"reflection_text": "My own words"}
    )
    await lamps.hand_in("mine.png", PNG)
    chi = await lamps.cast.student(lamps.cast.chi)
    page = (await chi.get(lamps.path)).text
    assert "My own words" not in page and "mine.png" not in page


async def test_work_of_another_class_cant_be_reached(lamps: Lamps) -> None:
    cast = lamps.cast
    assert cast.other is not None
    async with cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE modules SET class_id = :id", id=cast.other.id)
    theirs = await materials_of_lesson(cast.parts.db, cast.other.id, "lamps", "circles")
    for kind in ("checklist", "reflection", "upload"):
        assert (await lamps.ben.post(f"/material/{theirs[kind].id}/{kind}")).status_code == 404
    wrong_kind = theirs["reflection"].id
    assert (await lamps.ben.get(f"/material/{wrong_kind}/upload")).status_code == 404


async def in_spanish(browser: Browser, path: str) -> str:
    browser.client.cookies.set("chalkbox_language", "es")
    return (await browser.get(path)).text


async def test_words_of_a_course_keep_their_own_language_among_those_of_the_page(lamps: Lamps) -> None:
    page = await in_spanish(lamps.ben, lamps.path)
    assert '<html lang="es" dir="ltr">' in page
    own = 'lang="en" dir="ltr"'
    assert f"<h1 {own}>Circles of light</h1>" in page
    assert re.search(rf'<div class="prose" {own}>\s*<p>Today you build', page)
    for words in ("Close the loop", "What surprised you?", "Did you"):
        assert f"<span {own}>{words}</span>" in page
    # The button beside it is the box's.
    assert not re.search(rf"{own}>[^<]*Entregar", page) and "Entregar" in page
    for path in ("/student", "/course/lamps"):
        assert f"<span {own}>Circles of light</span>" in await in_spanish(lamps.ben, path)
    ada = await lamps.cast.ada()
    assert f"<span {own}>Circles of light</span>" in await in_spanish(
        ada, f"/teach/class/{lamps.cast.classroom.id}"
    )
    assert f'class="fold" {own}>' in await in_spanish(ada, "/teach/lessons")
    for path in ("lessons", "modules"):
        page = await in_spanish(ada, f"/teach/class/{lamps.cast.classroom.id}/{path}")
        for words in ("Circles of light", "Did you"):
            assert f"<span {own}>{words}</span>" in page
    assert f"<span {own}>Did you</span>" in await in_spanish(lamps.ben, "/student")


async def test_a_page_in_the_language_of_its_course_says_it_once(lamps: Lamps) -> None:
    page = (await lamps.ben.get(lamps.path)).text
    body = page[page.index("<article") : page.index("</article>")]
    assert "lang=" not in body and "<span>Close the loop</span>" in body


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ar", ' lang="ar" dir="rtl"'),
        ("pt-BR", ' lang="pt-BR" dir="ltr"'),
        ("English, mostly", ""),
        ('en" onclick="x', ""),
    ],
)
async def test_a_course_says_what_language_it_is_in_and_nonsense_is_not_repeated(
    lamps: Lamps, language: str, said: str
) -> None:
    manifest = lamps.cast.parts.settings.appliance_data / "courses" / "lamps" / "course.yaml"
    manifest.write_text(manifest.read_text().replace("language: en", f"language: '{language}'"))
    page = (await lamps.ben.get(lamps.path)).text
    assert f"<h1{said}>Circles of light</h1>" in page


async def test_a_hidden_lesson_is_named_nowhere_and_the_steps_lead_past_it(lamps: Lamps) -> None:
    assert "One path or two" in (await lamps.ben.get("/course/lamps")).text
    work = await materials_of_lesson(lamps.cast.parts.db, lamps.cast.classroom.id, "lamps", "paths")
    async with lamps.cast.parts.db.transaction() as tx:
        await set_material_hidden(tx, work["lesson"], True)
    course, lesson = (await lamps.ben.get("/course/lamps")).text, (await lamps.ben.get(lamps.path)).text
    assert "One path or two" not in course + lesson
    assert "Not before spring" in course and "/course/lamps/later" in lesson
    ada = await lamps.cast.ada()
    assert "One path or two" in (await ada.get("/course/lamps")).text
    assert "/course/lamps/paths" in (await ada.get(lamps.path)).text
