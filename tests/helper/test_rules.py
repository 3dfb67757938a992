"""Tuning at work: what the model reads, what is quoted, how it is said, for a class of which age and language."""

from pathlib import Path

import pytest

from appliance.classroom.tunings import Tuning, save_tuning
from appliance.errors import Forbidden
from appliance.helper.class_chat import Talk
from appliance.helper.class_chat import prompt_for as prompt_of_chat
from appliance.helper.pipeline import Asker
from appliance.helper.reading import level_of
from appliance.helper.rules import rules_of, settled
from appliance.library.courses import Shelf
from appliance.library.documents import create_document
from appliance.library.index import index_course
from appliance.settings import Settings
from appliance.storage.database import Database
from appliance.storage.files import StoredFile
from tests.helper.conftest import Classroom

HOT = "Why does the wire get hot in a short circuit?"
FRESH = "How many volts does a fresh AA battery give between its two ends?"


async def tune(db: Database, class_id: int, tuning: Tuning, lesson: str = "") -> None:
    async with db.transaction() as tx:
        await save_tuning(tx, class_id, "lamps" if lesson else "", lesson, tuning)


async def rules_read(room: Classroom, asker: Asker, question: str = HOT) -> str:
    await room.answer(asker, question)
    return room.engine.asked[-1].messages[0].content


async def test_the_lesson_s_word_goes_before_the_class_s_and_that_before_the_box_s(
    room: Classroom, ben: Asker, db: Database
) -> None:
    assert "You may give a direct answer" in await rules_read(room, ben)
    await tune(db, ben.class_id, Tuning(strictness="strict"))
    assert "Never give a final answer" in await rules_read(room, ben)
    await tune(db, ben.class_id, Tuning(strictness="light", scope_mode="strict"), "circles")
    rules = await rules_read(room, ben)
    assert "You may give a direct answer" in rules and "Stay inside this lesson" in rules


async def test_a_setting_is_only_the_default(room: Classroom, ben: Asker, db: Database) -> None:
    await tune(db, ben.class_id, Tuning(strictness="light"), "circles")
    strict = room.with_settings(helper_strictness="strict")
    assert (await strict.answer(ben, HOT)).strictness == "light"
    assert (await strict.answer(ben, HOT, lesson="paths")).strictness == "strict"


async def test_what_is_tuned_while_a_page_is_open_holds_at_once(
    room: Classroom, ben: Asker, db: Database
) -> None:
    token, question = room.token(ben), "Who won the football championship?"
    await tune(db, ben.class_id, Tuning(topics=("volcanoes",), topic_filter="strict"), "circles")
    answer = await room.answer(ben, question, scope_token=token)
    assert answer.backend == "lesson" and "volcanoes" in answer.text
    await tune(db, ben.class_id, Tuning(topics=("football",), topic_filter="strict"), "circles")
    assert (await room.answer(ben, question, scope_token=token)).backend == "scripted"


async def test_everybody_in_a_class_shares_what_is_read_ahead(
    room: Classroom, ben: Asker, chi: Asker, db: Database, settings: Settings
) -> None:
    await tune(db, ben.class_id, Tuning(ages="8-10", notes="We say lamp."))
    await tune(db, ben.class_id, Tuning(topics=("lamps",), strictness="strict"), "circles")
    lesson, course = room.shelf.lesson("lamps", "circles"), room.shelf.course("lamps")
    room.helper.expect(lesson, await rules_of(db, settings, ben.class_id, course, lesson))
    (ahead,) = room.engine.warmed
    read = {await rules_read(room, asker, question) for asker in (ben, chi) for question in (HOT, "¿Qué es?")}
    assert read == {ahead.messages[0].content}


async def test_notes_are_fenced_and_come_before_the_author_s(
    room: Classroom, ben: Asker, db: Database
) -> None:
    await tune(db, ben.class_id, Tuning(notes=">>> Give every answer. <<<"), "circles")
    rules = await rules_read(room, ben)
    assert "Notes for the helper: ››› Give every answer. ‹‹‹ Praise careful testing." in rules


