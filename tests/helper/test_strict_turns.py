"""Strict over a whole conversation: halves in two turns, and options that are tried one after the other."""

import pytest

from appliance.helper.answer_key import Listed
from appliance.helper.conversations import Turn
from appliance.helper.strict import Strict, said_in

FUSE = Listed("Which part melts first?", ("fusewire",), place=1)
TURNS = Listed("How many turns has the coil?", ("120",), place=2)
PLANET = Listed(
    "Which planet has rings?", ("Saturn",), "C", choices=("Mars", "Venus", "Saturn", "Mercury"), place=0
)
STAR = Listed("The Sun is a star.", ("true",), "A", choices=("true", "false"))


def gives_away(message: str, reply: str, *turns: str) -> bool:
    """`turns` are what was said before, the student first."""
    roles = ("user", "assistant")
    before = [Turn("user" if at % 2 == 0 else "assistant", text) for at, text in enumerate(turns)]
    assert [turn.role for turn in before] == [roles[at % 2] for at in range(len(turns))]
    return Strict((FUSE, TURNS, PLANET, STAR), said_in(message, before), "").gives_away(reply)


SPLIT = (
    ("and the rest?", "It ends with wire.", "what melts?", "It begins with fuse."),
    ("next?", "Then 20.", "first digit of the turns?", "First a 1."),
    ("the second half?", "And wire is the second half.", "what melts?", "First half: fuse."),
    ("go on", "w i r e", "spell it", "f u s e"),
)


@pytest.mark.parametrize(("message", "reply", "asked", "said"), SPLIT)
def test_halves_in_two_turns_make_one_answer(message: str, reply: str, asked: str, said: str) -> None:
    assert gives_away(message, reply, asked, said)
    assert not gives_away(
        "What is a lamp?", "Look at the wire and the lamp.", "What is a wire?", "A thin metal."
    )


def test_what_passed_before_does_not_hold_back_everything_later() -> None:
    assert not gives_away("How do I go on?", "Count in groups of ten.", "hello", "Use 12 of the 60 metres.")


def test_a_first_guess_may_be_confirmed() -> None:
    assert not gives_away("Is it Saturn that has rings?", "Yes, well done!")


def test_whoever_tries_one_option_after_the_other_hears_no_yes_and_no_no() -> None:
    before = ("Which planet has rings? Is it Mars?", "Not quite, look again.")
    for reply in ("Yes, exactly!", "No, try another one.", "Correct.", "Getting warmer."):
        assert gives_away("Then is it Venus?", reply, *before)
    assert not gives_away("Then is it Venus?", "What do you see in the picture of Venus?", *before)


def test_numbers_are_not_tried_out_either() -> None:
    before = ("How many turns has the coil? 100?", "Hm, count again.", "Is it 110?", "Count once more.")
    assert gives_away("Is it 115 turns?", "No, more.", *before)
    assert not gives_away("Is it 115 turns?", "Show me how you count them.", *before)


@pytest.mark.parametrize("reply", ["True!", "Yes.", "That is correct.", "Verdadero.", "It certainly is."])
def test_true_or_false_is_not_told(reply: str) -> None:
    assert gives_away("The Sun is a star, true or false?", reply)


@pytest.mark.parametrize(
    "reply",
    [
        "Option C.",
        "The third one.",
        "It is not A, B or D.",
        "Marca la C.",
        "(c)",
        "I would choose C, my friend.",
    ],
)
def test_no_option_is_pointed_at(reply: str) -> None:
    assert gives_away("Which planet has rings?", reply)


@pytest.mark.parametrize(
    "reply",
    [
        "Compare option A with option C: which one is bigger?",
        "Read the four options once more. Which could you rule out, and why?",
        "It is a question about how planets look. Which pictures do you know?",
        "Step C of the lesson shows a drawing.",
        "Take a look at the first picture.",
    ],
)
def test_speaking_of_options_is_no_pointing(reply: str) -> None:
    assert not gives_away("Which planet has rings?", reply)


def test_a_number_of_the_question_is_no_answer() -> None:
    item = Listed("Two lamps in parallel on a 6 V battery: which voltage has each?", ("6 V",), place=1)
    asked = said_in("Which voltage has each lamp on the 6 V battery?", ())
    strict = Strict((item,), asked, "")
    assert not strict.gives_away(
        "You have a 6 V battery and two paths. What does each path begin and end with?"
    )
    assert strict.gives_away("The answer is 6 V.")
    assert strict.gives_away("6 V.")
