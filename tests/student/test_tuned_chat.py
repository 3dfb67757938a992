"""The class chat of a class whose teacher tuned the helper."""

from appliance.classroom.classes import set_locked
from appliance.classroom.students import create_student
from appliance.classroom.tunings import Tuning, save_tuning
from appliance.helper.counted_questions import CLASS_CHAT
from tests.conftest import Cast
from tests.student.class_chats import opened

WHY = "Why does a pencil let electricity through?"


async def tune(cast: Cast, tuning: Tuning) -> None:
    async with cast.parts.db.transaction() as tx:
        await save_tuning(tx, cast.classroom.id, "", "", tuning)


async def test_it_is_as_strict_as_the_class_and_written_for_its_age(cast: Cast) -> None:
    await tune(cast, Tuning(strictness="strict", ages="8-10", notes="We say lamp."))
    ben = await cast.student(cast.ben)
    answer = await ben.post_json(f"{await opened(ben)}/messages", {"message": WHY})
    assert answer.json()["strictness"] == "strict"
    rules = cast.engine.asked[-1].messages[0].content
    assert "Never give a final answer" in rules
    assert "ages 8-10" in rules and "We say lamp." in rules


async def test_switched_off_it_is_there_to_read_and_takes_no_message(cast: Cast) -> None:
    cast.engine.will_say("Its graphite does.")
    ben = await cast.student(cast.ben)
    chat = await opened(ben)
    await ben.post_json(f"{chat}/messages", {"message": WHY})
    await tune(cast, Tuning(is_on=False))
    page = (await ben.get(chat)).text
    assert "switched the helper off for your class" in page
    assert "Its graphite does." in page and "<textarea" not in page
    refused = await ben.post_json(f"{chat}/messages", {"message": WHY})
    assert (refused.status_code, refused.json()["error"]) == (403, "llm_access_disabled")
    cared = await ben.post_json(f"{chat}/messages", {"message": "I want to kill myself"})
    assert cared.status_code == 200 and "You can go to" in cared.json()["text"]
    form = await ben.post(f"{chat}/messages", {"message": WHY, "client_id": "a"})
    assert form.status_code == 403
    assert len(cast.engine.asked) == 1


async def test_the_language_of_the_class_counts_where_the_message_does_not_tell(cast: Cast) -> None:
    await tune(cast, Tuning(language="es"))
    cast.engine.state = "off"
    ben = await cast.student(cast.ben)
    answer = (await ben.post_json(f"{await opened(ben)}/messages", {"message": "graphite?"})).json()
    assert "tus lecciones" in answer["text"] or "tu clase" in answer["text"]


GIRAFFES = "Which savannah do giraffes and zebras live in?"


async def counted(cast: Cast) -> list[dict[str, object]]:
    rows = await cast.parts.db.fetch_all("SELECT * FROM counted_questions ORDER BY id")
    return [dict(row) for row in rows]


async def test_off_its_topics_a_strict_class_gets_a_kind_sentence_and_no_model(cast: Cast) -> None:
    await tune(cast, Tuning(topic_filter="strict", topics=("lamps", "pencils and graphite")))
    ben = await cast.student(cast.ben)
    chat = await opened(ben)
    answer = (await ben.post_json(f"{chat}/messages", {"message": GIRAFFES})).json()
    assert answer["text"] == (
        "That goes beyond what your class works on. Your class works on: lamps, pencils and graphite. "
        "Ask me about one of these, or ask your teacher."
    )
    assert (answer["backend"], answer["citations"], len(cast.engine.asked)) == ("lesson", [], 0)
    await ben.post_json(f"{chat}/messages", {"message": WHY})
    assert len(cast.engine.asked) == 1
    assert [row["reason"] for row in await counted(cast)] == ["off_topic", ""]


async def test_in_spanish_the_sentence_is_spanish(cast: Cast) -> None:
    await tune(cast, Tuning(topic_filter="strict", topics=("circuitos",)))
    ben = await cast.student(cast.ben)
    asked = {"message": "¿Quién ganó el mundial de fútbol el año pasado?"}
    answer = (await ben.post_json(f"{await opened(ben)}/messages", asked)).json()
    assert answer["text"].startswith("Eso va más allá de lo que trabaja tu clase.")


async def test_without_topics_of_its_own_the_class_keeps_to_those_of_its_road(cast: Cast) -> None:
    await tune(cast, Tuning(topic_filter="strict"))
    ben = await cast.student(cast.ben)
    chat = await opened(ben)
    await ben.post_json(f"{chat}/messages", {"message": GIRAFFES})
    assert not cast.engine.asked
    await ben.post_json(f"{chat}/messages", {"message": WHY})
    assert len(cast.engine.asked) == 1


