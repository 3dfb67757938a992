"""Tuning the helper: what holds, saved and taken back, tried as a student, and never a word about releases."""

import asyncio
import json
from collections.abc import Callable

import pytest

from appliance.classroom.classes import set_locked
from appliance.classroom.material_drafts import Draft, create_material
from appliance.classroom.modules import create_module
from appliance.classroom.releases import set_lock
from appliance.classroom.tunings import Tuning, layers_of, save_tuning, tuning_of
from appliance.library.documents import create_document
from appliance.library.index import index_course
from appliance.storage.files import StoredFile
from tests.conftest import COURSE, Browser, Cast

LESSON = "who-lets-it-through"
WOOL = "Why does a pencil let electricity through?"
PENCIL_LINE = "Why is a pencil line on paper so thin that the LED is faint?"
PROMPT = "The prompt as it was sent"


def of_class(cast: Cast) -> str:
    return f"/teach/class/{cast.classroom.id}/helper/tuning"


def of_lesson(cast: Cast) -> str:
    return f"{of_class(cast)}/{COURSE}/{LESSON}"


async def indexed(cast: Cast) -> None:
    parts = cast.parts
    await index_course(parts.db, parts.shelf.course(COURSE), parts.router.embed)


async def ask(cast: Cast, browser: Browser, question: str = WOOL) -> dict[str, object]:
    page = await browser.get(f"/course/{COURSE}/{LESSON}")
    token = page.text.split('name="scope_token" value="')[1].split('"')[0]
    answer = await browser.post_json("/helper/chat", {"message": question, "scope_token": token})
    body: dict[str, object] = answer.json()
    return body


async def test_what_a_teacher_saves_holds_for_the_next_question(cast: Cast) -> None:
    ada, ben = await cast.ada(), await cast.student(cast.ben)
    assert (await ask(cast, ben))["strictness"] == "light"
    saved = await ada.post(of_lesson(cast), {"strictness": "strict", "notes": "We say lamp, not bulb."})
    assert (saved.status_code, saved.headers["location"]) == (302, of_lesson(cast))
    assert (await ask(cast, ben))["strictness"] == "strict"
    assert "We say lamp, not bulb." in cast.engine.asked[-1].messages[0].content
    page = (await ada.get(of_lesson(cast))).text
    assert '<option value="strict" selected>Strict: hints, and never a listed answer' in page
    assert "We say lamp, not bulb." in page


async def test_a_lesson_is_as_its_class_until_it_has_its_own(cast: Cast) -> None:
    ada, db, class_id = await cast.ada(), cast.parts.db, cast.classroom.id
    await ada.post(of_class(cast), {"strictness": "strict", "ages": "8-10"})
    assert "As the class: Strict<" in (await ada.get(of_lesson(cast))).text
    await ada.post(of_lesson(cast), {"strictness": "light"})
    tuning = await tuning_of(db, class_id, COURSE, LESSON)
    assert (tuning.strictness, tuning.ages) == ("light", "8-10")
    await ada.post(of_lesson(cast))
    assert (await tuning_of(db, class_id, COURSE, LESSON)).strictness == "strict"
    assert (await db.fetch_all("SELECT lesson_slug FROM tunings"))[0]["lesson_slug"] == ""


async def test_saving_never_touches_a_release(cast: Cast) -> None:
    ada, db = await cast.ada(), cast.parts.db
    async with db.transaction() as tx:
        await set_lock(tx, cast.classroom.id, COURSE, LESSON, True)
    everything = "SELECT * FROM releases"
    before = [tuple(row) for row in await db.fetch_all(everything)]
    for path in (of_class(cast), of_lesson(cast), f"{of_class(cast)}/{COURSE}/the-push-and-the-flow"):
        assert (await ada.post(path, {"strictness": "strict", "is_on": "off"})).status_code == 302
        await ada.post(path)
    assert [tuple(row) for row in await db.fetch_all(everything)] == before
    ben = await cast.student(cast.ben)
    assert "locked just now" in (await ben.get(f"/course/{COURSE}/{LESSON}")).text


