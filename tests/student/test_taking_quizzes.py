"""The study pages of a student: due first, taken with and without script, answers only when they may be seen."""

import pytest
from bs4 import BeautifulSoup

from appliance.classroom.classes import create_class
from appliance.classroom.students import create_student
from appliance.work.activities import activity_of_class, create_activity, publish_activity
from appliance.work.assignments import assign, assignment_of_class
from appliance.work.attempts import attempts_of_student
from appliance.work.flashcards import CardText, add_card, cards_of_activity
from appliance.work.quizzes import QuestionText, add_question, questions_of_activity
from appliance.work.reviews import save_review
from tests.conftest import Browser, Cast

HOUR = 3600
FIRST = QuestionText(
    "What is voltage?", ("The push", "The flow", "A wire", "A lamp"), 0, "Secret reason one."
)
SECOND = QuestionText(
    "What is current?", ("The push", "The flow", "A wire", "A lamp"), 1, "Secret reason two."
)


async def given(
    cast: Cast, kind: str = "quiz", due_at: int | None = None, title: str = "Push and flow"
) -> int:
    class_id = cast.classroom.id
    async with cast.parts.db.transaction() as tx:
        activity_id = await create_activity(tx, class_id, kind, title, "Take your time.")
        for text in (FIRST, SECOND) if kind == "quiz" else ():
            await add_question(tx, await activity_of_class(tx, class_id, activity_id), text)
        for front in ("Volt", "Ampere") if kind == "cards" else ():
            activity = await activity_of_class(tx, class_id, activity_id)
            await add_card(tx, activity, CardText(front, "A unit of electricity"))
        await publish_activity(tx, await activity_of_class(tx, class_id, activity_id))
        return await assign(tx, await activity_of_class(tx, class_id, activity_id), due_at)


async def items(cast: Cast, assignment_id: int) -> list[int]:
    db = cast.parts.db
    activity_id = (await assignment_of_class(db, cast.classroom.id, assignment_id)).activity_id
    questions = [question.id for question in await questions_of_activity(db, activity_id)]
    return questions or [card.id for card in await cards_of_activity(db, activity_id)]


async def take(cast: Cast, browser: Browser, assignment_id: int, *choices: int) -> None:
    path, number = f"/student/study/{assignment_id}", 0
    assert (await browser.post(f"{path}/attempts")).status_code == 302
    page = BeautifulSoup((await browser.get(path)).text, "html.parser")
    field = page.find("input", {"name": "attempt"})
    assert field is not None
    number = int(str(field["value"]))
    answers = {
        f"answer-{item}": str(choice)
        for item, choice in zip(await items(cast, assignment_id), choices, strict=True)
    }
    done = await browser.post(f"{path}/finish", {"attempt": number, **answers})
    assert (done.status_code, done.headers["location"]) == (302, path)


async def test_due_work_stands_on_the_class_home_the_next_one_first(cast: Cast) -> None:
    await given(cast, due_at=int(cast.clock.now) + 2 * HOUR, title="Later quiz")
    await given(cast, "cards", int(cast.clock.now) + HOUR, "Sooner cards")
    ben = await cast.student(cast.ben)
    for path in ("/student", "/student/study"):
        text = (await ben.get(path)).text
        assert text.index("Sooner cards") < text.index("Later quiz")


async def test_a_class_without_work_shows_what_will_be_here(cast: Cast) -> None:
    ben = await cast.student(cast.ben)
    assert "Nothing to study yet" in (await ben.get("/student/study")).text
    assert 'id="study"' not in (await ben.get("/student")).text


async def test_a_quiz_is_started_saved_as_given_and_handed_in(cast: Cast) -> None:
    assignment_id = await given(cast)
    ben, path = await cast.student(cast.ben), f"/student/study/{assignment_id}"
    assert "Start the quiz" in (await ben.get(path)).text
    await ben.post(f"{path}/attempts")
    first, second = await items(cast, assignment_id)
    saved = await ben.post(f"{path}/answers", {"attempt": 1, f"answer-{first}": "2"})
    assert (saved.status_code, saved.headers["location"]) == (302, path)
    page = BeautifulSoup((await ben.get(path)).text, "html.parser")
    checked = [(radio["name"], radio["value"]) for radio in page.select("input[checked]")]
    assert checked == [(f"answer-{first}", "2")]
    missing = await ben.post(f"{path}/finish", {"attempt": 1, f"answer-{first}": "0"})
    assert missing.status_code == 422
    assert "1 of 2 still to answer" in missing.text
    done = await ben.post(f"{path}/finish", {"attempt": 1, f"answer-{second}": "3"})
    assert done.status_code == 302
    assert "50%" in (await ben.get(path)).text


async def test_a_form_of_two_buttons_works_without_script(cast: Cast) -> None:
    assignment_id = await given(cast)
    ben, path = await cast.student(cast.ben), f"/student/study/{assignment_id}"
    await ben.post(f"{path}/attempts")
    form = BeautifulSoup((await ben.get(path)).text, "html.parser").select_one(".study-form")
    assert form is not None
    assert form["action"] == f"{path}/answers" and form["data-behaviour"] == "autosave"
    assert [button.get("formaction") for button in form.select("button")] == [None, f"{path}/finish"]
    assert len(form.select('input[type="radio"]')) == 8


