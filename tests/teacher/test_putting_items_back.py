"""A question or card that was removed comes back in its place, for 30 days, unless that would change a score."""

import re

import pytest

from appliance.library.documents import create_document
from appliance.storage.files import StoredFile
from appliance.work.activities import MOST_QUESTIONS, activity_of_class
from appliance.work.assignments import assignment_of_class
from appliance.work.flashcards import cards_of_activity
from appliance.work.quizzes import QuestionText, insert_question, questions_of_activity
from appliance.work.recently_removed import Removed, removed_of_class
from appliance.work.removals import DAY, KEPT_SECONDS, forget_removed
from tests.conftest import Browser, Cast
from tests.made_results import take
from tests.teacher.test_making_quizzes import QUESTION, by_hand, place, published

UNDO = re.compile(r'action="([^"]+/removed-items/\d+)"')


async def stems(cast: Cast, here: str) -> list[str]:
    items = await questions_of_activity(cast.parts.db, int(here.rsplit("/", 1)[1]))
    return [item.text.stem for item in items]


async def removed(cast: Cast) -> list[Removed]:
    return await removed_of_class(cast.parts.db, cast.classroom.id)


async def three(cast: Cast, ada: Browser) -> str:
    """A draft of three questions, numbered 1 to 3; its address."""
    here = await by_hand(cast, ada)
    for stem in ("What is one?", "What is two?", "What is three?"):
        await ada.post(f"{here}/items", {**QUESTION, "stem": stem})
    return here


async def test_the_sentence_after_removing_brings_it_back_where_it_stood(cast: Cast) -> None:
    ada = await cast.ada()
    here = await three(cast, ada)
    before = await questions_of_activity(cast.parts.db, 1)
    await ada.post(f"{here}/items/2/remove")
    assert await stems(cast, here) == ["What is one?", "What is three?"]
    undo = UNDO.findall((await ada.get(here)).text)
    assert len(undo) == 1
    back = await ada.post(undo[0], {"undo": "1"})
    assert back.status_code == 302 and back.headers["location"].startswith(f"{here}#item-")
    after = await questions_of_activity(cast.parts.db, 1)
    assert [(each.position, each.text) for each in after] == [(each.position, each.text) for each in before]
    assert "It is back in its place." in (await ada.get(here)).text
    again = await ada.post(undo[0])
    assert again.status_code == 404 and await stems(cast, here) == [each.text.stem for each in before]


async def test_a_card_comes_back_too(cast: Cast) -> None:
    ada = await cast.ada()
    here = await by_hand(cast, ada, "cards")
    await ada.post(f"{here}/items", {"front": "Ω", "back": "the sign of the ohm"})
    await ada.post(f"{here}/items/1/remove")
    (line,) = await removed(cast)
    assert (line.kind, line.title, line.days_left) == ("card", "Ω – Mine", 30)
    await ada.post(f"{place(cast)}/{line.undo}", {"undo": "1"})
    (card,) = await cards_of_activity(cast.parts.db, 1)
    assert (card.text.front, card.text.back) == ("Ω", "the sign of the ohm")


async def test_the_list_of_what_was_removed_has_it_after_all_else(cast: Cast) -> None:
    ada = await cast.ada()
    here = await three(cast, ada)
    await ada.post(f"{place(cast)}/modules/1/remove")
    cast.clock.now += 60
    await ada.post(f"{here}/items/1/remove")
    assert [each.kind for each in await removed(cast)] == ["module", "question"]
    page = (await ada.get(f"{place(cast)}/modules")).text
    assert "What is one? – Mine" in page and UNDO.findall(page)
    await ada.post(f"{here}/remove")
    assert [each.kind for each in await removed(cast)] == ["quiz", "module"]


