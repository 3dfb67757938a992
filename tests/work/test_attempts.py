"""Taking what was assigned: kept as given, graded once, revealed by the rule, never silently regraded."""

import asyncio
from dataclasses import replace

import pytest

from appliance.classroom.students import Student, create_student
from appliance.errors import Conflict, Invalid, NotFound
from appliance.storage.database import Database
from appliance.storage.files import FileStore
from appliance.work.activities import (
    Activity,
    activities_of_class,
    activity_of_class,
    copy_activity,
    create_activity,
    publish_activity,
    remove_activity,
)
from appliance.work.assignments import (
    Assignment,
    assign,
    assignment_of_class,
    change_due,
    results_of_assignment,
    study_of_student,
)
from appliance.work.attempts import (
    answers_of_attempt,
    attempts_of_student,
    finish_attempt,
    is_revealed,
    save_answers,
    start_attempt,
)
from appliance.work.flashcards import CardText, add_card, cards_of_activity
from appliance.work.quizzes import (
    QuestionText,
    add_question,
    change_question,
    questions_of_activity,
    remove_question,
)
from appliance.work.removals import KEPT_SECONDS, forget_removed
from appliance.work.reviews import mark_read, review_of, save_review
from tests.conftest import Clock
from tests.work.conftest import Room

FIRST = QuestionText("What is voltage?", ("The push", "The flow", "A wire", "A lamp"), 0, "It pushes.")
SECOND = QuestionText("What is current?", ("The push", "The flow", "A wire", "A lamp"), 1, "It flows.")
HOUR = 3600


async def quiz_of(db: Database, room: Room, *questions: QuestionText) -> Activity:
    async with db.transaction() as tx:
        activity_id = await create_activity(tx, room.classroom.id, "quiz", "Push and flow", "Think first.")
        for question in questions or (FIRST, SECOND):
            await add_question(tx, await activity_of_class(tx, room.classroom.id, activity_id), question)
    return await activity_of_class(db, room.classroom.id, activity_id)


async def given_to(db: Database, room: Room, due_at: int | None = None) -> Assignment:
    activity = await quiz_of(db, room)
    async with db.transaction() as tx:
        await publish_activity(tx, activity)
        published = await activity_of_class(tx, room.classroom.id, activity.id)
        assignment_id = await assign(tx, published, due_at)
    return await assignment_of_class(db, room.classroom.id, assignment_id)


async def take(db: Database, assignment: Assignment, student: Student, *choices: int) -> int:
    """A whole attempt with these choices; returns its score."""
    items = [question.id for question in await questions_of_activity(db, assignment.activity_id)]
    async with db.transaction() as tx:
        attempt = await start_attempt(tx, assignment, student.id)
        await save_answers(tx, assignment, student.id, attempt.number, dict(zip(items, choices, strict=True)))
        finished = await finish_attempt(tx, assignment, student.id, attempt.number)
    assert finished.score is not None
    return finished.score


async def test_only_what_is_published_is_assigned_and_only_what_holds_something_is_published(
    db: Database, adas: Room
) -> None:
    activity = await quiz_of(db, adas)
    async with db.transaction() as tx:
        with pytest.raises(Conflict):
            await assign(tx, activity, None)
        empty = await create_activity(tx, adas.classroom.id, "cards", "Nothing yet", "")
        with pytest.raises(Invalid):
            await publish_activity(tx, await activity_of_class(tx, adas.classroom.id, empty))


async def test_publishing_and_assigning_twice_changes_nothing(db: Database, adas: Room, clock: Clock) -> None:
    assignment = await given_to(db, adas)
    clock.now += HOUR
    async with db.transaction() as tx:
        activity = await activity_of_class(tx, adas.classroom.id, assignment.activity_id)
        await publish_activity(tx, activity)
        assert await assign(tx, activity, None) == assignment.id
    again = await activity_of_class(db, adas.classroom.id, activity.id)
    assert again.published_at == activity.published_at


