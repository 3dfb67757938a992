"""Three questions that the student may ask next, in the student's own voice."""

from appliance.helper.intents import Intent
from appliance.helper.phrases import say

LONGEST = 140
LONGEST_TOPIC = 48

BY_INTENT: dict[Intent, tuple[str, str, str]] = {
    "debug": (
        "What should I check first?",
        "How can I test one part at a time?",
        "Can you give me a hint about {topic}?",
    ),
    "concept": (
        "Can you give me an everyday example of {topic}?",
        "Can you explain {topic} in simpler words?",
        "How can I check that I understood {topic}?",
    ),
    "strategy": (
        "What is the first small step?",
        "How will I know that this step worked?",
        "Which part of the lesson should I read again?",
    ),
    "reflection": (
        "What is good in my work, and what is missing?",
        "Which point should I look at again?",
        "How could I explain {topic} to a friend?",
    ),
    "status": (
        "What can I try next with {topic}?",
        "How can I make it a bit harder for myself?",
        "Can you ask me a question about {topic}?",
    ),
    "general": (
        "What is the main idea of {topic}?",
        "Where do I start with {topic}?",
        "Can you ask me a question about {topic}?",
    ),
}


def suggestions_for(intent: Intent, topic: str, language: str, most: int) -> tuple[str, ...]:
    """`topic` may be empty: the lesson as a whole takes its place."""
    about = _quoted(topic) if topic.strip() else say(language, "this lesson")
    return tuple(say(language, question, topic=about)[:LONGEST] for question in BY_INTENT[intent][:most])


def _quoted(topic: str) -> str:
    """Short enough for its slot, cut between words."""
    line = " ".join(topic.split()).strip("“”\"'")
    if len(line) > LONGEST_TOPIC:
        line = line[:LONGEST_TOPIC].rsplit(" ", 1)[0] + "…"
    return f"“{line}”"
