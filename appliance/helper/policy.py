"""What the model is told: first what is the same for everybody in a lesson, byte by byte, then the student's own.

The engine reads a common beginning once for all who ask, so nothing of one question may stand in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Template

from appliance.helper.answers import Citation
from appliance.helper.conversations import Memory, history
from appliance.helper.phrases import language_name
from appliance.helper.reading import level_of
from appliance.helper.rules import Rules
from appliance.helper.words import language_of
from appliance.inference.engine import Message, Prompt
from appliance.inference.fences import fenced
from appliance.settings import Settings

# A slot holds 2048 tokens on a small box, and the answer needs its part: a longer prompt would be refused.
PROMPT_CHARS = 5400
QUESTION_CHARS = 1600
LEAST_QUESTION_CHARS = 400
TOPICS_CHARS = 500
NOTES_CHARS = 900
NO_PASSAGES = "(no passage of the lesson fits this question)"


@dataclass(frozen=True)
class About:
    """What the rules say about the lesson; `context` is the lesson in a line."""

    context: str
    rules: Rules


@dataclass(frozen=True)
class Ask:
    """The question of this turn, and what the lesson has to say about it."""

    question: str
    citations: Sequence[Citation]
    on_topic: bool
    language: str


def prompt_for(settings: Settings, about: About, memory: Memory, ask: Ask) -> Prompt:
    """Rules, passages and question always; of the conversation, what still fits."""
    rules = _rules(about)
    passages = passages_text(ask.citations)
    behind = _behind(ask)
    left = (
        PROMPT_CHARS
        - len(rules)
        - len(passages)
        - len(behind)
        - len(filled("question", passages="", question=""))
    )
    most = min(QUESTION_CHARS, max(LEAST_QUESTION_CHARS, left))
    asked = filled("question", passages=passages, question=shortened(ask.question, most)) + behind
    room = max(0, PROMPT_CHARS - len(rules) - len(asked))
    turns = history(memory, min(room, settings.helper_conversation_history_max_chars))
    room -= sum(len(turn.text) for turn in turns)
    messages = (
        Message("system", rules + _earlier(memory.summary, room)),
        *(Message(turn.role, fenced(turn.text)) for turn in turns),
        Message("user", asked),
    )
    return Prompt(messages, max_tokens=settings.helper_response_max_tokens)


def beginning_for(about: About) -> Prompt:
    """What every first question about this lesson begins with, for the engine to read ahead."""
    return Prompt((Message("system", _rules(about)), Message("user", "")), max_tokens=1)


def stance(ages: str = "") -> str:
    """`ages` like `11-14`, empty when nobody says: how the helper speaks, in words that fit them."""
    readers = f"ages {line(ages)}" if ages else "school age"
    return filled("stance", reading=filled(f"reading_{level_of(ages)}", ages=readers))


def _rules(about: About) -> str:
    parts = (
        stance(about.rules.ages),
        filled(f"strictness_{about.rules.strictness}"),
        filled(f"scope_{about.rules.scope_mode}"),
        filled("material"),
        filled("lesson", lesson=_about(about)),
    )
    return "".join(parts)


def _earlier(summary: str, room: int) -> str:
    """Last in the rules, since it is the one part that differs from student to student."""
    earlier = filled("earlier", summary=fenced(summary))
    return earlier if summary and len(earlier) <= room else ""


def _about(about: About) -> str:
    rules = about.rules
    lines = [f"Lesson: {line(about.context)}"]
    if rules.topics:
        lines.append(f"Allowed topics: {line('; '.join(rules.topics))[:TOPICS_CHARS]}")
    if rules.notes:
        lines.append(f"Notes for the helper: {line(rules.notes)[:NOTES_CHARS]}")
    return "\n".join(lines)


def passages_text(citations: Sequence[Citation]) -> str:
    lines = (f"[{citation.id}] {line(citation.source)}: {line(citation.text)}" for citation in citations)
    return "\n".join(lines) or NO_PASSAGES


def line(text: str) -> str:
    return fenced(" ".join(text.split()))


def _behind(ask: Ask) -> str:
    """What is said after the question; the last line weighs most with a small model."""
    told = language_of(ask.question, "")
    wish = filled("language_told" if told else "language", language=language_name(told or ask.language))
    return wish if ask.on_topic else wish + filled("off_topic")


def shortened(question: str, most: int = QUESTION_CHARS) -> str:
    """Beginning and end tell most of what is asked."""
    if len(question) > most:
        half = (most - len(" … ")) // 2
        question = f"{question[:half]} … {question[-half:]}"
    return fenced(question)


def filled(name: str, **slots: str) -> str:
    return Template(_text(name)).substitute(slots)


@cache
def _text(name: str) -> str:
    return (files("appliance.helper") / "prompts" / f"{name}.md").read_text(encoding="utf-8")
