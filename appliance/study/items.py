"""One question, card or topic at a time: the model's where it can be used, else one from templates."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Generic

from appliance.errors import Invalid
from appliance.study.blueprints import TITLE_CHARACTERS
from appliance.study.checks import Unusable, usable_card, usable_question
from appliance.study.facts import Fact
from appliance.study.sections import Section, title_of
from appliance.study.templates import Offer, Templates, Text
from appliance.study.writing import Wish, Writer, card_from, question_from
from appliance.work.flashcards import CardText
from appliance.work.quizzes import QuestionText

KNOWN_SHOWN = 6
TERMS = 3
# A plain question from its own part goes before a sharper one from elsewhere: the whole material is asked about.
OWN_PART = 2.0
# Not one number after the other.
NUMBER_AGAIN = 1.8


@dataclass(frozen=True)
class Turn:
    """Step `step` of `count`: which part of the material comes next."""

    step: int
    count: int

    def window_of(self, windows: Sequence[Section]) -> Section:
        return windows[self.step * len(windows) // self.count]


@dataclass(frozen=True)
class Made(Generic[Text]):
    """`made_by` is model or templates."""

    text: Text
    made_by: str


async def made_question(
    writer: Writer, wish: Wish, templates: Templates, turn: Turn, others: Sequence[QuestionText]
) -> Made[QuestionText] | None:
    """None when the material has no further question in it."""
    written = await writer.item(
        wish, lambda found: usable_question(question_from(found, wish), others, wish.material)
    )
    if written is not None:
        return Made(written, "model")
    plain = await asyncio.to_thread(_plain_question, templates, turn, others)
    return Made(plain, "templates") if plain else None


async def made_card(
    writer: Writer, wish: Wish, templates: Templates, turn: Turn, others: Sequence[CardText]
) -> Made[CardText] | None:
    """None when the material has no further card in it."""
    written = await writer.item(
        wish, lambda found: usable_card(card_from(found, wish), others, wish.material)
    )
    if written is not None:
        return Made(written, "model")
    plain = await asyncio.to_thread(_plain_card, templates, turn, others)
    return Made(plain, "templates") if plain else None


def plain_topic(section: Section, sections: Sequence[Section], templates: Templates) -> tuple[str, list[str]]:
    """Title and objectives without a model."""
    title = _shown(title_of(section, sections))
    headings = dict.fromkeys(passage.heading for passage in section if passage.heading)
    terms = templates.terms(section, TERMS) or list(headings)[:TERMS] or [title]
    return title, [templates.objective(_shown(term)) for term in terms]


def _shown(text: str) -> str:
    """A heading may be longer than a topic's title."""
    return text if len(text) <= TITLE_CHARACTERS else f"{text[: TITLE_CHARACTERS - 1].rstrip()}…"


def _plain_question(templates: Templates, turn: Turn, others: Sequence[QuestionText]) -> QuestionText | None:
    """The sharpest new one of the part of the material that this step stands for, else of the rest."""
    after_number = bool(others) and _is_number(others[-1].answer)
    offers = [
        replace(offer, worth=offer.worth - NUMBER_AGAIN)
        if after_number and _is_number(offer.text.answer)
        else offer
        for offer in templates.questions
    ]
    for offer in _in_turn(offers, turn, templates.facts):
        try:
            return usable_question(offer.text, others, offer.fact.passage.body)
        except (Unusable, Invalid):
            continue
    return None


def _plain_card(templates: Templates, turn: Turn, others: Sequence[CardText]) -> CardText | None:
    for offer in _in_turn(templates.cards, turn, templates.facts):
        try:
            return usable_card(offer.text, others, offer.fact.passage.body)
        except (Unusable, Invalid):
            continue
    return None


def _is_number(answer: str) -> bool:
    return answer[:1].isdigit()


def _in_turn(offers: Sequence[Offer[Text]], turn: Turn, facts: Sequence[Fact]) -> list[Offer[Text]]:
    part = len(facts) / turn.count
    mine = {id(fact) for fact in facts[round(turn.step * part) : round((turn.step + 1) * part)]}
    return sorted(offers, key=lambda offer: -offer.worth - OWN_PART * (id(offer.fact) in mine))