async def test_who_joins_later_gets_it_too_and_no_other_class_does(
    db: Database, adas: Room, dee: Student
) -> None:
    assignment = await given_to(db, adas)
    async with db.transaction() as tx:
        late = await create_student(tx, adas.classroom.id, "Eve")
    lines = await study_of_student(db, adas.classroom.id, late.id)
    assert [line.assignment for line in lines] == [assignment]
    assert await study_of_student(db, dee.class_id, dee.id) == []
    with pytest.raises(NotFound):
        await assignment_of_class(db, dee.class_id, assignment.id)


async def test_every_answer_is_kept_as_given_and_may_change_until_it_is_handed_in(
    db: Database, adas: Room, ben: Student
) -> None:
    assignment = await given_to(db, adas)
    first, second = [question.id for question in await questions_of_activity(db, assignment.activity_id)]
    async with db.transaction() as tx:
        attempt = await start_attempt(tx, assignment, ben.id)
        for choice in (3, 3, 0):
            await save_answers(tx, assignment, ben.id, attempt.number, {first: choice})
    assert await answers_of_attempt(db, attempt.id) == {first: 0}
    async with db.transaction() as tx:
        assert await start_attempt(tx, assignment, ben.id) == attempt
        await save_answers(tx, assignment, ben.id, attempt.number, {second: 3})
        assert (await finish_attempt(tx, assignment, ben.id, attempt.number)).score == 50
        with pytest.raises(Conflict):
            await save_answers(tx, assignment, ben.id, attempt.number, {second: 1})
    assert await answers_of_attempt(db, attempt.id) == {first: 0, second: 3}


@pytest.mark.parametrize(
    "answers", [{"item": 9999, "choice": 0}, {"item": 0, "choice": 4}, {"item": 0, "choice": -1}]
)
async def test_invented_choices_are_refused_and_nothing_of_them_is_kept(
    db: Database, adas: Room, ben: Student, answers: dict[str, int]
) -> None:
    assignment = await given_to(db, adas)
    first, second = [question.id for question in await questions_of_activity(db, assignment.activity_id)]
    async with db.transaction() as tx:
        attempt = await start_attempt(tx, assignment, ben.id)
    with pytest.raises(Invalid):
        async with db.transaction() as tx:
            given = {second: 1, answers["item"] or first: answers["choice"]}
            await save_answers(tx, assignment, ben.id, attempt.number, given)
    assert await answers_of_attempt(db, attempt.id) == {}


async def test_handing_in_needs_every_answer_and_says_how_many_are_open(
    db: Database, adas: Room, ben: Student
) -> None:
    assignment = await given_to(db, adas)
    async with db.transaction() as tx:
        attempt = await start_attempt(tx, assignment, ben.id)
        with pytest.raises(Invalid, match="2 of 2 still to answer"):
            await finish_attempt(tx, assignment, ben.id, attempt.number)


async def test_handing_in_twice_at_once_is_one_attempt(db: Database, adas: Room, ben: Student) -> None:
    assignment = await given_to(db, adas)
    items = [question.id for question in await questions_of_activity(db, assignment.activity_id)]

    async def hand_in() -> int | None:
        async with db.transaction() as tx:
            return (await finish_attempt(tx, assignment, ben.id, 1)).score

    async with db.transaction() as tx:
        await start_attempt(tx, assignment, ben.id)
        await save_answers(tx, assignment, ben.id, 1, dict.fromkeys(items, 0))
    assert await asyncio.gather(*(hand_in() for _ in range(5))) == [50] * 5
    assert len(await attempts_of_student(db, assignment.id, ben.id)) == 1


