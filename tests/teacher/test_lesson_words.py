"""The words of what came with a lesson, changed by a teacher for one class: in their place, and nobody's ticks move."""

import re

from appliance.classroom.materials import Material
from tests.student.conftest import Lamps
from tests.student.conftest import lamps as lamps

LINE = re.compile(r'name="line-([^"]+)" value="([^"]*)"')
DUPLICATE = "Duplicate it as your own"


async def lines_in_form(lamps: Lamps, material: Material) -> dict[str, str]:
    page = await (await lamps.cast.ada()).get(_edit(lamps, material))
    return {text: key for key, text in LINE.findall(page.text)}


async def save(lamps: Lamps, material: Material, **fields: str) -> None:
    ada = await lamps.cast.ada()
    sent = {"title": material.title, "accepted_extensions": ".png", "max_upload_mb": "5", **fields}
    answer = await ada.post(_edit(lamps, material).removesuffix("/edit"), sent)
    assert answer.status_code == 302, answer.text


def _edit(lamps: Lamps, material: Material) -> str:
    return f"/teach/class/{lamps.cast.classroom.id}/materials/{material.id}/edit"


async def test_a_changed_line_keeps_its_ticks_and_a_new_one_is_to_be_ticked(lamps: Lamps) -> None:
    checklist = lamps.work["checklist"]
    keys = await lines_in_form(lamps, checklist)
    await lamps.ben.post(f"/material/{checklist.id}/checklist", {"checked_item": keys["Draw it"]})
    key = keys["Draw it"]
    await save(
        lamps, checklist, **{f"line-{key}": "Draw it neatly", f"place-{key}": "3", "lines": "Tell a friend"}
    )
    page = (await lamps.ben.get(lamps.path)).text
    assert "Draw it neatly" in page and "Tell a friend" in page and "Close the loop" in page
    box = page.split(f'value="{key}"')[1].split(">")[0]
    assert "checked" in box
    home = (await lamps.ben.get("/student")).text
    assert "1 of 4" in home


async def test_an_unchanged_list_stays_the_lessons_and_an_emptied_one_is_it_again(lamps: Lamps) -> None:
    checklist, count = lamps.work["checklist"], lamps.cast.count
    keys = await lines_in_form(lamps, checklist)
    as_it_was = {f"line-{key}": text for text, key in keys.items()}
    await save(lamps, checklist, **as_it_was)
    assert await count("material_items") == 0
    await save(lamps, checklist, lines="Tell a friend")
    assert await count("material_items") == 4
    await lamps.ben.post(f"/material/{checklist.id}/checklist", {"checked_item": keys["Draw it"]})
    changed = await lines_in_form(lamps, checklist)
    emptied = {f"line-{key}": "" for key in changed.values()}
    places = {f"place-{key}": "1" for key in changed.values()}
    await save(lamps, checklist, **emptied, **places)
    assert (await count("material_items"), await count("checklist_ticks")) == (0, 1)
    assert "Tell a friend" not in (await lamps.ben.get(lamps.path)).text


async def test_a_teacher_asks_another_question_in_the_lesson_and_takes_it_back(lamps: Lamps) -> None:
    reflection = lamps.work["reflection"]
    assert "What surprised you?" in (await (await lamps.cast.ada()).get(_edit(lamps, reflection))).text
    await save(lamps, reflection, body="What would you build next?")
    page = (await lamps.ben.get(lamps.path)).text
    assert "What would you build next?" in page and "What surprised you?" not in page
    program = (await lamps.ben.get("/api/v1/student/modules")).text
    assert "What would you build next?" in program
    await save(lamps, reflection, body="")
    assert "What surprised you?" in (await lamps.ben.get(lamps.path)).text


async def test_a_hand_in_says_what_its_teacher_says(lamps: Lamps) -> None:
    await save(lamps, lamps.work["upload"], body="A photo <of> both sides.")
    assert "A photo &lt;of&gt; both sides." in (await lamps.ben.get(lamps.path)).text


async def test_another_class_keeps_the_lessons_words_and_a_copy_has_the_teachers(lamps: Lamps) -> None:
    reflection = lamps.work["reflection"]
    await save(lamps, reflection, body="What would you build next?")
    ada, shelf = await lamps.cast.ada(), lamps.cast.parts.shelf
    asked = shelf.lesson("lamps", "circles").reflection
    assert asked is not None and asked.prompt == "What surprised you?"
    assert DUPLICATE in (await ada.get(_edit(lamps, reflection))).text
    await ada.post(_edit(lamps, reflection).replace("/edit", "/duplicate"))
    row = await lamps.cast.parts.db.fetch_one("SELECT body FROM materials WHERE title LIKE 'Copy of%'")
    assert row is not None and row["body"] == "What would you build next?"


async def test_the_text_of_a_lesson_is_not_changed_here_and_the_page_says_why(lamps: Lamps) -> None:
    page = (await (await lamps.cast.ada()).get(_edit(lamps, lamps.work["lesson"]))).text
    assert "comes from its course and is the same for every class" in page
    assert 'name="body"' not in page and DUPLICATE not in page