async def test_a_lesson_with_a_date_stays_closed_when_it_is_tuned(cast: Cast) -> None:
    from tests.student.conftest import MANIFEST  # a course with a lesson of 2099

    folder = cast.parts.settings.appliance_data / "courses" / "lamps"
    (folder / "lessons").mkdir(parents=True)
    (folder / "course.yaml").write_text(MANIFEST)
    for number in (1, 2, 3):
        (folder / "lessons" / f"{number}.md").write_text("---\ntitle: A lesson\n---\nText.\n")
    ada, ben = await cast.ada(), await cast.student(cast.ben)
    await ada.post(f"/teach/class/{cast.classroom.id}/courses", {"course": "lamps"})
    saved = await ada.post(f"{of_class(cast)}/lamps/later", {"strictness": "strict"})
    assert saved.status_code == 302
    assert "This lesson opens on" in (await ben.get("/course/lamps/later")).text


async def test_a_helper_that_is_off_is_not_on_the_page_and_takes_no_question(cast: Cast) -> None:
    ada, ben = await cast.ada(), await cast.student(cast.ben)
    lesson = await ben.get(f"/course/{COURSE}/{LESSON}")
    token = lesson.text.split('name="scope_token" value="')[1].split('"')[0]
    await ada.post(of_lesson(cast), {"is_on": "off"})
    page = (await ben.get(f"/course/{COURSE}/{LESSON}")).text
    assert "switched the helper off for this lesson" in page and "scope_token" not in page
    refused = await ben.post_json("/helper/chat", {"message": WOOL, "scope_token": token})
    assert (refused.status_code, refused.json()["error"]) == (403, "llm_access_disabled")
    care = await ben.post_json("/helper/chat", {"message": "I want to kill myself", "scope_token": token})
    assert care.status_code == 200
    assert "scope_token" in (await ben.get(f"/course/{COURSE}/the-push-and-the-flow")).text


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("strictness", "brutal", "none of the choices"),
        ("notes", "n" * 301, "longer than 300 characters"),
        ("topics", "\n".join(map(str, range(25))), "more than 24 topics"),
        ("topics", "t" * 61, "more than 60 characters"),
        ("reference", "course:nowhere", "none of the choices"),
        ("reference", "paper:7", "none of the choices"),
    ],
)
async def test_what_cannot_be_keeps_what_was_typed(cast: Cast, field: str, value: str, sentence: str) -> None:
    ada = await cast.ada()
    for path in (of_class(cast), of_lesson(cast)):
        page = await ada.post(path, {"notes": "Keep me.", field: value})
        assert page.status_code == 422
        assert sentence in page.text
        assert ("Keep me." if field != "notes" else value) in page.text
    assert await cast.count("tunings") == 0


async def test_a_paper_of_the_class_can_be_all_that_is_quoted_until_it_is_gone(cast: Cast) -> None:
    ada, db, class_id = await cast.ada(), cast.parts.db, cast.classroom.id
    async with db.transaction() as tx:
        stored = StoredFile("stored", 10, "00")
        paper = await create_document(tx, class_id, "The water cycle", "water.pdf", "pdf", stored)
    paper_id = paper if isinstance(paper, int) else paper.id
    assert "Only the paper “The water cycle”" in (await ada.get(of_lesson(cast))).text
    await ada.post(of_lesson(cast), {"reference": f"paper:{paper_id}"})
    assert (await tuning_of(db, class_id, COURSE, LESSON)).reference == f"paper:{paper_id}"
    async with db.transaction() as tx:
        await tx.execute("DELETE FROM documents WHERE id = :id", id=paper_id)
    assert (await tuning_of(db, class_id, COURSE, LESSON)).reference == "paper:0"
    page = (await ada.get(of_lesson(cast))).text
    assert "the chosen paper is gone" in page


