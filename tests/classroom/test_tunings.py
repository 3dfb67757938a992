"""Tuning as it is kept: from a form and back, the lesson's word before the class's."""

from dataclasses import replace

import pytest

from appliance.classroom.tunings import (
    Layers,
    Tuning,
    layers_of,
    listed_answers_of_class,
    save_tuning,
    texts_of,
    tuned_lessons,
    tuning_from,
    tuning_of,
)
from appliance.errors import Invalid
from appliance.storage.database import Database

EVERYTHING = Tuning(
    is_on=False,
    strictness="strict",
    scope_mode="strict",
    topic_filter="off",
    topics=("closed circuits", "lamps"),
    reference="course:basics",
    notes="We say lamp.\nNot bulb.",
    ages="8-10",
    language="es",
    answers=("0.25 A | 250 mA", "How many? 3"),
)


@pytest.fixture
async def class_7b(db: Database) -> int:
    async with db.transaction() as tx:
        return await tx.insert(
            "INSERT INTO classes (name, join_code, created_at) VALUES ('7B', 'ABCDEFGH', :now)", now=tx.now
        )


@pytest.mark.parametrize("tuning", [Tuning(), EVERYTHING])
async def test_a_tuning_survives_the_form_and_the_database(
    db: Database, class_7b: int, tuning: Tuning
) -> None:
    assert tuning_from(texts_of(tuning)) == tuning
    async with db.transaction() as tx:
        await save_tuning(tx, class_7b, "lamps", "circles", tuning)
    assert (await layers_of(db, class_7b, "lamps", "circles")).own == tuning


def test_an_empty_form_leaves_everything_to_the_next() -> None:
    assert tuning_from({}) == Tuning()


def test_topics_come_in_lines_or_between_bars_and_once_each() -> None:
    assert tuning_from({"topics": " lamps |batteries\n\n closed   circuits\nlamps"}).topics == (
        "lamps",
        "batteries",
        "closed circuits",
    )


@pytest.mark.parametrize("field", ["is_on", "strictness", "scope_mode", "topic_filter", "ages", "language"])
def test_only_what_is_offered_is_taken(field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        tuning_from({field: "'; DROP TABLE tunings"})
    assert refusal.value.field == field


def test_the_lesson_has_the_last_word_and_notes_of_both_are_said() -> None:
    of_class = Tuning(strictness="strict", is_on=False, notes="Wide.", shared_answers=False)
    merged = Layers(of_class, Tuning(is_on=True, notes="Near.", shared_answers=True)).merged
    assert merged == Tuning(is_on=True, strictness="strict", notes="Wide.\nNear.", shared_answers=False)
    assert Layers(of_class, Tuning()).merged == of_class


async def test_each_class_and_each_lesson_has_its_own(db: Database, class_7b: int) -> None:
    async with db.transaction() as tx:
        await save_tuning(tx, class_7b, "lamps", "circles", EVERYTHING)
    assert await tuning_of(db, class_7b) == await tuning_of(db, class_7b, "lamps", "paths") == Tuning()
    assert await tuning_of(db, class_7b + 1, "lamps", "circles") == Tuning()
    assert await tuned_lessons(db, class_7b) == {("lamps", "circles")}


async def test_a_lesson_with_nothing_of_its_own_has_no_row(db: Database, class_7b: int) -> None:
    for tuning in (EVERYTHING, Tuning()):
        async with db.transaction() as tx:
            await save_tuning(tx, class_7b, "lamps", "circles", tuning)
    assert await tuned_lessons(db, class_7b) == frozenset()


async def test_answers_belong_to_a_lesson_and_never_to_the_class(db: Database, class_7b: int) -> None:
    async with db.transaction() as tx:
        await save_tuning(tx, class_7b, "", "", EVERYTHING)
        await save_tuning(tx, class_7b, "lamps", "circles", EVERYTHING)
    assert (await tuning_of(db, class_7b)).answers is None
    assert await listed_answers_of_class(db, class_7b) == {("lamps", "circles"): EVERYTHING.answers}
    assert await listed_answers_of_class(db, class_7b + 1) == {}


async def test_whether_answers_are_shared_is_kept_with_the_class(db: Database, class_7b: int) -> None:
    for chosen in (False, True, False):
        async with db.transaction() as tx:
            await save_tuning(tx, class_7b, "", "", replace(EVERYTHING, shared_answers=chosen))
            await save_tuning(tx, class_7b, "lamps", "circles", EVERYTHING)
        assert (await tuning_of(db, class_7b)).shared_answers is chosen
        assert (await tuning_of(db, class_7b, "lamps", "circles")).shared_answers is chosen


async def test_a_paper_deleted_while_it_was_being_chosen_is_a_paper_that_is_gone(
    db: Database, class_7b: int
) -> None:
    async with db.transaction() as tx:
        await save_tuning(tx, class_7b, "lamps", "circles", Tuning(reference="paper:999"))
    layers = await layers_of(db, class_7b, "lamps", "circles")
    assert layers.own.reference == "paper:0"
