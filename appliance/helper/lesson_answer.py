"""The answer that is always there: the lesson's own passages, and a question that helps to think on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from appliance.helper.answers import Citation
from appliance.helper.intents import Intent
from appliance.helper.phrases import say

Reason = Literal["no_model", "busy", "died", "off_topic", "gives_away", "blocks"]

YOURS = "This answer is yours to find, and you can do it: I help you with the way there."

# Off the topic nothing is quoted, so that reason has no opening.
OPENINGS: dict[Reason, str] = {
    "no_model": "Here is what your lesson says about this.",
    "busy": "The helper is busy right now, so here is what your lesson says.",
    "died": "I could not finish this answer, so here is what your lesson says.",
    "gives_away": "This answer is yours to find, and you can do it. Here is what helps on the way.",
    "blocks": "Here we build with blocks, so let us do it with blocks. This part of your lesson helps.",
}
NOTHING_FOUND: dict[Reason, str] = {
    "no_model": "I could not find that in your lesson.",
    "busy": "I could not find that in your lesson.",
    "died": "I could not finish this answer, and I found nothing about it in your lesson.",
    "off_topic": "That goes beyond this lesson.",
    "gives_away": YOURS,
    "blocks": "Here we build with blocks, so let us do it with blocks.",
}
COACHING: dict[Intent, str] = {
    "debug": "What happens just before it goes wrong? Change one thing, try again, and see what changes.",
    "concept": "Can you say it in your own words, with an example that you know?",
    "strategy": "Which step could you do in the next five minutes?",
    "reflection": "Compare your work with this line by line: what matches, and what is missing?",
    "status": "Well done for getting here. What would you show a friend, and what will you try next?",
    "general": "Which of these lines helps you most, and what is still unclear?",
}
MOST_TOPICS = 6
TELL_MORE = "Tell me a little more: which part of the lesson is it about?"


@dataclass(frozen=True)
class Case:
    """Why the lesson answers, and whom; `is_vague`: about nothing in particular; `room` is in characters."""

    reason: Reason
    intent: Intent
    is_vague: bool
    language: str
    room: int


def lesson_answer(case: Case, citations: Sequence[Citation], covers: Sequence[str]) -> str:
    """`covers` are the lesson's topics, for the case that nothing in it fits.

    One passage is quoted even where there is no room left: a short answer of the lesson's beats none.
    """
    if not citations:
        return _without_passages(case, covers)
    return quoted(case, OPENINGS[case.reason], citations)


def quoted(case: Case, opening: str, citations: Sequence[Citation]) -> str:
    """As many of the passages as there is room for, between the opening and a question to think on."""
    coaching = say(case.language, COACHING[case.intent])
    parts = [say(case.language, opening)]
    for citation in citations:
        part = f"{citation.source} [{citation.id}]\n“{citation.text}”"
        if len(parts) > 1 and sum(map(len, (*parts, part, coaching))) + 2 * len(parts) > case.room:
            break
        parts.append(part)
    return "\n\n".join((*parts, coaching))


def own_words(case: Case) -> str:
    """Nothing of the lesson's text, for the case that quoting it would tell too much."""
    return f"{say(case.language, YOURS)}\n\n{say(case.language, COACHING[case.intent])}"


def _without_passages(case: Case, covers: Sequence[str]) -> str:
    opening = NOTHING_FOUND[case.reason]
    if case.is_vague and case.reason not in ("died", "blocks"):
        opening = COACHING[case.intent] if case.intent in ("debug", "strategy", "status") else TELL_MORE
    topics = ", ".join(covers[:MOST_TOPICS])
    sentences = (
        say(case.language, opening),
        say(case.language, "Here we work on: {topics}.", topics=topics),
        say(case.language, "Ask me about one of these, or ask your teacher."),
    )
    return " ".join(sentences)