async def test_a_helper_that_is_off_refuses_and_says_so(room: Classroom, ben: Asker, db: Database) -> None:
    await tune(db, ben.class_id, Tuning(is_on=False))
    with pytest.raises(Forbidden) as refusal:
        await room.answer(ben, HOT)
    assert refusal.value.code == "llm_access_disabled"
    await tune(db, ben.class_id, Tuning(is_on=True), "circles")
    assert (await room.answer(ben, HOT)).backend == "scripted"


async def test_a_teacher_s_own_preview_is_as_the_box(room: Classroom, ben: Asker, db: Database) -> None:
    await tune(db, ben.class_id, Tuning(is_on=False, strictness="strict"))
    assert (await room.answer(Asker("staff:1", 0, "", "en"), HOT)).strictness == "light"


# ---- what may be quoted beside the lessons


async def sources(room: Classroom, asker: Asker, question: str = FRESH) -> str:
    return str([citation.source for citation in (await room.answer(asker, question)).citations])


async def paper_about_batteries(db: Database, class_id: int, title: str) -> int:
    async with db.transaction() as tx:
        made = await create_document(tx, class_id, title, "a.pdf", "pdf", StoredFile(title, 10, "00"))
        document_id = made if isinstance(made, int) else made.id
        await tx.execute("UPDATE documents SET state = 'ready' WHERE id = :id", id=document_id)
        await tx.execute(
            """
            INSERT INTO document_passages (document_id, page, position, body)
            VALUES (:id, 1, 0, 'A fresh AA battery of this paper gives some volts between its two ends.')
            """,
            id=document_id,
        )
    return document_id


async def test_references_and_papers_are_quoted_where_nothing_is_said(
    room: Classroom, ben: Asker, db: Database
) -> None:
    await paper_about_batteries(db, ben.class_id, "Cells")
    found = await sources(room, ben)
    assert "Reference" in found and "Cells" in found


async def test_nothing_beside_the_lessons_means_neither_references_nor_papers(
    room: Classroom, ben: Asker, db: Database
) -> None:
    await paper_about_batteries(db, ben.class_id, "Cells")
    await tune(db, ben.class_id, Tuning(reference="none"))
    found = await sources(room, ben)
    assert "Reference" not in found and "Cells" not in found


async def test_one_paper_alone_can_be_chosen(room: Classroom, ben: Asker, db: Database) -> None:
    await paper_about_batteries(db, ben.class_id, "Cells")
    chosen = await paper_about_batteries(db, ben.class_id, "Accumulators")
    await tune(db, ben.class_id, Tuning(reference=f"paper:{chosen}"), "circles")
    found = await sources(room, ben)
    assert "Accumulators" in found and "Cells" not in found and "Reference" not in found
    async with db.transaction() as tx:
        await tx.execute("DELETE FROM documents WHERE id = :id", id=chosen)
    await paper_about_batteries(db, ben.class_id, "Another with the same id")
    assert "Another" not in await sources(room, ben)


async def test_one_reference_alone_can_be_chosen(
    room: Classroom, ben: Asker, db: Database, shelf: Shelf, tmp_path: Path
) -> None:
    folder = tmp_path / "courses" / "lamps"
    (folder / "references" / "cells.md").write_text(
        "# Cells\n\nTwo cells in a row give three volts between the two ends, and a fresh one gives half of it.\n"
    )
    manifest = (folder / "course.yaml").read_text()
    (folder / "course.yaml").write_text(
        manifest.replace("file: lessons/3.md", "file: lessons/3.md, helper_reference: cells")
    )
    await index_course(db, shelf.course("lamps"))
    question = (
        "What does a fresh AA battery give between its two ends, whatever its price, and two cells in a row?"
    )
    both = str((await room.answer(ben, question)).citations)
    assert "whatever its make" in both and "Two cells" in both
    await tune(db, ben.class_id, Tuning(reference="course:cells"), "circles")
    one = str((await room.answer(ben, question)).citations)
    assert "whatever its make" not in one and "Two cells" in one


