"""What the demo class has to study: a quiz and cards that its students can take at once."""

from appliance.storage.database import Transaction
from appliance.work.activities import activity_of_class, create_activity, publish_activity
from appliance.work.assignments import assign
from appliance.work.flashcards import CardText, insert_card
from appliance.work.quizzes import QuestionText, insert_question

DUE_SECONDS = 14 * 24 * 3600
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


async def give_work(tx: Transaction, class_id: int) -> None:
    quiz = await create_activity(
        tx, class_id, "quiz", "Loops and ohms", "Two attempts, and the better one counts."
    )
    for question in QUESTIONS:
        await insert_question(tx, quiz, question)
    cards = await create_activity(tx, class_id, "cards", "Four words to know", "Say the back aloud first.")
    for card in CARDS:
        await insert_card(tx, cards, card)
    for activity_id, due_at in ((quiz, tx.now + DUE_SECONDS), (cards, None)):
        await publish_activity(tx, await activity_of_class(tx, class_id, activity_id))
        await assign(tx, await activity_of_class(tx, class_id, activity_id), due_at)