async def test_a_reference_that_left_its_course_is_told_and_not_let_go_unseen(cast: Cast) -> None:
    ada, db, class_id = await cast.ada(), cast.parts.db, cast.classroom.id
    async with db.transaction() as tx:
        await save_tuning(tx, class_id, COURSE, LESSON, Tuning(reference="course:gone"))
    page = (await ada.get(of_lesson(cast))).text
    assert '<option value="course:gone" selected>Nothing: the chosen reference is gone' in page
    saved = await ada.post(of_lesson(cast), {"reference": "course:gone", "notes": "We say lamp."})
    assert saved.status_code == 302
    assert (await tuning_of(db, class_id, COURSE, LESSON)).reference == "course:gone"


async def test_who_tuned_what_is_in_the_audit_trail_without_a_word_of_it(cast: Cast) -> None:
    ada = await cast.ada()
    await ada.post(of_lesson(cast), {"notes": "A secret about Ben."})
    await ada.post(of_class(cast), {"notes": "A secret about Chi."})
    rows = [dict(row) for row in await cast.parts.db.fetch_all("SELECT * FROM audit_events ORDER BY id")]
    tuned = [
        (row["staff_id"], row["class_id"], row["target"]) for row in rows if row["action"] == "tune_helper"
    ]
    assert tuned == [
        (cast.ada_id, cast.classroom.id, f"{COURSE}/{LESSON}"),
        (cast.ada_id, cast.classroom.id, ""),
    ]
    assert "secret" not in str(rows)


async def test_saving_twice_is_saving_once(cast: Cast) -> None:
    ada = await cast.ada()
    for _ in range(2):
        assert (await ada.post(of_lesson(cast), {"strictness": "strict"})).status_code == 302
    assert await cast.count("tunings") == 1


def seen_in(page: str) -> str:
    return page.split('name="seen" value="')[1].split('"')[0]


@pytest.mark.parametrize("of", [of_class, of_lesson])
async def test_what_a_colleague_saved_meanwhile_is_not_lost_unseen(
    cast: Cast, of: Callable[[Cast], str]
) -> None:
    ada, colleague, path = await cast.ada(), await cast.ada(), of(cast)
    opened = seen_in((await ada.get(path)).text)
    theirs = {"strictness": "strict", "seen": seen_in((await colleague.get(path)).text)}
    assert (await colleague.post(path, theirs)).status_code == 302
    refused = await ada.post(path, {"notes": "We say lamp.", "seen": opened})
    assert refused.status_code == 409
    assert "tuned elsewhere since you opened it" in refused.text and "We say lamp." in refused.text
    assert "Strict: hints, and never a listed answer <span" in refused.text
    tried = await ada.post(f"{path}/try", {"notes": "We say lamp.", "seen": opened, "question": " "})
    assert seen_in(tried.text) == opened
    again = {"notes": "We say lamp.", "strictness": "strict", "seen": seen_in(refused.text)}
    assert (await ada.post(path, again)).status_code == 302
    assert (await ada.post(path, {**again, "seen": opened})).status_code == 302
    layers = await layers_of(cast.parts.db, cast.classroom.id, COURSE, LESSON)
    kept = layers.own if of is of_lesson else layers.of_class
    assert (kept.strictness, kept.notes) == ("strict", "We say lamp.")


async def test_a_form_without_shared_answers_leaves_them_as_they_are(cast: Cast) -> None:
    ada, db, class_id = await cast.ada(), cast.parts.db, cast.classroom.id
    await ada.post(of_class(cast), {"strictness": "strict"})
    async with db.transaction() as tx:
        await tx.execute("UPDATE tunings SET shared_answers = 0")
    await ada.post(of_class(cast))
    assert not (await tuning_of(db, class_id, COURSE, LESSON)).shared_answers


