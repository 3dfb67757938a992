"""What needs no model at all: intents, and the way back from text languages to blocks."""

from collections.abc import Sequence

from appliance.helper.evals.figures import Figure, share_of
from appliance.helper.evals.labelled import Labelled, labelled
from appliance.helper.intents import intent_of
from appliance.helper.text_languages import leads_back

BLOCK_LESSON = "Make the cat dance – Scratch blocks that repeat"
TEXT_LESSON = "Loops in Python – write a program that counts"


def intent_figures() -> list[Figure]:
    questions = labelled("intents", 2)
    held = [question for question in questions if question.is_held]
    return [
        _accuracy("intent accuracy", questions),
        _accuracy("intent accuracy, held half", held),
        _accuracy("intent accuracy, later questions", labelled("intents-later", 2)),
        *_redirects("", questions),
        *_redirects(", held half", held),
    ]


def _accuracy(name: str, questions: Sequence[Labelled]) -> Figure:
    return share_of(name, ((each.text, intent_of(each.text) == each.labels[0]) for each in questions))


def _redirects(half: str, questions: Sequence[Labelled]) -> list[Figure]:
    wanted = [each for each in questions if each.labels[1] == "redirect"]
    led = [each for each in questions if _is_led_back(each)]
    return [
        share_of(f"redirect precision{half}", ((each.text, each in wanted) for each in led)),
        share_of(f"redirect recall{half}", ((each.text, each in led) for each in wanted)),
    ]


def _is_led_back(question: Labelled) -> bool:
    return leads_back(question.text, TEXT_LESSON if question.labels[1] == "text" else BLOCK_LESSON)
