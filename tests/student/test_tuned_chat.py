"""The class chat of a class whose teacher tuned the helper."""

from appliance.classroom.tunings import Tuning, save_tuning
from tests.conftest import Browser, Cast

WHY = "Why does a pencil let electricity through?"


async def tune(cast: Cast, tuning: Tuning) -> None:
    async with cast.parts.db.transaction() as tx:
        await save_tuning(tx, cast.classroom.id, "", "", tuning)


async def opened(ben: Browser) -> str:
    await ben.get("/student/chats")
    return str((await ben.post("/student/chats", {})).headers["location"])


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
