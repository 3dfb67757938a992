"""A quiz for groups: its students alone have it, everywhere; nobody when the group goes, they again once it is back."""

import pytest

from appliance.classroom.groups import create_group, remove_group, restore_group, update_group
from appliance.classroom.groups_of_materials import groups_of_materials, set_groups
from appliance.classroom.material_places import set_material_hidden
from appliance.classroom.materials import material_of_class
from appliance.classroom.students import Student
from appliance.errors import Conflict, Invalid, NotFound
from appliance.insights.classes import insights_of_class
from appliance.storage.database import Database
from appliance.work.activities import activity_of_class, remove_activity, restore_activity
from appliance.work.assignment_groups import audience_of_assignment, give_to_groups
from appliance.work.assignments import (
    Assignment,
    assignment_of_student,
    results_of_assignment,
    study_of_student,
)
from appliance.work.gradebook import gradebook_of_class
from tests.made_results import add_quiz, take
from tests.work.conftest import Room


@pytest.fixture
async def quiz(db: Database, adas: Room) -> Assignment:
    return await add_quiz(db, adas.classroom.id, "Light", questions=2)


@pytest.fixture
async def red(db: Database, adas: Room, ben: Student) -> int:
    """Ben's group."""
    async with db.transaction() as tx:
        group_id = await create_group(tx, adas.classroom.id, "Red", "red")
        await update_group(tx, adas.classroom.id, group_id, "Red", "red", [ben.id])
    return group_id


async def give(db: Database, quiz: Assignment, *group_ids: int) -> None:
    async with db.transaction() as tx:
        await give_to_groups(tx, quiz, group_ids)


async def have_it(db: Database, quiz: Assignment, *students: Student) -> list[str]:
    found = []
    for student in students:
        lines = await study_of_student(db, student.class_id, student.id)
        if any(line.assignment.id == quiz.id for line in lines):
            assert (await assignment_of_student(db, student.id, quiz.id)).id == quiz.id
            found.append(student.display_name)
        else:
            with pytest.raises(NotFound):
                await assignment_of_student(db, student.id, quiz.id)
    return found


async def grades(db: Database, quiz: Assignment) -> dict[str, str]:
    book = await gradebook_of_class(db, quiz.class_id)
    return {line.display_name: line.cells[-1].state for line in book.lines}


async def test_only_the_students_of_its_groups_have_it(
    db: Database, quiz: Assignment, red: int, ben: Student, chi: Student
) -> None:
    assert await have_it(db, quiz, ben, chi) == ["Ben", "Chi"]
    await give(db, quiz, red)
    assert await have_it(db, quiz, ben, chi) == ["Ben"]
    assert [result.display_name for result in await results_of_assignment(db, quiz)] == ["Ben"]
    assert await grades(db, quiz) == {"Ben": "missing", "Chi": "not_theirs"}
    insights = await insights_of_class(db, quiz.class_id)
    assert [line.completion for line in insights.learners] == [0.0, None]
    await give(db, quiz)
    assert await have_it(db, quiz, ben, chi) == ["Ben", "Chi"]
    assert await grades(db, quiz) == {"Ben": "missing", "Chi": "missing"}


async def test_what_somebody_did_before_stays_in_results_and_gradebook(
    db: Database, quiz: Assignment, red: int, ben: Student, chi: Student
) -> None:
    await take(db, quiz, chi.id, 1)
    await give(db, quiz, red)
    assert [result.display_name for result in await results_of_assignment(db, quiz)] == ["Ben", "Chi"]
    assert await grades(db, quiz) == {"Ben": "missing", "Chi": "done"}


async def test_it_is_for_the_same_groups_on_the_road_both_ways(
    db: Database, quiz: Assignment, red: int, adas: Room
) -> None:
    class_id = adas.classroom.id
    async with db.transaction() as tx:
        on_road = [
            await tx.insert(
                """
                INSERT INTO materials (module_id, kind, title, activity_id, position)
                VALUES (1, 'quiz', 'Light', :id, 5)
                """,
                id=quiz.activity_id,
            )
            for _twice in range(2)
        ]
        await give_to_groups(tx, quiz, [red])
    assert await groups_of_materials(db, class_id) == dict.fromkeys(on_road, frozenset({red}))
    async with db.transaction() as tx:
        await set_groups(tx, on_road[0], [])
    assert await groups_of_materials(db, class_id) == {}
    assert not (await audience_of_assignment(db, quiz.id)).is_for_groups
    async with db.transaction() as tx:
        await set_groups(tx, on_road[1], [red])
    assert await groups_of_materials(db, class_id) == dict.fromkeys(on_road, frozenset({red}))
    assert (await audience_of_assignment(db, quiz.id)).ids == {red}


