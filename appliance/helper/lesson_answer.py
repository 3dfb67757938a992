"""The answer that is always there: the lesson's own passages, and a question that helps to think on."""

from collections.abc import Sequence
from typing import Literal

from appliance.helper.answers import Citation
from appliance.helper.intents import Intent
from appliance.helper.phrases import say

Reason = Literal["no_model", "busy", "died", "off_topic"]

OPENINGS: dict[Reason, str] = {
    "no_model": "Here is what your lesson says about this.",
    "busy": "Many people are asking right now, so here is what your lesson says.",
    "died": "I could not finish this answer, so here is what your lesson says.",
}
NOTHING_FOUND: dict[Reason, str] = {
    "no_model": "I could not find that in your lesson.",
    "busy": "I could not find that in your lesson.",
    "died": "I could not finish this answer, and I found nothing about it in your lesson.",
    "off_topic": "That goes beyond this lesson.",
}
COACHING: dict[Intent, str] = {
    "debug": "What happens just before it goes wrong? Change one thing, try again, and see what is different.",
    "concept": "Can you say it in your own words, with an example that you know?",
    "strategy": "Which step could you do in the next five minutes?",
    "reflection": "Compare your work with this line by line: what matches, and what is missing?",
    "status": "Well done for getting here. What would you show a friend, and what would you like to try next?",
    "general": "Which of these lines helps you most, and what is still unclear?",
}
MOST_TOPICS = 6


def lesson_answer(
    reason: Reason, citations: Sequence[Citation], intent: Intent, covers: Sequence[str], language: str
) -> str:
    """`covers` are the lesson's topics, for the case that nothing in it fits the question."""
    if reason == "off_topic" or not citations:
        topics = ", ".join(covers[:MOST_TOPICS])
        return " ".join(
            (
                say(language, NOTHING_FOUND[reason]),
                say(language, "Here we work on: {topics}.", topics=topics),
                say(language, "Ask me about one of these, or ask your teacher."),
            )
        )
    quoted = (f"{citation.source} [{citation.id}]\n“{citation.text}”" for citation in citations)
    return "\n\n".join((say(language, OPENINGS[reason]), *quoted, say(language, COACHING[intent])))
