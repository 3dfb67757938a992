"""The helper beside what a teacher wrote: from their own texts, for this student, kind and counted as in a lesson."""

from typing import Any

import httpx
import pytest

from appliance.classroom.classes import set_locked
from appliance.classroom.groups_of_materials import set_groups
from appliance.classroom.material_drafts import Draft, create_material
from appliance.classroom.materials import materials_of_class
from appliance.classroom.modules import create_module, set_module_lock
from appliance.classroom.tunings import Tuning, save_tuning
from appliance.library.lessons import Item
from tests.conftest import Browser
from tests.student.class_chats import opened, told
from tests.student.conftest import SCOPE, Lamps

VOLCANO = """## How a volcano is built

Molten rock, which is called magma, rises through a crack and piles up into a cone of ash and lava.

## Why it erupts

Gas in the magma makes bubbles, and the pressure grows until the plug of the crater gives way.
"""
QUESTION = "Why does the pressure in the magma grow?"


class Volcano:
    """A module of two texts and a list, in Ben's class."""

    def __init__(self, lamps: Lamps, made: dict[str, int]) -> None:
        self.lamps, self.made = lamps, made
        self.ben, self.engine = lamps.ben, lamps.cast.engine

    def path(self, kind: str = "text") -> str:
        return f"/material/{self.made[kind]}"

    async def token(self, kind: str = "text", browser: Browser | None = None) -> str:
        page = (await (browser or self.ben).get(self.path(kind))).text
        found = SCOPE.search(page)
        assert found, page
        return found[1]

    async def ask(self, message: str = QUESTION, kind: str = "text", **more: str) -> httpx.Response:
        body = {"message": message, "scope_token": await self.token(kind), **more}
        return await self.ben.post_json("/helper/chat", body)

    async def answer(self, message: str = QUESTION, kind: str = "text", **more: str) -> dict[str, Any]:
        found = await self.ask(message, kind, **more)
        assert found.status_code == 200, found.text
        answer: dict[str, Any] = found.json()
        return answer

    async def tune(self, tuning: Tuning) -> None:
        async with self.lamps.cast.parts.db.transaction() as tx:
            await save_tuning(tx, self.lamps.cast.classroom.id, "", "", tuning)


@pytest.fixture
async def volcano(lamps: Lamps) -> Volcano:
    db, class_id = lamps.cast.parts.db, lamps.cast.classroom.id
    drafts = {
        "text": Draft("text", "Inside a volcano", VOLCANO),
        "second": Draft("text", "Famous ones", "Mount Etna in Sicily has erupted for half a million years."),
        "checklist": Draft(
            "checklist",
            "Build a model",
            "Mix vinegar with baking soda in the crater of your model.",
            items=(Item("k1", "Shape a cone of clay"), Item("k2", "Pour the vinegar slowly")),
        ),
        "link": Draft("link", "A film", "Watch it.", "https://example.org/a"),
    }
    async with db.transaction() as tx:
        module = await create_module(tx, class_id, "Volcanoes")
        made = {name: await create_material(tx, module, draft) for name, draft in drafts.items()}
        other = await create_module(tx, class_id, "Rivers")
        await create_material(
            tx, other, Draft("text", "Meanders", "A river bends because its outer bank wears off.")
        )
    return Volcano(lamps, made)


async def test_without_a_model_the_teachers_text_answers_with_its_heading(volcano: Volcano) -> None:
    volcano.engine.state = "off"
    answer = await volcano.answer()
    assert answer["backend"] == "lesson" and answer["grounded"]
    assert answer["text"].startswith("Here is what your lesson says about this.")
    first = answer["citations"][0]
    assert first["source"] == "Inside a volcano · Why it erupts"
    assert first["url"].startswith(volcano.path()) and "Gas in the magma" in first["text"]


async def test_the_model_is_told_the_text_and_its_marks_lead_there(volcano: Volcano) -> None:
    volcano.engine.will_say("Bubbles of gas push [L1]. Look at the plug [L7].")
    answer = await volcano.answer()
    assert answer["text"] == "Bubbles of gas push [L1]. Look at the plug."
    asked = volcano.engine.asked[-1].messages
    assert "Gas in the magma" in asked[-1].content and "Inside a volcano" in asked[0].content


async def test_the_other_texts_of_the_module_are_quoted_and_no_other_modules(volcano: Volcano) -> None:
    volcano.engine.state = "off"
    etna = await volcano.answer("How long has Mount Etna erupted?")
    assert etna["citations"][0]["source"].startswith("Famous ones")
    river = await volcano.answer("Why does a river bend on its outer bank?")
    assert "Meanders" not in str(river["citations"])