@pytest.mark.parametrize("how", ["given", "shown"])
async def test_on_the_road_too_the_whole_class_has_it_once_the_teacher_says_so_after_its_group_went(
    db: Database, quiz: Assignment, red: int, ben: Student, chi: Student, how: str
) -> None:
    async with db.transaction() as tx:
        line = await tx.insert(
            "INSERT INTO materials (module_id, kind, title, activity_id, position) VALUES (1, 'quiz', 'L', :id, 5)",
            id=quiz.activity_id,
        )
        await set_groups(tx, line, [red])
        await remove_group(tx, quiz.class_id, red)
    assert await have_it(db, quiz, ben, chi) == []
    async with db.transaction() as tx:
        if how == "given":
            await give_to_groups(tx, quiz, [])
        else:
            await set_material_hidden(tx, await material_of_class(tx, quiz.class_id, line), False)
    assert await have_it(db, quiz, ben, chi) == ["Ben", "Chi"]
    assert not (await audience_of_assignment(db, quiz.id)).is_for_groups


async def test_when_its_only_group_goes_nobody_has_it_until_the_group_is_back(
    db: Database, quiz: Assignment, red: int, ben: Student, chi: Student
) -> None:
    await give(db, quiz, red)
    async with db.transaction() as tx:
        removed = await remove_group(tx, quiz.class_id, red)
    assert await have_it(db, quiz, ben, chi) == []
    assert (await audience_of_assignment(db, quiz.id)).is_nobody
    assert await grades(db, quiz) == {"Ben": "not_theirs", "Chi": "not_theirs"}
    async with db.transaction() as tx:
        await restore_group(tx, quiz.class_id, removed)
    assert await have_it(db, quiz, ben, chi) == ["Ben"]


async def test_a_group_that_comes_back_takes_nothing_from_the_whole_class(
    db: Database, quiz: Assignment, red: int, ben: Student, chi: Student
) -> None:
    await give(db, quiz, red)
    async with db.transaction() as tx:
        removed = await remove_group(tx, quiz.class_id, red)
    await give(db, quiz)
    async with db.transaction() as tx:
        await restore_group(tx, quiz.class_id, removed)
    assert await have_it(db, quiz, ben, chi) == ["Ben", "Chi"]


async def test_a_group_comes_back_with_its_students_and_its_materials_shown_again(
    db: Database, adas: Room, red: int, ben: Student
) -> None:
    class_id, upload, checklist = adas.classroom.id, adas.things["upload"], adas.things["checklist"]
    async with db.transaction() as tx:
        other = await create_group(tx, class_id, "Blue", "blue")
        await set_groups(tx, upload, [red])
        await set_groups(tx, checklist, [red, other])
        removed = await remove_group(tx, class_id, red)
        back = await restore_group(tx, class_id, removed)
        with pytest.raises(NotFound):
            await restore_group(tx, class_id, removed)
    assert await groups_of_materials(db, class_id) == {
        upload: frozenset({back}),
        checklist: frozenset({back, other}),
    }
    assert await db.fetch_all("SELECT 1 FROM materials WHERE is_hidden = 1") == []
    members = await db.fetch_all("SELECT student_id FROM group_students WHERE group_id = :id", id=back)
    assert [row["student_id"] for row in members] == [ben.id]


async def test_a_group_does_not_come_back_beside_one_of_its_name(
    db: Database, adas: Room, olus: Room, red: int
) -> None:
    async with db.transaction() as tx:
        removed = await remove_group(tx, adas.classroom.id, red)
        await create_group(tx, adas.classroom.id, "red", "blue")
    for class_id, refusal in ((adas.classroom.id, Conflict), (olus.classroom.id, NotFound)):
        with pytest.raises(refusal):
            async with db.transaction() as tx:
                await restore_group(tx, class_id, removed)


async def test_groups_of_another_class_are_refused(db: Database, quiz: Assignment, olus: Room) -> None:
    async with db.transaction() as tx:
        theirs = await create_group(tx, olus.classroom.id, "Theirs", "red")
    with pytest.raises(Invalid):
        await give(db, quiz, theirs)
    assert not (await audience_of_assignment(db, quiz.id)).is_for_groups


async def test_a_removed_quiz_takes_its_line_off_the_road_and_brings_it_back(
    db: Database, quiz: Assignment, adas: Room, ben: Student
) -> None:
    await take(db, quiz, ben.id, 2)
    async with db.transaction() as tx:
        await tx.insert(
            "INSERT INTO materials (module_id, kind, title, activity_id, position) VALUES (1, 'quiz', 'L', :id, 5)",
            id=quiz.activity_id,
        )
        await remove_activity(tx, await activity_of_class(tx, quiz.class_id, quiz.activity_id))
    gone = "SELECT kind FROM materials WHERE removed_at IS NOT NULL"
    assert [row["kind"] for row in await db.fetch_all(gone)] == ["quiz"]
    assert (await gradebook_of_class(db, quiz.class_id)).columns[-1].kind != "quiz"
    assert await have_it(db, quiz, ben) == []
    assert (await insights_of_class(db, quiz.class_id)).is_empty
    async with db.transaction() as tx:
        await restore_activity(tx, quiz.class_id, quiz.activity_id)
    assert await db.fetch_all(gone) == []
    assert (await have_it(db, quiz, ben), (await results_of_assignment(db, quiz))[0].standing.best) == (
        ["Ben"],
        100,
    )
