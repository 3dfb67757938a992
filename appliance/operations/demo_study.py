"""What the demo class has to study and has done: topics, a quiz taken by three students, cards, and one review."""

from collections.abc import Mapping

from appliance.storage.database import Transaction
from appliance.study.blueprints import Evidence, Topic, publish_blueprint, save_draft
from appliance.work.activities import activity_of_class, create_activity, publish_activity
from appliance.work.assignments import Assignment, assign, assignment_of_class
from appliance.work.attempts import finish_attempt, save_answers, start_attempt
from appliance.work.flashcards import CardText, insert_card
from appliance.work.quizzes import QuestionText, insert_question, questions_of_activity
from appliance.work.reviews import save_review

DUE_SECONDS = 14 * 24 * 3600
SUMMARY = "What current is, when it flows, and what lets it through."
TOPICS = (
    Topic(
        "closed-loops",
        "Closed loops and currents",
        1,
        (
            "Say why a light goes dark wherever the loop is opened",
            "Work out a current from voltage and resistance",
        ),
        (Evidence("A circle makes light"), Evidence("The push and the flow")),
    ),
    Topic(
        "the-four-words",
        "Voltage, current, resistance and the short circuit",
        2,
        ("Use the four words for what they mean in a circuit of your own",),
        (Evidence("The push and the flow"),),
    ),
)
QUESTIONS = (
    QuestionText(
        "The loop is opened between the LED and minus, after the light. What happens?",
        (
            "The LED stays bright: the current has passed it already",
            "The LED goes dark: current flows only in a closed loop",
            "The LED gets dimmer, but does not go dark",
            "The battery gets hot",
        ),
        1,
        "Current flows only when the loop is closed all the way round, so it does not matter where it is opened.",
    ),
    QuestionText(
        "Which of these lets current through?",
        ("A dry wooden stick", "A rubber eraser", "A sheet of kitchen foil", "A plastic ruler"),
        2,
        "Foil is aluminium, a metal, and metals conduct. Wood, rubber and plastic are insulators.",
    ),
    QuestionText(
        "A 3.0 V pack pushes current through 100 Ω and nothing else. How large is the current?",
        ("3 mA", "30 mA", "300 mA", "33 mA"),
        1,
        "Current is voltage divided by resistance: 3.0 V / 100 Ω = 0.030 A, which is 30 mA.",
    ),
)
CARDS = (
    CardText("Voltage", "The push of a battery, measured in volts (V)."),
    CardText("Current", "How much flows past a place each second, measured in amperes (A)."),
    CardText("Resistance", "How hard it is to get through, measured in ohms (Ω)."),
    CardText("What is a short circuit?", "A path from plus straight to minus with almost no resistance."),
)


# The choices of each attempt at the quiz, question by question; the right ones are 1, 2, 1.
TAKEN = (((1, 2, 3), (1, 2, 1)), ((0, 2, 1),), ((0, 1, 2),))
REVIEWED = "You found the metal. Look at question 1 again: what happens to a circle that is cut anywhere?"


async def give_work(tx: Transaction, class_id: int, staff_id: int, student_ids: tuple[int, int, int]) -> None:
    await save_draft(tx, class_id, SUMMARY, TOPICS)
    await publish_blueprint(tx, class_id)
    quiz = await create_activity(
        tx, class_id, "quiz", "Loops and ohms", "Two attempts, and the better one counts.", TOPICS[0].key
    )
    for question in QUESTIONS:
        await insert_question(tx, quiz, question)
    cards = await create_activity(
        tx, class_id, "cards", "Four words to know", "Say the back aloud first.", TOPICS[1].key
    )
    for card in CARDS:
        await insert_card(tx, cards, card)
    given = await _give(tx, class_id, quiz, tx.now + DUE_SECONDS)
    await _give(tx, class_id, cards, None)
    questions = [question.id for question in await questions_of_activity(tx, quiz)]
    for student_id, attempts in zip(student_ids, TAKEN, strict=True):
        for choices in attempts:
            await _take(tx, given, student_id, dict(zip(questions, choices, strict=True)))
    await save_review(tx, given, student_ids[1], staff_id, None, REVIEWED)


async def _give(tx: Transaction, class_id: int, activity_id: int, due_at: int | None) -> Assignment:
    await publish_activity(tx, await activity_of_class(tx, class_id, activity_id))
    assignment_id = await assign(tx, await activity_of_class(tx, class_id, activity_id), due_at)
    return await assignment_of_class(tx, class_id, assignment_id)


async def _take(tx: Transaction, given: Assignment, student_id: int, choices: Mapping[int, int]) -> None:
    attempt = await start_attempt(tx, given, student_id)
    await save_answers(tx, given, student_id, attempt.number, choices)
    await finish_attempt(tx, given, student_id, attempt.number)