@pytest.mark.parametrize("more", ["", f"/{COURSE}/{LESSON}"])
async def test_it_is_a_page_of_this_class_s_teacher_alone(cast: Cast, more: str) -> None:
    path = of_class(cast) + more
    visitor, olu = cast.visitor(), await cast.olu()
    assert (await visitor.get(path)).headers["location"].startswith("/sign-in")
    assert (await olu.get(path)).status_code == 404
    assert (await olu.post(path, {"strictness": "strict"})).status_code == 404
    assert (await olu.post(f"{path}/try", {"question": WOOL})).status_code == 404
    assert await cast.count("tunings") == 0


async def test_a_lesson_that_is_not_on_the_road_cannot_be_tuned(cast: Cast) -> None:
    ada = await cast.ada()
    assert (await ada.get(f"{of_class(cast)}/{COURSE}/nowhere")).status_code == 404
    assert (await ada.post(f"{of_class(cast)}/{COURSE}/nowhere", {"strictness": "strict"})).status_code == 404


async def test_answers_of_a_lesson_are_listed_line_by_line_and_kept_by_strict_alone(cast: Cast) -> None:
    ada, db = await cast.ada(), cast.parts.db
    typed = {"answers": "graphite | grafito\n\n  How many   ohms? 12 \ngraphite | grafito"}
    await ada.post(of_lesson(cast), typed)
    tuning = await tuning_of(db, cast.classroom.id, COURSE, LESSON)
    assert tuning.answers == ("graphite | grafito", "How many ohms? 12")
    page = (await ada.get(of_lesson(cast))).text
    assert "graphite | grafito\nHow many ohms? 12</textarea>" in page
    assert "none while it says much" in page
    await ada.post(of_lesson(cast), {**typed, "strictness": "strict"})
    assert "graphite | grafito; How many ohms? 12" in (await ada.get(of_lesson(cast))).text
    assert 'name="answers"' not in (await ada.get(of_class(cast))).text
    await ada.post(of_class(cast), typed)
    assert (await tuning_of(db, cast.classroom.id)).answers is None


async def test_a_copied_class_keeps_the_same_answers_to_itself(cast: Cast) -> None:
    ada = await cast.ada()
    await ada.post(of_lesson(cast), {"answers": "graphite"})
    copied = await ada.post(f"/teach/class/{cast.classroom.id}/copy", {"name": "7B next year"})
    made = int(copied.headers["location"].rsplit("/", 1)[1])
    assert (await tuning_of(cast.parts.db, made, COURSE, LESSON)).answers == ("graphite",)


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [("\n".join(map(str, range(41))), "more than 40 answers"), ("t" * 201, "more than 200 characters")],
)
async def test_too_many_answers_and_too_long_ones_are_refused(
    cast: Cast, answers: str, sentence: str
) -> None:
    page = await (await cast.ada()).post(of_lesson(cast), {"answers": answers})
    assert page.status_code == 422 and sentence in page.text and answers in page.text


# ---- try it as a student


async def test_a_try_keeps_back_what_is_listed_in_the_form(cast: Cast) -> None:
    await indexed(cast)
    cast.engine.will_say("Look at its tip. It is the graphite.", "Look at its tip. It is the graphite.")
    ada = await cast.ada()
    asked = {"question": "What is it?", "answers": "graphite", "strictness": "strict"}
    tried = (await ada.post(f"{of_lesson(cast)}/try", asked)).text
    assert "Answers you listed" in tried and "kept back" in tried
    assert "It gives an answer away." in tried and "<del>It is the graphite.</del>" in tried
    light = (await ada.post(f"{of_lesson(cast)}/try", {**asked, "strictness": "light"})).text
    assert "not kept back: it is not set to strict" in light
    assert await cast.count("tunings") == 0