async def test_after_thirty_days_it_is_gone_and_with_its_quiz_too(cast: Cast) -> None:
    ada = await cast.ada()
    here = await three(cast, ada)
    await ada.post(f"{here}/items/1/remove")
    (line,) = await removed(cast)
    cast.clock.now += KEPT_SECONDS - DAY
    await forget_removed(cast.parts.db, cast.parts.files)
    assert [each.days_left for each in await removed(cast)] == [1]
    cast.clock.now += 2 * DAY
    await forget_removed(cast.parts.db, cast.parts.files)
    ada = await cast.ada()
    assert await removed(cast) == [] and await cast.count("removed_items") == 0
    assert (await ada.post(f"{place(cast)}/{line.undo}")).status_code == 404
    await ada.post(f"{here}/items/2/remove")
    async with cast.parts.db.transaction() as tx:
        await tx.execute("DELETE FROM activities")
    assert await cast.count("removed_items") == 0


async def test_once_somebody_started_nothing_comes_back_into_it(cast: Cast) -> None:
    ada = await cast.ada()
    here, there = await published(cast, ada)
    await ada.post(f"{here}/items", {**QUESTION, "stem": "What is two?"})
    await ada.post(f"{here}/items/2/remove")
    (line,) = await removed(cast)
    assert cast.ben is not None
    quiz = await assignment_of_class(cast.parts.db, cast.classroom.id, int(there.rsplit("/", 1)[1]))
    await take(cast.parts.db, quiz, cast.ben.id, 1)
    refused = await ada.post(f"{place(cast)}/{line.undo}")
    assert refused.status_code == 409 and "Students have started this already" in refused.text
    assert await stems(cast, here) == ["What is voltage?"] and await removed(cast) == [line]


@pytest.mark.parametrize(("how", "sentence"), [("same", "in the quiz already"), ("full", "room for 20")])
async def test_where_it_has_no_place_any_more_the_page_says_so(cast: Cast, how: str, sentence: str) -> None:
    ada = await cast.ada()
    here = await three(cast, ada)
    await ada.post(f"{here}/items/1/remove")
    (line,) = await removed(cast)
    async with cast.parts.db.transaction() as tx:
        for number in range(MOST_QUESTIONS - 2 if how == "full" else 1):
            stem = f"What is number {number}?" if how == "full" else "what is  ONE?"
            await insert_question(tx, 1, QuestionText(stem, ("a", "b", "c", "d"), 0, "So."))
    refused = await ada.post(f"{place(cast)}/{line.undo}")
    assert refused.status_code == 409 and sentence in refused.text
    assert await removed(cast) == [line]


async def test_it_comes_back_without_the_paper_that_went_meanwhile(cast: Cast) -> None:
    ada = await cast.ada()
    here = await by_hand(cast, ada)
    async with cast.parts.db.transaction() as tx:
        paper = await create_document(tx, 1, "Motors", "m.pdf", "pdf", StoredFile("name", 9, "sum"))
        text = QuestionText("What turns?", ("a", "b", "c", "d"), 0, "So.", paper, 3)
        await insert_question(tx, 1, text)
    await ada.post(f"{here}/items/1/remove")
    async with cast.parts.db.transaction() as tx:
        await tx.execute("DELETE FROM documents WHERE id = :id", id=paper)
    (line,) = await removed(cast)
    await ada.post(f"{place(cast)}/{line.undo}")
    (question,) = await questions_of_activity(cast.parts.db, 1)
    assert (question.text.stem, question.text.document_id, question.text.page) == ("What turns?", None, None)


async def test_nobody_else_puts_it_back_and_no_other_quiz_takes_it(cast: Cast) -> None:
    ada = await cast.ada()
    here = await three(cast, ada)
    other = await by_hand(cast, ada)
    await ada.post(f"{here}/items/1/remove")
    (line,) = await removed(cast)
    olu = await cast.olu()
    assert (await olu.post(f"{place(cast)}/{line.undo}")).status_code == 404
    assert (await ada.post(f"{other}/removed-items/{line.undo.rsplit('/', 1)[1]}")).status_code == 404
    assert cast.other is not None
    elsewhere = f"/teach/class/{cast.other.id}/{line.undo}"
    assert (await olu.post(elsewhere)).status_code == 404
    assert (await activity_of_class(cast.parts.db, 1, 1)).items == 2
