"""No page, program or search leads a student to the text of a lesson that is locked, hidden or for others."""

import json
import re

import pytest

from appliance.classroom.groups_of_materials import set_groups
from appliance.classroom.material_places import set_material_hidden
from appliance.classroom.materials import materials_of_lesson
from appliance.classroom.modules import set_module_lock
from appliance.library.index import index_course
from tests.student.class_chats import opened, told
from tests.student.conftest import Lamps

HREF = re.compile(r'(?:href|src|action)="(/[^"#?]*)')
BODY = """---
title: One path or two
summary: About roads for the current.
reflection: {title: And you, prompt: Would a platypus agree?}
helper_reference: duckbills
---
First comes a line for everybody.

## Where the platypus swims

The platypus carries the current over two paths, and every lamp of the burrow stays bright.

![The burrow](../assets/burrow.png)
"""
REFERENCE = "## Platypus facts\n\nA platypus measures the current of a river with the skin of its bill.\n"
QUESTION = "What does the platypus do with the current?"
SECRETS = ("platypus", "burrow", "duckbill")
WAYS = ("locked", "dated", "hidden", "for others", "locked module")


@pytest.fixture(params=WAYS)
async def shut(lamps: Lamps, request: pytest.FixtureRequest) -> Lamps:
    """The second lesson is closed to Ben; it is indexed, with a reference of its own."""
    cast, way = lamps.cast, request.param
    folder = cast.parts.settings.appliance_data / "courses" / "lamps"
    (folder / "references").mkdir()
    (folder / "references" / "duckbills.md").write_text(REFERENCE)
    later = "available_on: 2099-01-01\n" if way == "dated" else ""
    (folder / "lessons" / "2.md").write_text(BODY.replace("---\n", f"---\n{later}", 1))
    await cast.at_rest()
    await index_course(cast.parts.db, cast.parts.shelf.course("lamps"))
    class_id = cast.classroom.id
    work = await materials_of_lesson(cast.parts.db, class_id, "lamps", "paths")
    if way == "locked":
        await lamps.decide("locked", "paths")
    async with cast.parts.db.transaction() as tx:
        if way == "hidden":
            await set_material_hidden(tx, work["lesson"], True)
        if way == "locked module":
            await set_module_lock(tx, class_id, work["lesson"].module_id, True)
        if way == "for others":
            red = await tx.insert(
                "INSERT INTO groups (class_id, name, colour) VALUES (:id, 'Red', 'red')", id=class_id
            )
            for material in work.values():
                await set_groups(tx, material.id, [red])
    return lamps


def leaks(text: str) -> list[str]:
    return [word for word in SECRETS if word in text.lower()]


async def test_no_page_that_a_student_can_reach_tells_it(shut: Lamps) -> None:
    materials = range(1, await shut.cast.count("materials") + 60)
    waiting = ["/student", "/student/study", "/student/my-data", "/student/feedback", "/student/chats"]
    waiting += ["/course/lamps", "/course/lamps/paths", *(f"/material/{number}" for number in materials)]
    waiting += [f"/api/v1/student/{name}" for name in ("session", "modules", "submissions")]
    asked: set[str] = set()
    while waiting:
        path = waiting.pop()
        if path in asked or path.startswith("/static/"):
            continue
        asked.add(path)
        page = await shut.ben.get(path)
        assert not leaks(page.text), path
        onwards = page.headers.get("location", "").partition("#")[0] or "/student"
        waiting += [onwards, *HREF.findall(page.text)]
    assert {"/student", "/course/lamps/circles", "/student/portfolio"} <= asked


async def test_the_helper_of_another_lesson_neither_quotes_it_nor_tells_the_model(shut: Lamps) -> None:
    shut.cast.engine.will_say("I can't say.")
    asked = {"message": QUESTION, "scope_token": await shut.scope_token()}
    answer = await shut.ben.post_json("/helper/chat", asked)
    assert answer.status_code == 200
    told_to_model = [message.content for prompt in shut.cast.engine.asked for message in prompt.messages]
    without_question = json.dumps([answer.json(), told_to_model]).replace(QUESTION, "")
    assert not leaks(without_question)


async def test_the_class_chat_neither_quotes_it_nor_tells_the_model(shut: Lamps) -> None:
    chat = await opened(shut.ben)
    shut.cast.engine.will_say("I can't say.")
    events = await told(shut.ben, chat, QUESTION)
    told_to_model = [message.content for prompt in shut.cast.engine.asked for message in prompt.messages]
    assert not leaks(json.dumps([events, told_to_model]).replace(QUESTION, ""))


@pytest.mark.parametrize("shut", ["open"], indirect=True)
async def test_open_its_page_tells_it_and_both_helpers_find_it(shut: Lamps) -> None:
    assert leaks((await shut.ben.get("/course/lamps/paths")).text) == ["platypus", "burrow"]
    shut.cast.engine.will_say("See [L1].", "See [L1].")
    answer = await shut.ben.post_json(
        "/helper/chat", {"message": QUESTION, "scope_token": await shut.scope_token()}
    )
    assert "skin of its bill" in json.dumps(answer.json()["citations"])
    events = await told(shut.ben, await opened(shut.ben), QUESTION)
    assert "over two paths" in json.dumps(events)


async def test_its_helper_gives_no_token_and_its_work_takes_nothing(shut: Lamps) -> None:
    assert (await shut.ben.get("/helper/scope/lamps/paths")).status_code in (400, 404)
    work = await materials_of_lesson(shut.cast.parts.db, shut.cast.classroom.id, "lamps", "paths")
    for path, form in (
        (f"/material/{work['reflection'].id}/reflection", {"reflection_text": "So."}),
        (f"/material/{work['lesson'].id}/reading", {"read": "1"}),
    ):
        refused = await shut.ben.post(path, form)
        assert refused.status_code in (403, 404), path
        assert not leaks(refused.text)
