"""What has to be true of a question, a card or a topic that nobody has read yet."""

import re
from collections.abc import Sequence

from appliance.storage.search_words import plain
from appliance.study.blueprints import MOST_OBJECTIVES, STATEMENT_CHARACTERS, TITLE_CHARACTERS
from appliance.study.sources import telling_words
from appliance.work.flashcards import CardText, checked_card, key_of
from appliance.work.quizzes import QuestionText, checked_question, normal

EXPLANATION_WORDS = 6
OBJECTIVE_WORDS = 4
# From this share of common words on, two questions ask the same.
SAME = 0.7
# What a question or a card is about has to be in its material.
GROUNDED = 0.5
CATCH_ALL = re.compile(
    r"\b(?:all|none|both|any|neither) of (?:the )?(?:above|these|those|them|options|answers)\b"
    r"|\b(?:todas|ninguna|ambas)(?: de)? (?:las )?(?:anteriores|respuestas)\b|^[a-d] (?:and|or|y|o) [a-d]$",
    re.IGNORECASE,
)


class Unusable(Exception):
    """A model's text that nobody shall see; the reason is for the log."""


def usable_question(text: QuestionText, others: Sequence[QuestionText], material: str) -> QuestionText:
    text = checked_question(text, {normal(other.stem) for other in others})
    if len(text.explanation.split()) < EXPLANATION_WORDS:
        raise Unusable("The explanation is too short.")
    if len({normal(choice).strip(" .") for choice in text.choices}) < len(text.choices):
        raise Unusable("Two choices differ in a full stop only.")
    if any(CATCH_ALL.search(choice) for choice in text.choices):
        raise Unusable("A choice stands for other choices.")
    if _holds(text.stem, text.answer):
        raise Unusable("The question gives its answer away.")
    _check_grounded(f"{text.stem} {text.answer}", material)
    _check_new(f"{text.stem} {text.answer}", [f"{other.stem} {other.answer}" for other in others])
    return text


def usable_card(text: CardText, others: Sequence[CardText], material: str) -> CardText:
    text = checked_card(text, {key_of(other) for other in others})
    _check_grounded(f"{text.front} {text.back}", material)
    _check_new(f"{text.front} {text.back}", [f"{other.front} {other.back}" for other in others])
    return text


def usable_topic(
    title: str, objectives: Sequence[str], titles: Sequence[str], material: str
) -> tuple[str, list[str]]:
    """Title and objectives, trimmed, without objectives that say the same."""
    title = " ".join(title.split()).rstrip(".")
    kept = list({normal(said): " ".join(said.split()) for said in objectives}.values())
    if not title or normal(title) in {normal(other) for other in titles}:
        raise Unusable("The topic needs a title of its own.")
    if len(title) > TITLE_CHARACTERS or len(kept) > MOST_OBJECTIVES:
        raise Unusable("The topic is too long.")
    if max(map(len, kept), default=0) > STATEMENT_CHARACTERS:
        raise Unusable("An objective is too long.")
    if not kept or any(len(said.split()) < OBJECTIVE_WORDS for said in kept):
        raise Unusable("An objective is a sentence.")
    _check_grounded(" ".join([title, *kept]), material)
    return title, kept


def is_grounded(text: str, material: str) -> bool:
    """Whether it is about what the material says."""
    words, known = telling_words(text), telling_words(material)
    return bool(words) and len(words & known) >= GROUNDED * len(words)


def _holds(stem: str, answer: str) -> bool:
    """Whether the answer stands in the question as it is; one letter or digit may by chance."""
    words = plain(answer).strip(" .")
    return len(words) > 2 and re.search(rf"(?<!\w){re.escape(words)}(?!\w)", plain(stem)) is not None


def _check_grounded(text: str, material: str) -> None:
    if not is_grounded(text, material):
        raise Unusable("This is about something that the material doesn't say.")


def _check_new(text: str, others: Sequence[str]) -> None:
    words = telling_words(text)
    for other in map(telling_words, others):
        if len(words & other) >= SAME * max(1, len(words | other)):
            raise Unusable("This asks the same once more.")