async def test_soft_asks_the_model_to_lead_back_and_off_asks_nothing(cast: Cast) -> None:
    ben = await cast.student(cast.ben)
    chat = await opened(ben)
    for topic_filter, is_led_back in (("soft", True), ("off", False)):
        await tune(cast, Tuning(topic_filter=topic_filter))
        await ben.post_json(f"{chat}/messages", {"message": GIRAFFES})
        said = cast.engine.asked[-1].messages[-1].content
        assert ("lead away from what the class works on" in said) is is_led_back


async def test_how_close_it_stays_is_the_class_s_word(cast: Cast) -> None:
    ben = await cast.student(cast.ben)
    chat = await opened(ben)
    for scope_mode, sentence in (("soft", "Stay close to what"), ("strict", "Stay inside what")):
        await tune(cast, Tuning(scope_mode=scope_mode, topics=("graphite",)))
        await ben.post_json(f"{chat}/messages", {"message": WHY})
        rules = cast.engine.asked[-1].messages[0].content
        assert sentence in rules and "Allowed topics: graphite" in rules


async def test_what_leans_on_an_answer_about_the_class_stays_with_it(cast: Cast) -> None:
    await tune(cast, Tuning(topic_filter="strict"))
    cast.engine.state = "off"
    ben = await cast.student(cast.ben)
    chat = await opened(ben)
    first = (await ben.post_json(f"{chat}/messages", {"message": "How does a closed circuit work?"})).json()
    assert first["citations"]
    again = (await ben.post_json(f"{chat}/messages", {"message": "But it still fails"})).json()
    assert not again["text"].startswith("That goes beyond")


async def test_a_locked_class_has_no_chat_and_can_read_what_was_said(cast: Cast) -> None:
    cast.engine.will_say("Its graphite does.")
    ben = await cast.student(cast.ben)
    chat = await opened(ben)
    await ben.post_json(f"{chat}/messages", {"message": WHY})
    async with cast.parts.db.transaction() as tx:
        await set_locked(tx, cast.classroom.id, True)
    page = (await ben.get(chat)).text
    assert "Your class is locked just now" in page and "Its graphite does." in page
    refused = await ben.post_json(f"{chat}/messages", {"message": WHY})
    assert (refused.status_code, refused.json()["error"]) == (403, "class_locked")
    assert [row["reason"] for row in await counted(cast)] == ["", "class_locked"]


async def test_its_questions_are_counted_in_the_panel_and_since_yesterday(cast: Cast) -> None:
    cast.engine.will_say("Its graphite does.")
    ben = await cast.student(cast.ben)
    chat = await opened(ben)
    await ben.post_json(f"{chat}/messages", {"message": WHY})
    refused = await ben.post_json(f"{chat}/messages", {"message": " "})
    assert refused.status_code == 400
    asked, missing = await counted(cast)
    assert (asked["course_slug"], asked["lesson_slug"]) == CLASS_CHAT
    assert (asked["intent"], asked["outcome"], asked["reason"]) == ("concept", "model", "")
    assert (missing["outcome"], missing["reason"]) == ("refused", "missing_message")
    assert "electricity through" not in str(asked) + str(missing)
    ada = await cast.ada()
    panel = (await ada.get(f"/teach/class/{cast.classroom.id}/helper")).text
    assert "In the class chat" in panel and "What something means" in panel and "2 questions" in panel
    assert "1 question to the helper" in (await ada.get("/teach")).text
    sheet = (await ada.get(f"/teach/class/{cast.classroom.id}/helper/questions.csv")).text
    assert "In the class chat" in sheet and "electricity through" not in sheet


async def test_what_three_students_miss_in_the_chat_is_a_theme(cast: Cast) -> None:
    await tune(cast, Tuning(topic_filter="off"))
    cast.engine.state, cast.engine.can_embed = "off", False
    async with cast.parts.db.transaction() as tx:
        third = await create_student(tx, cast.classroom.id, "Dana")
    for person in (cast.ben, cast.chi, third):
        browser = await cast.student(person)
        await browser.post_json(f"{await opened(browser)}/messages", {"message": GIRAFFES})
    ada = await cast.ada()
    assert "giraffes" in (await ada.get(f"/teach/class/{cast.classroom.id}/helper")).text