async def test_a_list_with_its_lines_has_one_and_a_link_has_none(volcano: Volcano) -> None:
    volcano.engine.state = "off"
    answer = await volcano.answer("How do I pour the vinegar?", "checklist")
    assert "Pour the vinegar slowly" in str(answer["citations"])
    assert not SCOPE.search((await volcano.ben.get(volcano.path("link"))).text)


async def test_it_remembers_and_the_same_page_of_another_student_does_not(volcano: Volcano) -> None:
    volcano.engine.will_say("Think of a bottle of soda.", "As I said.", "Hello Chi.")
    first = await volcano.answer()
    await volcano.answer("And what then?", conversation_id=first["conversation_id"])
    assert "Think of a bottle" in str(volcano.engine.asked[-1].messages)
    chi = await volcano.lamps.cast.student(volcano.lamps.cast.chi)
    token = await volcano.token(browser=chi)
    body = {"message": "And then?", "scope_token": token, "conversation_id": first["conversation_id"]}
    await chi.post_json("/helper/chat", body)
    assert "Think of a bottle" not in str(volcano.engine.asked[-1].messages)


async def test_it_is_as_strict_as_the_class_and_keeps_to_its_topics(volcano: Volcano) -> None:
    await volcano.tune(Tuning(strictness="strict", topic_filter="strict", topics=("volcanoes", "magma")))
    volcano.engine.will_say("It is 12.")
    assert "12" not in (await volcano.answer("How much magma is 3 times 4 litres?"))["text"]
    off = await volcano.answer("Who won the football match yesterday?")
    assert "That goes beyond this lesson." in off["text"] and "volcanoes, magma" in off["text"]
    assert (await volcano.answer())["strictness"] == "strict"


async def test_the_token_is_this_classs_and_this_materials(volcano: Volcano) -> None:
    token = await volcano.token()
    olu = volcano.lamps.cast
    async with olu.parts.db.transaction() as tx:
        await tx.execute("UPDATE materials SET is_hidden = 1 WHERE id = :id", id=volcano.made["text"])
    gone = await volcano.ben.post_json("/helper/chat", {"message": QUESTION, "scope_token": token})
    assert (gone.status_code, gone.json()["error"]) == (400, "invalid_scope_token")
    forged = await volcano.ben.post_json(
        "/helper/chat", {"message": QUESTION, "scope_token": token[:-3] + "abc"}
    )
    assert forged.json()["error"] == "invalid_scope_token"


async def test_what_is_for_another_group_is_neither_opened_nor_quoted(volcano: Volcano) -> None:
    volcano.engine.state = "off"
    cast, token = volcano.lamps.cast, await volcano.token("second")
    async with cast.parts.db.transaction() as tx:
        group = await tx.insert(
            "INSERT INTO groups (class_id, name, colour) VALUES (:id, 'Red', 'red')", id=cast.classroom.id
        )
        await set_groups(tx, volcano.made["second"], [group])
    closed = await volcano.ben.post_json("/helper/chat", {"message": QUESTION, "scope_token": token})
    assert closed.json()["error"] == "invalid_scope_token"
    assert "Famous ones" not in str((await volcano.answer("How long has Mount Etna erupted?"))["citations"])


async def test_switched_off_or_locked_there_is_none_and_the_page_says_why(volcano: Volcano) -> None:
    token, cast = await volcano.token(), volcano.lamps.cast
    body = {"message": QUESTION, "scope_token": token}
    await volcano.tune(Tuning(is_on=False))
    assert "switched the helper off" in (await volcano.ben.get(volcano.path())).text
    assert (await volcano.ben.post_json("/helper/chat", body)).json()["error"] == "llm_access_disabled"
    await volcano.tune(Tuning())
    async with cast.parts.db.transaction() as tx:
        await set_locked(tx, cast.classroom.id, True)
    page = (await volcano.ben.get(volcano.path())).text
    assert "Your class is locked just now" in page and "Molten rock" in page
    assert (await volcano.ben.post_json("/helper/chat", body)).json()["error"] == "class_locked"