async def test_a_try_shows_the_answer_and_everything_behind_it(cast: Cast) -> None:
    await indexed(cast)
    cast.engine.will_say("Graphite lets it through [L1]. Write to ben@home.org. See https://x.org now.")
    ada = await cast.ada()
    page = await ada.post(
        f"{of_lesson(cast)}/try", {"question": f"I am ben@home.org. {WOOL}", "notes": "Unsaved, but tried."}
    )
    assert page.status_code == 200
    assert "Graphite lets it through [1]." in page.text
    assert "1 personal detail" in page.text and "[REDACTED_EMAIL]" in page.text
    assert "It held personal details." in page.text
    assert "<del>See https://x.org now.</del>" in page.text
    assert PROMPT in page.text and "coach, not an answer machine" in page.text
    assert "Unsaved, but tried." in cast.engine.asked[-1].messages[0].content
    assert page.text.count("score ") >= 1


async def test_a_try_keeps_and_counts_nothing(cast: Cast) -> None:
    ada = await cast.ada()
    before = [await cast.count(table) for table in ("student_events", "audit_events", "tunings")]
    await ada.post(f"{of_lesson(cast)}/try", {"question": WOOL, "strictness": "strict"})
    await ada.post(f"{of_lesson(cast)}/try", {"question": "I want to kill myself", "strictness": "strict"})
    assert [await cast.count(table) for table in ("student_events", "audit_events", "tunings")] == before
    assert await cast.count("care_counts") == 0
    assert len(cast.engine.asked) == 1


async def test_a_try_says_which_sentence_gave_an_answer_away(cast: Cast) -> None:
    await indexed(cast)
    cast.engine.will_say("Think of the push first. The answer is 25 mA.")
    question = "A 3.0 V pack is joined to a 120 ohm resistor and nothing else. How large is the current?"
    path = f"{of_class(cast)}/{COURSE}/the-push-and-the-flow/try"
    page = (await (await cast.ada()).post(path, {"question": question, "strictness": "strict"})).text
    assert "<del>The answer is 25 mA.</del>" in page and "It gives an answer away." in page
    assert "Think of the push first." in page


async def test_a_try_says_what_of_a_passage_is_not_shown(cast: Cast) -> None:
    await indexed(cast)
    form = {"question": PENCIL_LINE, "strictness": "strict", "answers": "graphite"}
    page = (await (await cast.ada()).post(f"{of_lesson(cast)}/try", form)).text
    shown = page[page.index("What the student sees") : page.index("What happened behind it")]
    assert "The student does not: it holds a kept answer." in page
    assert "A pencil line on paper is very thin" in shown and "Pencils and graphite" not in shown
    assert page.count("The student reads it without its title") == 1


async def test_a_try_leads_to_what_the_teacher_wrote_where_a_teacher_reads_it(cast: Cast) -> None:
    await indexed(cast)
    async with cast.parts.db.transaction() as tx:
        module = await create_module(tx, cast.classroom.id, "Volcanoes")
        text = Draft(
            "text", "Inside a volcano", "## Why\n\nGas in the magma makes bubbles, and so the pressure grows."
        )
        number = await create_material(tx, module, text)
    ada = await cast.ada()
    form = {"question": "Why does the pressure in the magma grow?", "topic_filter": "off"}
    page = (await ada.post(f"{of_lesson(cast)}/try", form)).text
    address = f"/teach/class/{cast.classroom.id}/materials/{number}"
    assert f'href="{address}"' in page and 'href="/material/' not in page
    assert (await ada.get(address)).status_code == 200


async def test_a_try_in_a_locked_class_says_that_students_see_no_helper(cast: Cast) -> None:
    ada = await cast.ada()
    note = "The class is locked: students see no helper"
    assert note not in (await ada.post(f"{of_lesson(cast)}/try", {"question": WOOL})).text
    async with cast.parts.db.transaction() as tx:
        await set_locked(tx, cast.classroom.id, True)
    tried = await ada.post(f"{of_lesson(cast)}/try", {"question": WOOL})
    assert note in tried.text and "What the student sees" in tried.text