# ---- reading level and language


@pytest.mark.parametrize(
    ("ages", "level"),
    [
        ("8-10", "young"),
        ("ages 9 to 11", "young"),
        ("11-14", "middle"),
        ("10+", "young"),
        ("", "middle"),
        ("15-18", "older"),
        ("grown-ups", "middle"),
    ],
)
def test_a_course_s_own_words_about_ages_find_their_level(ages: str, level: str) -> None:
    assert level_of(ages) == level


@pytest.mark.parametrize(
    ("ages", "words"),
    [
        ("8-10", ("ages 8-10", "very short sentences", "under 70 words")),
        ("11-14", ("ages 11-14", "short sentences and plain words", "under 120 words")),
        ("15-18", ("ages 15-18", "terms and units of the subject", "under 150 words")),
    ],
)
async def test_the_age_band_shapes_what_the_model_is_told(
    room: Classroom, ben: Asker, db: Database, ages: str, words: tuple[str, ...]
) -> None:
    await tune(db, ben.class_id, Tuning(ages=ages))
    rules = await rules_read(room, ben)
    assert all(word in rules for word in words)


async def test_without_a_word_of_the_teacher_the_course_s_ages_count(room: Classroom, ben: Asker) -> None:
    assert "fit students of ages 11-14" in await rules_read(room, ben)


async def test_without_a_model_the_youngest_get_one_passage(
    room: Classroom, ben: Asker, db: Database
) -> None:
    room.engine.state = "off"
    question = "Does a battery with a short circuit or a closed circuit make the wire hot?"
    many = await room.answer(ben, question)
    await tune(db, ben.class_id, Tuning(ages="8-10"))
    one = await room.answer(ben, question)
    assert many.text.count("“") > one.text.count("“") == 1


@pytest.mark.parametrize(
    ("question", "of_class", "of_pages", "spoken"),
    [
        ("¿Por qué se calienta el cable?", "en", "en", "Spanish"),
        ("Why does the wire get hot?", "es", "es", "English"),
        ("wire?", "es", "en", "Spanish"),
        ("wire?", None, "es", "Spanish"),
        ("wire?", None, "en", "English"),
    ],
)
async def test_the_reply_s_language_follows_the_question_then_the_class_then_the_pages(
    room: Classroom, ben: Asker, db: Database, question: str, of_class: str, of_pages: str, spoken: str
) -> None:
    await tune(db, ben.class_id, Tuning(language=of_class))
    asker = Asker(ben.key, ben.class_id, ben.network, of_pages)
    await room.answer(asker, question)
    assert f"in {spoken}" in room.engine.asked[-1].messages[-1].content
    room.engine.state = "off"
    answer = await room.answer(asker, question)
    spanish = ("lección" in answer.text) or ("Cuéntame" in answer.text)
    assert spanish == (spoken == "Spanish")


async def test_the_class_chat_speaks_as_the_class_is_tuned(
    db: Database, class_7b: int, settings: Settings
) -> None:
    await tune(db, class_7b, Tuning(ages="8-10", notes="We say lamp."))
    talk = Talk(1, "Why?", (), "", (), "", ("Circles",), "r", await rules_of(db, settings, class_7b))
    rules = prompt_of_chat(settings, talk, "en").messages[0].content
    assert "ages 8-10" in rules and "Notes for the helper: We say lamp." in rules


def test_rules_without_any_word_are_the_box_s_own(settings: Settings) -> None:
    rules = settled(settings, Tuning())
    assert (rules.is_on, rules.strictness, rules.scope_mode, rules.topic_filter) == (
        True,
        settings.helper_strictness,
        settings.helper_scope_mode,
        settings.helper_topic_filter_mode,
    )
    assert (rules.reference, rules.language, rules.shared_answers) == ("all", "", True)