async def test_in_a_closed_module_nobody_is_answered_and_nothing_of_it_is_quoted(volcano: Volcano) -> None:
    cast, scope = volcano.lamps.cast, f"{volcano.path()}/helper"
    body = {"message": QUESTION, "scope_token": await volcano.token()}
    async with cast.parts.db.transaction() as tx:
        row = await tx.fetch_one("SELECT module_id FROM materials WHERE id = :id", id=volcano.made["text"])
        assert row is not None
        await set_module_lock(tx, cast.classroom.id, row["module_id"], True)
    page = (await volcano.ben.get(volcano.path())).text
    assert "Molten rock" not in page and "scope_token" not in page
    assert (await volcano.ben.post_json("/helper/chat", body)).json()["error"] == "invalid_scope_token"
    assert (await volcano.ben.get(scope)).status_code == 400
    shown = await volcano.ben.post(scope, body)
    assert shown.status_code == 422 and "Molten rock" not in shown.text


async def test_without_script_the_page_comes_back_with_the_answer(volcano: Volcano) -> None:
    volcano.engine.will_say("Bubbles of gas push [L1].")
    form = {"message": QUESTION, "scope_token": await volcano.token()}
    page = (await volcano.ben.post(f"{volcano.path()}/helper", form)).text
    assert "Bubbles of gas push" in page and "Inside a volcano" in page
    empty = await volcano.ben.post(f"{volcano.path()}/helper", {**form, "message": " "})
    assert empty.status_code == 422 and "Type a question first." in empty.text
    assert (await volcano.ben.post(f"{volcano.path('link')}/helper", form)).status_code == 404


async def test_a_page_that_stood_open_gets_a_fresh_token(volcano: Volcano) -> None:
    fresh = (await volcano.ben.get(f"{volcano.path()}/helper")).json()
    assert fresh["seconds"] > 0
    body = {"message": QUESTION, "scope_token": fresh["scope_token"]}
    assert (await volcano.ben.post_json("/helper/chat", body)).status_code == 200
    assert (await volcano.ben.get(f"{volcano.path('link')}/helper")).status_code == 404


async def test_its_questions_are_counted_under_its_title(volcano: Volcano) -> None:
    await volcano.answer()
    cast = volcano.lamps.cast
    ada = await cast.ada()
    panel = (await ada.get(f"/teach/class/{cast.classroom.id}/helper")).text
    assert "Inside a volcano" in panel and f"/materials/{volcano.made['text']}" in panel
    async with cast.parts.db.transaction() as tx:
        await tx.execute("DELETE FROM materials WHERE id = :id", id=volcano.made["text"])
    assert "A material that was removed" in (await ada.get(f"/teach/class/{cast.classroom.id}/helper")).text


async def test_the_class_chat_quotes_it_too(volcano: Volcano) -> None:
    volcano.engine.state = "off"
    answer = (await told(volcano.ben, await opened(volcano.ben), QUESTION))[-1][1]
    places = {each["source"]: each["url"] for each in answer["citations"]}
    assert places["Inside a volcano · Why it erupts"].startswith(volcano.path())


async def test_beside_a_lesson_it_is_among_the_classs_materials(volcano: Volcano) -> None:
    volcano.engine.state = "off"
    page = (await volcano.ben.get("/course/lamps/circles")).text
    found = SCOPE.search(page)
    body = {"message": QUESTION, "scope_token": found[1] if found else ""}
    await volcano.tune(Tuning(topic_filter="off"))
    sources = str((await volcano.ben.post_json("/helper/chat", body)).json()["citations"])
    assert "Inside a volcano · Why it erupts" in sources and volcano.path() in sources
    await volcano.tune(Tuning(topic_filter="off", reference="none"))
    assert "volcano" not in str((await volcano.ben.post_json("/helper/chat", body)).json()["citations"])


async def test_the_class_chat_quotes_the_lessons_alone_where_the_class_says_so(volcano: Volcano) -> None:
    volcano.engine.state = "off"
    await volcano.tune(Tuning(reference="none", topic_filter="off"))
    answer = (await told(volcano.ben, await opened(volcano.ben), QUESTION))[-1][1]
    assert "volcano" not in str(answer["citations"])


async def test_the_class_chat_quotes_nothing_that_is_hidden(volcano: Volcano) -> None:
    volcano.engine.state = "off"
    cast = volcano.lamps.cast
    async with cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE materials SET is_hidden = 1")
    answer = (await told(volcano.ben, await opened(volcano.ben), QUESTION))[-1][1]
    assert "volcano" not in str(answer["citations"])
    assert await materials_of_class(cast.parts.db, cast.classroom.id)


async def test_a_thumb_without_script_leads_back_to_the_text(volcano: Volcano) -> None:
    answer = await volcano.answer()
    thanked = await volcano.ben.post("/helper/thumbs", {"request_id": answer["request_id"], "thumb": "up"})
    assert (thanked.status_code, thanked.headers["location"]) == (302, volcano.path())