async def test_a_try_off_the_topics_asks_no_model(cast: Cast) -> None:
    await indexed(cast)
    form = {"question": "Who won the football world cup?", "topic_filter": "strict", "topics": "wires"}
    page = (await (await cast.ada()).post(f"{of_lesson(cast)}/try", form)).text
    assert "the question is off the topics" in page
    assert "No model was asked." in page and cast.engine.asked == []


async def test_a_try_in_spanish_is_answered_in_spanish_without_a_model_too(cast: Cast) -> None:
    await indexed(cast)
    cast.engine.state = "off"
    form = {"question": "¿lana?", "student_language": "es"}
    page = (await (await cast.ada()).post(f"{of_lesson(cast)}/try", form)).text
    assert "no model that can answer" in page
    assert "Esto es lo que dice tu lección" in page or "Aquí trabajamos con" in page


async def test_a_class_is_tried_on_a_lesson_that_is_chosen(cast: Cast) -> None:
    ada = await cast.ada()
    form = {"question": WOOL, "lesson": f"{COURSE}/{LESSON}", "ages": "8-10"}
    assert (await ada.post(f"{of_class(cast)}/try", form)).status_code == 200
    assert "Stay under 70 words" in cast.engine.asked[-1].messages[0].content
    assert "Who lets it through?" in cast.engine.asked[-1].messages[0].content
    nothing = await ada.post(f"{of_class(cast)}/try", {"question": WOOL})
    assert nothing.status_code == 422 and "Choose a lesson to ask about." in nothing.text
    assert (await ada.post(f"{of_class(cast)}/try", {**form, "lesson": "no/where"})).status_code == 404


async def test_an_empty_try_keeps_the_form(cast: Cast) -> None:
    page = await (await cast.ada()).post(f"{of_lesson(cast)}/try", {"question": "", "notes": "Still here."})
    assert page.status_code == 422
    assert "Type a question first." in page.text and "Still here." in page.text


@pytest.mark.parametrize("accept", ["text/html", "application/json, text/event-stream"])
async def test_a_teacher_who_goes_away_frees_the_slot(cast: Cast, accept: str) -> None:
    ada = await cast.ada()
    await ada.get("/privacy")
    cast.engine.hold()
    headers = {"Accept": accept, "X-CSRF-Token": ada.token}
    post = ada.client.post(f"{of_lesson(cast)}/try", data={"question": WOOL}, headers=headers)
    asking = asyncio.create_task(post)
    await live(cast, 1)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await live(cast, 0)
    assert cast.parts.router.status()["queue"]["running"] == 0


async def live(cast: Cast, wanted: int) -> None:
    async with asyncio.timeout(10):
        while cast.engine.live != wanted:  # noqa: ASYNC110 - the engine has no event
            await asyncio.sleep(0.01)


async def test_with_script_a_try_comes_as_events_and_a_refusal_as_json(cast: Cast) -> None:
    ada = await cast.ada()
    await ada.get("/privacy")
    accept = {"Accept": "application/json, text/event-stream", "X-CSRF-Token": ada.token}
    cast.engine.will_say("Look at its graphite. What else is made of it?")
    answer = await ada.client.post(f"{of_lesson(cast)}/try", data={"question": WOOL}, headers=accept)
    blocks = [block.split("\n") for block in answer.text.split("\n\n") if block.startswith("event:")]
    names = [lines[0].removeprefix("event: ") for lines in blocks]
    assert names[0] == "start" and names[-1] == "done" and "delta" in names
    assert PROMPT in json.loads(blocks[-1][1].removeprefix("data: "))["html"]
    refused = await ada.client.post(f"{of_lesson(cast)}/try", data={"question": ""}, headers=accept)
    assert (refused.status_code, refused.json()["error"]) == (400, "missing_message")