async def test_two_attempts_the_better_one_counts_and_no_third(
    db: Database, adas: Room, ben: Student
) -> None:
    assignment = await given_to(db, adas)
    assert await take(db, assignment, ben, 0, 1) == 100
    assert await take(db, assignment, ben, 3, 3) == 0
    with pytest.raises(Conflict):
        await take(db, assignment, ben, 0, 1)
    [line] = await study_of_student(db, ben.class_id, ben.id)
    assert (line.standing.best, line.standing.finished, line.is_done) == (100, 2, True)


async def test_answers_are_revealed_after_the_last_attempt_or_the_due_date(
    db: Database, adas: Room, ben: Student, chi: Student, clock: Clock
) -> None:
    assignment = await given_to(db, adas, int(clock.now) + HOUR)
    await take(db, assignment, ben, 0, 0)
    once = await attempts_of_student(db, assignment.id, ben.id)
    assert not is_revealed(assignment, once, db.now())
    await take(db, assignment, ben, 0, 0)
    assert is_revealed(assignment, await attempts_of_student(db, assignment.id, ben.id), db.now())
    assert not is_revealed(assignment, [], db.now())
    assert not is_revealed(assignment, [], int(clock.now) + HOUR)
    assert is_revealed(assignment, [], int(clock.now) + HOUR + 1)


async def test_what_comes_late_is_refused_and_what_was_there_by_then_is_kept(
    db: Database, adas: Room, ben: Student, clock: Clock
) -> None:
    assignment = await given_to(db, adas, int(clock.now) + HOUR)
    first, second = [question.id for question in await questions_of_activity(db, assignment.activity_id)]
    async with db.transaction() as tx:
        attempt = await start_attempt(tx, assignment, ben.id)
        await save_answers(tx, assignment, ben.id, attempt.number, {first: 0})
    clock.now += HOUR + 1
    async with db.transaction() as tx:
        with pytest.raises(Conflict):
            await save_answers(tx, assignment, ben.id, attempt.number, {second: 1})
        with pytest.raises(Conflict):
            await finish_attempt(tx, assignment, ben.id, attempt.number)
    [result] = await results_of_assignment(db, assignment)
    assert (result.answered, result.standing.is_under_way, result.standing.best) == (1, True, None)


async def test_a_taken_quiz_can_not_be_changed_but_copied(db: Database, adas: Room, ben: Student) -> None:
    assignment = await given_to(db, adas)
    async with db.transaction() as tx:
        await start_attempt(tx, assignment, ben.id)
        activity = await activity_of_class(tx, adas.classroom.id, assignment.activity_id)
        questions = await questions_of_activity(tx, activity.id)
        for change in (
            add_question(tx, activity, replace(FIRST, stem="New?")),
            change_question(tx, activity, questions[0].id, replace(FIRST, answer_index=3)),
            remove_question(tx, activity, questions[0].id),
        ):
            with pytest.raises(Conflict):
                await change
        copied = await copy_activity(tx, activity, "Again")
    copy = await activity_of_class(db, adas.classroom.id, copied)
    assert (copy.state, copy.can_change, copy.items) == ("draft", True, 2)
    assert [each.text for each in await questions_of_activity(db, copied)] == [FIRST, SECOND]


async def test_the_due_date_moves_until_it_has_passed(db: Database, adas: Room, clock: Clock) -> None:
    assignment = await given_to(db, adas, int(clock.now) + HOUR)
    async with db.transaction() as tx:
        await change_due(tx, assignment, int(clock.now) + 2 * HOUR)
        with pytest.raises(Invalid):
            await change_due(tx, assignment, int(clock.now) - HOUR)
    clock.now += 3 * HOUR
    late = await assignment_of_class(db, adas.classroom.id, assignment.id)
    async with db.transaction() as tx:
        with pytest.raises(Conflict):
            await change_due(tx, late, int(clock.now) + HOUR)


