"""The teacher's pages for quizzes, cards and topics: made, edited, published, given, reviewed; nobody else's class."""

import asyncio
from datetime import UTC, datetime

import pytest

from appliance.study.blueprints import blueprint_of_class
from appliance.work.activities import Activity, activities_of_class, activity_of_class
from appliance.work.quizzes import questions_of_activity
from tests.conftest import Browser, Cast

HOUR = 3600
QUESTION = {
    "stem": "What is voltage?",
    "choice-0": "The flow",
    "choice-1": "The push",
    "choice-2": "A wire",
    "choice-3": "A lamp",
    "answer": "1",
    "explanation": "Voltage is the push.",
}


def place(cast: Cast) -> str:
    return f"/teach/class/{cast.classroom.id}"


async def activity(cast: Cast, activity_id: int) -> Activity:
    return await activity_of_class(cast.parts.db, cast.classroom.id, activity_id)


async def made(cast: Cast, browser: Browser, **form: str) -> Activity:
    """What the form orders, once the job has made it."""
    answer = await browser.post(
        f"{place(cast)}/activities", {"kind": "quiz", "count": "3", "by": "box", **form}
    )
    assert answer.status_code == 302, answer.text
    activity_id = int(answer.headers["location"].rsplit("/", 1)[1])
    async with asyncio.timeout(20):
        while (await activity(cast, activity_id)).state == "making":  # noqa: ASYNC110 - the job runs beside the test
            await asyncio.sleep(0.02)
    return await activity(cast, activity_id)


async def by_hand(cast: Cast, browser: Browser, kind: str = "quiz") -> str:
    """The address of an empty draft."""
    answer = await browser.post(f"{place(cast)}/activities", {"kind": kind, "title": "Mine", "by": "hand"})
    return str(answer.headers["location"])


async def published(cast: Cast, browser: Browser, due: str = "") -> tuple[str, str]:
    """Addresses of a quiz of one question and of its assignment."""
    here = await by_hand(cast, browser)
    await browser.post(f"{here}/items", dict(QUESTION))
    await browser.post(f"{here}/publish")
    answer = await browser.post(f"{here}/assign", {"due": due})
    assert answer.status_code == 302, answer.text
    return here, str(answer.headers["location"])


async def test_a_quiz_is_made_from_the_course_without_a_model(cast: Cast) -> None:
    cast.engine.state = "off"
    ada = await cast.ada()
    assert "There is no model on this box just now" in (await ada.get(f"{place(cast)}/activities")).text
    quiz = await made(cast, ada, instructions="Think first.")
    assert (quiz.state, quiz.items, quiz.made_by, quiz.title) == ("draft", 3, "templates", "Quiz 1")
    page = await ada.get(f"{place(cast)}/activities/{quiz.id}")
    assert "Made without a model" in page.text and "Think first." in page.text
    stems = [question.text.stem for question in await questions_of_activity(cast.parts.db, quiz.id)]
    assert len(stems) == 3 and page.text.count('id="item-') == 3


async def test_a_class_without_material_is_told_what_to_do(cast: Cast) -> None:
    assert cast.other is not None
    olu = await cast.olu()
    here = f"/teach/class/{cast.other.id}/activities"
    refused = await olu.post(here, {"kind": "quiz", "count": "3", "by": "box"})
    assert refused.status_code == 422
    assert "Add a paper, or put a course on the class&#39;s road" in refused.text
    assert await activities_of_class(cast.parts.db, cast.other.id) == []


@pytest.mark.parametrize(
    "form", [{"count": "0"}, {"count": "21"}, {"count": "-3"}, {"count": "many"}, {"kind": "essay"}]
)
async def test_a_wrong_order_keeps_what_was_typed(cast: Cast, form: dict[str, str]) -> None:
    ada = await cast.ada()
    sent: dict[str, object] = {"kind": "quiz", "count": "3", "by": "box", "title": "My own title", **form}
    refused = await ada.post(f"{place(cast)}/activities", sent)
    assert refused.status_code == 422
    assert "My own title" in refused.text and "field-error" in refused.text


