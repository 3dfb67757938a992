"""The brief on the teacher's page: made on a button, dated, and nobody else's."""

from tests.conftest import Cast
from tests.made_results import add_quiz, add_topics, take


async def a_quiz(cast: Cast) -> str:
    db, room = cast.parts.db, cast.classroom.id
    await add_topics(db, room, {"lamps": ("Explain why a lamp glows in a loop",)})
    quiz = await add_quiz(db, room, "Lamps", "lamps")
    for student in (cast.ben, cast.chi):
        assert student is not None
        await take(db, quiz, student.id, 4)
    return f"/teach/class/{room}/insights"


async def test_a_brief_is_made_on_a_button_and_stands_on_the_page_with_its_date(cast: Cast) -> None:
    address, ada = await a_quiz(cast), await cast.ada()
    cast.engine.state = "off"
    assert "Write the brief" in (await ada.get(address)).text
    answered = await ada.post(f"{address}/brief")
    assert (answered.status_code, answered.headers["location"]) == (302, address)
    page = (await ada.get(address)).text
    assert "Teach “Lamps” again: the attempts reached 40 % on average." in page
    assert "2 of 2 answers to “What is asked as number 5 in Lamps?”" in page
    assert "fixed rules" in page and "Made today, " in page and "Write it anew" in page


async def test_a_title_that_looks_like_a_mark_names_nobody(cast: Cast) -> None:
    assert cast.ben is not None and cast.chi is not None
    room, cast.engine.state = cast.classroom.id, "off"
    title = f"S{cast.ben.id} and S99"
    quiz = await add_quiz(cast.parts.db, room, title, "lamps")
    for student in (cast.ben, cast.chi):
        await take(cast.parts.db, quiz, student.id, 4)
    ada = await cast.ada()
    await ada.post(f"/teach/class/{room}/insights/brief")
    page = (await ada.get(f"/teach/class/{room}/insights")).text
    assert f"“What is asked as number 5 in {title}?”" in page and "somebody who has left" not in page


async def test_levels_of_thinking_stand_on_the_page(cast: Cast) -> None:
    address = await a_quiz(cast)
    page = (await (await cast.ada()).get(address)).text
    assert "Levels of thinking" in page and "Understand" in page


async def test_a_failure_of_the_model_is_said(cast: Cast) -> None:
    address, ada = await a_quiz(cast), await cast.ada()
    cast.engine.will_say("nonsense", "nonsense")
    await ada.post(f"{address}/brief")
    page = (await ada.get(address)).text
    assert "The model wrote nothing usable this time." in page and "Teach “Lamps” again" in page


async def test_without_evidence_there_is_no_button(cast: Cast) -> None:
    page = await (await cast.ada()).get(f"/teach/class/{cast.classroom.id}/insights")
    assert "Write the brief" not in page.text


async def test_nobody_else_makes_it(cast: Cast) -> None:
    address = await a_quiz(cast)
    assert (await (await cast.olu()).post(f"{address}/brief")).status_code == 404
    assert (await (await cast.student(cast.ben)).post(f"{address}/brief")).status_code == 403
    assert (await (await cast.ada()).client.post(f"{address}/brief")).status_code == 403
    assert cast.engine.asked == []