async def test_cards_are_gone_through_once_and_give_the_share_that_was_known(
    db: Database, adas: Room, ben: Student
) -> None:
    async with db.transaction() as tx:
        activity_id = await create_activity(tx, adas.classroom.id, "cards", "Words", "")
        for front in ("Volt", "Ampere", "Ohm"):
            activity = await activity_of_class(tx, adas.classroom.id, activity_id)
            await add_card(tx, activity, CardText(front, "A unit of electricity"))
        await publish_activity(tx, await activity_of_class(tx, adas.classroom.id, activity_id))
        activity = await activity_of_class(tx, adas.classroom.id, activity_id)
        assignment = await assignment_of_class(tx, adas.classroom.id, await assign(tx, activity, None))
        cards = [card.id for card in await cards_of_activity(tx, activity_id)]
        await start_attempt(tx, assignment, ben.id)
        with pytest.raises(Invalid):
            await save_answers(tx, assignment, ben.id, 1, {cards[0]: 2})
        await save_answers(tx, assignment, ben.id, 1, {cards[0]: 1, cards[1]: 0, cards[2]: 1})
        assert (await finish_attempt(tx, assignment, ben.id, 1)).score == 67
        with pytest.raises(Conflict):
            await start_attempt(tx, assignment, ben.id)


async def test_a_review_overrides_the_score_and_is_unread_until_it_is_opened(
    db: Database, adas: Room, ben: Student
) -> None:
    assignment = await given_to(db, adas)
    await take(db, assignment, ben, 0, 3)
    async with db.transaction() as tx:
        with pytest.raises(Invalid):
            await save_review(tx, assignment, ben.id, adas.staff_id, None, "  ")
        with pytest.raises(Invalid):
            await save_review(tx, assignment, ben.id, adas.staff_id, 101, "")
        await save_review(tx, assignment, ben.id, adas.staff_id, 80, "Good reasons.")
    [line] = await study_of_student(db, ben.class_id, ben.id)
    assert (line.standing.score, line.standing.best, line.standing.is_unread) == (80, 50, True)
    async with db.transaction() as tx:
        await mark_read(tx, assignment.id, ben.id)
        await save_review(tx, assignment, ben.id, adas.staff_id, 80, "Good reasons.")
    review = await review_of(db, assignment.id, ben.id)
    assert review is not None and review.read_at == db.now()
    async with db.transaction() as tx:
        await save_review(tx, assignment, ben.id, adas.staff_id, None, "Look at question 2 again.")
    [line] = await study_of_student(db, ben.class_id, ben.id)
    assert (line.standing.score, line.standing.is_unread) == (50, True)


async def test_what_is_due_comes_first_and_what_is_done_last(
    db: Database, adas: Room, ben: Student, clock: Clock
) -> None:
    done, later = await given_to(db, adas), await given_to(db, adas, int(clock.now) + 2 * HOUR)
    soon = await given_to(db, adas, int(clock.now) + HOUR)
    await take(db, done, ben, 0, 1)
    lines = await study_of_student(db, ben.class_id, ben.id)
    assert [line.assignment.id for line in lines] == [soon.id, later.id, done.id]


async def test_removed_it_keeps_attempts_and_reviews_for_an_undo_of_30_days(
    db: Database, adas: Room, ben: Student, clock: Clock, store: FileStore
) -> None:
    assignment = await given_to(db, adas)
    await take(db, assignment, ben, 0, 1)
    async with db.transaction() as tx:
        await save_review(tx, assignment, ben.id, adas.staff_id, 90, "")
        activity = await activity_of_class(tx, adas.classroom.id, assignment.activity_id)
        await remove_activity(tx, activity)
    assert await activities_of_class(db, adas.classroom.id) == []
    assert await study_of_student(db, ben.class_id, ben.id) == []
    assert await review_of(db, assignment.id, ben.id) is not None
    clock.now += KEPT_SECONDS + 1
    await forget_removed(db, store)
    assert await review_of(db, assignment.id, ben.id) is None
    assert await attempts_of_student(db, assignment.id, ben.id) == []