async def test_a_quiz_is_written_edited_and_published_by_hand(cast: Cast) -> None:
    ada = await cast.ada()
    here = await by_hand(cast, ada)
    assert (await ada.post(f"{here}/publish")).status_code == 422
    refused = await ada.post(f"{here}/items", {**QUESTION, "choice-2": "The  PUSH"})
    assert refused.status_code == 422
    assert "have to differ" in refused.text and "The  PUSH" in refused.text
    assert (await ada.post(f"{here}/items", dict(QUESTION))).status_code == 302
    quiz_id = int(here.rsplit("/", 1)[1])
    [question] = await questions_of_activity(cast.parts.db, quiz_id)
    changed = await ada.post(f"{here}/items/{question.id}", {**QUESTION, "answer": "0"})
    assert changed.status_code == 302
    [question] = await questions_of_activity(cast.parts.db, quiz_id)
    assert question.text.answer == "The flow"
    assert (await ada.post(f"{here}/publish")).headers["location"] == f"{here}#assign"
    assert (await activity(cast, quiz_id)).state == "published"
    assert (await ada.post(f"{here}/items/{question.id}/remove")).status_code == 302


async def test_cards_by_hand(cast: Cast) -> None:
    ada = await cast.ada()
    here = await by_hand(cast, ada, "cards")
    assert (await ada.post(f"{here}/items", {"front": "Volt", "back": "one two"})).status_code == 422
    assert (await ada.post(f"{here}/items", {"front": "Volt", "back": "unit of push"})).status_code == 302
    assert "unit of push" in (await ada.get(here)).text


async def test_a_due_date_is_in_the_schools_time_and_never_in_the_past(cast: Cast) -> None:
    """The school is in Madrid, one hour ahead in winter."""
    ada = await cast.ada()
    day = datetime.fromtimestamp(cast.clock.now, UTC)
    _, there = await published(cast, ada, f"{day.year + 1}-02-01T15:30")
    row = await cast.parts.db.fetch_one("SELECT due_at FROM assignments")
    assert row is not None
    assert datetime.fromtimestamp(row["due_at"], UTC).hour == 14
    assert "15:30" in (await ada.get(there)).text
    for due in ("2001-01-01T10:00", "2026-13-40"):
        refused = await ada.post(f"{there}/due", {"due": due})
        assert refused.status_code == 422
        assert "field-error" in refused.text


async def test_results_and_a_review_that_the_student_sees(cast: Cast) -> None:
    ada, ben = await cast.ada(), await cast.student(cast.ben)
    here, there = await published(cast, ada)
    study = f"/student/study/{there.rsplit('/', 1)[1]}"
    [question] = await questions_of_activity(cast.parts.db, int(here.rsplit("/", 1)[1]))
    await ben.post(f"{study}/attempts")
    assert "0 answered" in (await ada.get(there)).text
    await ben.post(f"{study}/finish", {"attempt": "1", f"answer-{question.id}": "3"})
    results = (await ada.get(there)).text
    assert "1 of 2" in results and "0%" in results
    assert cast.ben is not None
    review = f"{there}/student/{cast.ben.id}"
    assert "chosen" in (await ada.get(review)).text
    refused = await ada.post(review, {"score": "120", "comment": "Kept words."})
    assert refused.status_code == 422
    assert "Kept words." in refused.text
    assert (await ada.post(review, {"score": "40", "comment": "Ask me about it."})).status_code == 302
    assert "given, not read yet" in (await ada.get(there)).text
    assert "Ask me about it." in (await ben.get(study)).text
    assert "40%" in (await ada.get(there)).text


