"""Quizzes, attempts and questions of a class, made through the doors that students use."""

from collections.abc import Mapping

from appliance.storage.database import Database
from appliance.study.blueprints import Topic, publish_blueprint, save_draft
from appliance.study.chats import Exchange, add_exchange, create_session, session_of_student
from appliance.work.activities import activity_of_class, create_activity, publish_activity
from appliance.work.assignments import Assignment, assign, assignment_of_class
from appliance.work.attempts import finish_attempt, save_answers, start_attempt
from appliance.work.quizzes import QuestionText, insert_question, questions_of_activity

WRONG = 3


async def add_topics(db: Database, class_id: int, topics: Mapping[str, tuple[str, ...]]) -> None:
    """Published; the title of a topic is its key with a capital."""
    made = [
        Topic(key, key.capitalize(), number, objectives)
        for number, (key, objectives) in enumerate(topics.items(), start=1)
    ]
    async with db.transaction() as tx:
        await save_draft(tx, class_id, "", made)
        await publish_blueprint(tx, class_id)


async def add_quiz(
    db: Database, class_id: int, title: str, topic_key: str = "", questions: int = 10
) -> Assignment:
    """The first choice is always right; given to the class."""
    async with db.transaction() as tx:
        activity_id = await create_activity(tx, class_id, "quiz", title, "Read well.", topic_key)
        for number in range(questions):
            text = QuestionText(
                f"What is asked as number {number} in {title}?",
                ("The right one", "Nearly right", "Half wrong", "The wrong one"),
                0,
                "The first is right because this test says so.",
            )
            await insert_question(tx, activity_id, text)
        await publish_activity(tx, await activity_of_class(tx, class_id, activity_id))
        assignment_id = await assign(tx, await activity_of_class(tx, class_id, activity_id), None)
        return await assignment_of_class(tx, class_id, assignment_id)


async def take(db: Database, quiz: Assignment, student_id: int, right: int) -> None:
    """One whole attempt with so many right answers, the first ones."""
    async with db.transaction() as tx:
        attempt = await start_attempt(tx, quiz, student_id)
        items = [question.id for question in await questions_of_activity(tx, quiz.activity_id)]
        given = {item: 0 if place < right else WRONG for place, item in enumerate(items)}
        await save_answers(tx, quiz, student_id, attempt.number, given)
        await finish_attempt(tx, quiz, student_id, attempt.number)


async def ask(db: Database, class_id: int, student_id: int, *questions: str) -> None:
    """In one class chat."""
    async with db.transaction() as tx:
        session_id = await create_session(tx, class_id, student_id)
        session = await session_of_student(tx, session_id, student_id)
        for number, question in enumerate(questions):
            await add_exchange(
                tx, session, f"{session_id}-{number}", Exchange(question, "Yes.", (), "lesson"), ""
            )
