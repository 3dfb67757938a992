"""Intents are told by words, never by pieces of words."""

import pytest

from appliance.helper.intents import intent_of
from appliance.helper.words import language_of

ASKED = {
    "My lamp doesn't light up": "debug",
    "I’m stuck, nothing happens": "debug",
    "No me funciona la lámpara": "debug",
    "What is a short circuit?": "concept",
    "¿Por qué brilla la lámpara?": "concept",
    "¿Qué es una pila?": "concept",
    "What should I do first?": "strategy",
    "¿Cómo empiezo?": "strategy",
    "Is this right: the current comes back?": "reflection",
    "¿Está bien mi dibujo?": "reflection",
    "I finished the drawing": "status",
    "Ya terminé": "status",
    "Batteries and lamps": "general",
    "": "general",
}


@pytest.mark.parametrize(("question", "intent"), ASKED.items())
def test_words_tell_the_intent(question: str, intent: str) -> None:
    assert intent_of(question) == intent


@pytest.mark.parametrize(
    "question", ["The aeroplane flew meanwhile", "terrors of the planet", "abandoned lamps"]
)
def test_pieces_of_words_tell_nothing(question: str) -> None:
    assert intent_of(question) == "general"


def test_the_language_is_told_by_small_words_or_left_as_chosen() -> None:
    assert language_of("why does the lamp glow", "es") == "en"
    assert language_of("por que no brilla la lampara", "en") == "es"
    assert language_of("LED?", "es") == "es"