async def test_saving_a_review_leads_to_the_next_who_waits_and_reaches_the_feedback_page(cast: Cast) -> None:
    ada, ben, chi = await cast.ada(), await cast.student(cast.ben), await cast.student(cast.chi)
    here, there = await published(cast, ada)
    study = f"/student/study/{there.rsplit('/', 1)[1]}"
    [question] = await questions_of_activity(cast.parts.db, int(here.rsplit("/", 1)[1]))
    for student in (ben, chi):
        await student.post(f"{study}/attempts")
        await student.post(f"{study}/finish", {"attempt": "1", f"answer-{question.id}": "3"})
    assert cast.ben is not None and cast.chi is not None
    cast.clock.now += 60
    first, second = f"{there}/student/{cast.ben.id}", f"{there}/student/{cast.chi.id}"
    assert f'href="{first}"' in (await ada.get(there)).text
    assert f'rel="next" data-part="after" href="{second}"' in (await ada.get(first)).text
    words = {"score": "40", "comment": "Ask me about it.", "keep": "1"}
    assert (await ada.post(first, words)).headers["location"] == second
    assert "Ask me about it.</option>" in (await ada.get(second)).text
    put_in = {"put_in": "1", "saved": "Ask me about it.", "comment": "Nearly."}
    assert "Nearly.\nAsk me about it.</textarea>" in (await ada.post(second, put_in)).text
    assert await cast.count("reviews") == 1
    assert (await ada.post(second, {"score": "50"})).headers["location"] == there
    assert "Review one after the other" not in (await ada.get(there)).text
    assert "1 new" in (await ben.get("/student")).text
    page = (await ben.get("/student/feedback")).text
    assert "Ask me about it." in page and "40" in page and f'href="{study}"' in page
    assert "1 new" not in (await ben.get("/student")).text
    assert "Ask me" not in (await chi.get("/student/feedback")).text


async def test_what_was_taken_stays_as_it_is_and_can_be_copied(cast: Cast) -> None:
    ada, ben = await cast.ada(), await cast.student(cast.ben)
    here, there = await published(cast, ada)
    await ben.post(f"/student/study/{there.rsplit('/', 1)[1]}/attempts")
    [question] = await questions_of_activity(cast.parts.db, int(here.rsplit("/", 1)[1]))
    page = await ada.get(here)
    assert "their scores would change" in page.text and f"{here}/items/" not in page.text
    for path in (f"{here}/items", f"{here}/items/{question.id}"):
        assert (await ada.post(path, {**QUESTION, "stem": "Another?", "answer": "0"})).status_code == 409
    assert (await ada.post(f"{here}/items/{question.id}/remove")).status_code == 409
    copy = (await ada.post(f"{here}/copy")).headers["location"]
    assert "Copy of Mine" in (await ada.get(copy)).text


async def test_topics_are_proposed_edited_and_published_and_the_published_ones_stay_meanwhile(
    cast: Cast,
) -> None:
    cast.engine.state = "off"
    ada, here, class_id = await cast.ada(), f"{place(cast)}/blueprint", cast.classroom.id
    assert (await ada.post(f"{here}/publish")).status_code == 409
    assert (await ada.post(f"{here}/make")).status_code == 302
    async with asyncio.timeout(20):
        while "made so far" in (await ada.get(here)).text:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    draft = await blueprint_of_class(cast.parts.db, class_id, "draft")
    assert draft is not None and len(draft.topics) == 6
    assert (await ada.post(f"{here}/publish")).status_code == 302
    first, second = draft.topics[:2]
    form: dict[str, object] = {
        "summary": "Electricity, by hand",
        "key-0": first.key, "title-0": "Circles of light", "place-0": "2", "objective-0": ["Build a loop.", ""],
        "key-1": second.key, "title-1": second.title, "place-1": "1", "objective-1": list(second.objectives),
        "title-2": "A new topic", "place-2": "3", "objective-2": ["Say what is new."],
    }  # fmt: skip
    assert (await ada.post(here, form)).status_code == 302
    published_one = await blueprint_of_class(cast.parts.db, class_id, "published")
    assert published_one is not None and len(published_one.topics) == 6
    draft = await blueprint_of_class(cast.parts.db, class_id, "draft")
    assert draft is not None
    assert [(topic.key, topic.title, topic.sequence) for topic in draft.topics] == [
        (second.key, second.title, 1),
        (first.key, "Circles of light", 2),
        ("a-new-topic", "A new topic", 3),
    ]
    assert draft.topics[1].evidence == first.evidence and draft.topics[1].objectives == ("Build a loop.",)
    await ada.post(f"{here}/publish")
    archived = await cast.parts.db.fetch_all("SELECT state FROM blueprints ORDER BY version")
    assert [row["state"] for row in archived] == ["archived", "published"]
    refused = await ada.post(here, {"title-0": "Without an objective"})
    assert refused.status_code == 422
    assert "Without an objective" in refused.text


