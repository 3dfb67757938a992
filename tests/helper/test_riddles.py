"""A reply that plays on a word is told from one that speaks of words."""

import pytest

from appliance.helper.answer_key import Listed
from appliance.helper.strict import Said, Strict

LAYER = Listed("Which layer of the Earth lies below its crust?", ("mantle", "manto"), place=1)
ASKED = "Which layer lies below the crust?"


def gives_away(reply: str, asked: str = ASKED) -> bool:
    return Strict([LAYER], Said(asked, (), ""), "The Earth has layers.").gives_away(reply)


@pytest.mark.parametrize(
    "reply",
    [
        "It rhymes with candle.",
        "Its name sounds like handle with an m.",
        "It starts with man.",
        "Hint: it is named like the shelf above a fireplace.",
        "Es sinónimo de capa de abrigo.",
    ],
)
def test_a_riddle_about_what_is_asked_is_held_back(reply: str) -> None:
    assert gives_away(reply)


@pytest.mark.parametrize(
    "reply",
    [
        "That sounds like a good start!",
        "Hot rhymes with pot.",
        "What does it rhyme with?",
        "It starts with a thin crust, so look below that.",
        "The crust is the opposite of the core.",
        "Start with the drawing of the egg.",
    ],
)
def test_speaking_of_words_is_no_riddle(reply: str) -> None:
    assert not gives_away(reply)


def test_whoever_says_the_word_may_hear_about_it() -> None:
    assert not gives_away(
        "It is another word for a cloak.", "Below the crust, is that layer the mantle? Why that word?"
    )


def test_nobody_asked_so_it_is_no_riddle() -> None:
    assert not gives_away("It rhymes with candle.", "What rhymes with handle?")