async def test_no_answer_is_in_the_page_before_it_may_be_seen(cast: Cast) -> None:
    """Not in the text, not in attributes: whatever a page holds is the same for each choice."""
    assignment_id = await given(cast, due_at=int(cast.clock.now) + HOUR)
    ben, path = await cast.student(cast.ben), f"/student/study/{assignment_id}"

    async def is_hidden() -> bool:
        text = (await ben.get(path)).text
        return (
            "Secret reason" not in text and "study-choice-right" not in text and "right answer<" not in text
        )

    assert await is_hidden()
    await ben.post(f"{path}/attempts")
    assert await is_hidden()
    page = BeautifulSoup((await ben.get(path)).text, "html.parser")
    assert len({tuple(sorted(radio.attrs)) for radio in page.select('input[type="radio"]')}) == 1
    await take(cast, ben, assignment_id, 0, 0)
    assert await is_hidden()
    await take(cast, ben, assignment_id, 0, 1)
    shown = (await ben.get(path)).text
    assert "Secret reason one." in shown and "Secret reason two." in shown and "100%" in shown


async def test_answers_are_shown_to_everybody_when_the_time_is_over(cast: Cast) -> None:
    assignment_id = await given(cast, due_at=int(cast.clock.now) + HOUR)
    chi, path = await cast.student(cast.chi), f"/student/study/{assignment_id}"
    cast.clock.now += HOUR + 1
    page = await chi.get(path)
    assert "The time for this quiz is over" in page.text and "Secret reason one." in page.text
    late = await chi.post(f"{path}/attempts")
    assert late.status_code == 409
    assert "The time for this is over" in late.text


async def test_handing_in_twice_is_harmless_and_changes_no_answer(cast: Cast) -> None:
    assignment_id = await given(cast)
    ben, path = await cast.student(cast.ben), f"/student/study/{assignment_id}"
    await take(cast, ben, assignment_id, 0, 1)
    first, second = await items(cast, assignment_id)
    again = await ben.post(f"{path}/finish", {"attempt": 1, f"answer-{first}": "3", f"answer-{second}": "3"})
    assert again.status_code == 302
    assert cast.ben is not None
    attempts = await attempts_of_student(cast.parts.db, assignment_id, cast.ben.id)
    assert [attempt.score for attempt in attempts] == [100]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("answer-99999", "0"),
        ("answer-x", "0"),
        ("answer-", "0"),
        ("answer-1", "9"),
        ("answer-1", "²"),
        ("attempt", "7"),
    ],
)
async def test_what_no_form_of_ours_sends_is_a_sentence_and_nothing_is_kept(
    cast: Cast, name: str, value: str
) -> None:
    assignment_id = await given(cast)
    ben, path = await cast.student(cast.ben), f"/student/study/{assignment_id}"
    await ben.post(f"{path}/attempts")
    for action in ("answers", "finish"):
        refused = await ben.post(f"{path}/{action}", {"attempt": "1", name: value})
        assert refused.status_code in (400, 404, 422)
        assert "<h1" in refused.text
    assert await cast.count("answers") == 0


async def test_another_class_gets_404_and_another_student_their_own_attempt(cast: Cast) -> None:
    assignment_id = await given(cast)
    ben, chi = await cast.student(cast.ben), await cast.student(cast.chi)
    path = f"/student/study/{assignment_id}"
    await take(cast, ben, assignment_id, 0, 1)
    assert "100%" not in (await chi.get(path)).text
    assert (await chi.post(f"{path}/answers", {"attempt": "1"})).status_code == 404
    assert (await chi.post(f"{path}/finish", {"attempt": "1"})).status_code == 404
    async with cast.parts.db.transaction() as tx:
        elsewhere = await create_class(tx, cast.olu_id, "9A")
        dee = await create_student(tx, elsewhere.id, "Dee")
    stranger = await cast.student(dee)
    assert (await stranger.get(path)).status_code == 404
    assert (await stranger.post(f"{path}/attempts")).status_code == 404


async def test_a_review_is_unread_until_the_page_is_opened(cast: Cast) -> None:
    assignment_id = await given(cast)
    ben = await cast.student(cast.ben)
    await take(cast, ben, assignment_id, 0, 3)
    assert cast.ben is not None
    async with cast.parts.db.transaction() as tx:
        assignment = await assignment_of_class(tx, cast.classroom.id, assignment_id)
        await save_review(tx, assignment, cast.ben.id, cast.ada_id, 85, "<b>Well</b> argued.")
    assert "New comment" in (await ben.get("/student")).text
    page = (await ben.get(f"/student/study/{assignment_id}")).text
    assert (
        "&lt;b&gt;Well&lt;/b&gt; argued." in page and "Your score is 85%" in page and "You have 85%" in page
    )
    assert "New comment" not in (await ben.get("/student/study")).text


async def test_cards_are_turned_and_counted(cast: Cast) -> None:
    assignment_id = await given(cast, "cards", title="Units")
    ben, path = await cast.student(cast.ben), f"/student/study/{assignment_id}"
    await ben.post(f"{path}/attempts")
    page = BeautifulSoup((await ben.get(path)).text, "html.parser")
    assert [turn.get_text(strip=True) for turn in page.select("summary")] == ["Volt", "Ampere"]
    await take(cast, ben, assignment_id, 1, 0)
    after = await ben.get(path)
    assert "You knew 50% of the cards" in after.text and "A unit of electricity" in after.text
    assert (await ben.post(f"{path}/attempts")).status_code == 409


async def test_deleting_my_work_takes_the_answers_and_leaves_the_scores(cast: Cast) -> None:
    assignment_id = await given(cast)
    ben = await cast.student(cast.ben)
    await take(cast, ben, assignment_id, 0, 1)
    assert "Push and flow" in (await ben.get("/student/my-data")).text
    await ben.post("/student/delete-work")
    assert (await cast.count("answers"), await cast.count("attempts")) == (0, 1)
    await ben.post("/student/delete-me")
    assert await cast.count("attempts") == 0