async def test_another_teachers_class_is_not_there(cast: Cast) -> None:
    ada, olu = await cast.ada(), await cast.olu()
    here, there = await published(cast, ada)
    assert cast.ben is not None and cast.other is not None
    foreign = here.replace(f"/class/{cast.classroom.id}/", f"/class/{cast.other.id}/")
    for path in (
        here,
        there,
        f"{there}/student/{cast.ben.id}",
        f"{place(cast)}/activities",
        f"{place(cast)}/blueprint",
    ):
        assert (await olu.get(path)).status_code == 404, path
    assert (await olu.get(foreign)).status_code == 404
    for path in (
        here, f"{here}/items", f"{here}/items/1", f"{here}/items/1/remove", f"{here}/publish", f"{here}/assign",
        f"{here}/copy", f"{here}/remove", f"{there}/due", f"{there}/student/{cast.ben.id}",
        f"{place(cast)}/activities", f"{place(cast)}/blueprint", f"{place(cast)}/blueprint/make",
        f"{place(cast)}/blueprint/publish",
    ):  # fmt: skip
        sent: dict[str, object] = {
            **QUESTION,
            "kind": "quiz",
            "by": "hand",
            "title": "Stolen",
            "comment": "x",
            "title-0": "x",
        }
        assert (await olu.post(path, sent)).status_code == 404, path
    assert await cast.count("activities") == 1
    assert await cast.count("reviews") == 0


async def test_removing_it_asks_first_and_an_undo_brings_everything_back(cast: Cast) -> None:
    ada, ben = await cast.ada(), await cast.student(cast.ben)
    here, there = await published(cast, ada)
    await ben.post(f"/student/study/{there.rsplit('/', 1)[1]}/attempts")
    assert "with every attempt and score" in (await ada.get(here)).text
    assert (await ada.post(f"{here}/remove")).status_code == 302
    student, title = f"/student/study/{there.rsplit('/', 1)[1]}", ">Mine<"
    for page in (here, there):
        assert (await ada.get(page)).status_code == 404
    assert (await ben.get(student)).status_code == 404
    assert title not in (await ben.get("/student/study")).text
    assert title not in (await ada.get(f"{place(cast)}/gradebook")).text
    undo = f"{here}/restore"
    assert undo in (await ada.get(f"{place(cast)}/modules")).text
    assert (await ada.post(undo)).headers["location"] == here
    assert undo not in (await ada.get(f"{place(cast)}/modules")).text
    assert (await ada.get(there)).status_code == (await ben.get(student)).status_code == 200
    assert (await cast.count("assignments"), await cast.count("attempts")) == (1, 1)


async def test_what_is_too_long_for_a_blueprint_comes_back_beside_its_field(cast: Cast) -> None:
    ada, here = await cast.ada(), f"{place(cast)}/blueprint"
    form: dict[str, object] = {
        "summary": "Electricity", "title-0": "Lamps", "objective-0": ["Build a loop."],
        "title-1": "Motors", "objective-1": ["Say why it turns.", "x" * 6000],
    }  # fmt: skip
    page = await ada.post(here, form)
    assert page.status_code == 422 and "x" * 6000 in page.text and "Electricity" in page.text
    assert page.text.count("An objective may have 300 characters at most.") == 1
    assert 'id="objective-1-2-error"' in page.text
    page = await ada.post(here, {**form, "title-0": "y" * 6000})
    assert page.status_code == 422 and "y" * 6000 in page.text and 'id="field-title-0-error"' in page.text
    page = await ada.post(here, {**form, "summary": "z" * 6000, "objective-1": ["Say why it turns."]})
    assert page.status_code == 422 and "z" * 6000 in page.text and 'id="field-summary-error"' in page.text
