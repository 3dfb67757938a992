"""What strict costs a sentence, with two hundred answers to keep."""

from time import process_time

import pytest

from appliance.helper.answer_key import Listed
from appliance.helper.guards import Outgoing
from appliance.helper.strict import Said, Strict

LISTED = """
amperage borosilicate cathode dielectric electrode ferrite galvanometer hysteresis inductance junction luminosity
magnetism neutrino oscillator photon quartz rheostat solenoid turbine uranium
"""
PARTS = LISTED.split()
SENTENCES = (
    "Look at the drawing again and follow the wire from the battery to the lamp.",
    "Divide 3.0 V by the 120 ohm that you measured, and check the unit of your result.",
    "In series the current is the same everywhere, so one number is enough for all parts.",
    "Then draw the path of the current with a red pencil and compare it with your table of results.",
)
# Some 3 ms on a quiet small box; a machine that builds something else beside is many times slower.
MOST_SECONDS = 0.05


def test_a_sentence_takes_little_beside_two_hundred_answers() -> None:
    words = [
        Listed(
            f"Which part makes the {part} number {number} work?", (f"{part} {other}", other), "B", True, 0, ()
        )
        for number, (part, other) in enumerate(zip(PARTS * 5, PARTS[3:] * 6, strict=False))
    ]
    numbers = [
        Listed(f"How large is current {at} here?", (f"{at + 13}.7 mA",), place=at) for at in range(100)
    ]
    assert len(words) + len(numbers) == 200
    strict = Strict(
        (*words, *numbers), Said("How large is the current in the coil?", (), ""), "A lamp glows."
    )
    began, text = process_time(), ""
    for sentence in SENTENCES * 3:
        text += f"{sentence} "
        assert not strict.gives_away(text)
    assert (process_time() - began) / (3 * len(SENTENCES)) < MOST_SECONDS


HOSTILE = (
    "a",
    "1 ",
    "(",
    "= ",
    "x_",
    "1 and ",
    "a b ",
    "((1+",
    "- 2",
    "[",
    "<",
    "9^",
    "*a",
    "one ",
    "the answer is ",
)


@pytest.mark.parametrize("piece", HOSTILE)
def test_no_reply_makes_it_slow(piece: str) -> None:
    item = Listed("How many turns has the coil?", ("120 turns",), "", place=1)
    word = Listed("Which part melts?", ("fusewire",), "A", choices=("fusewire", "b", "c", "d"))
    many = [Listed(f"What is part {at}?", (f"{part} {at}",), place=at) for at, part in enumerate(PARTS * 3)]
    began = process_time()
    text = piece * (2200 // len(piece))
    Strict((item, word, *many), Said(text, (text,), text), text).gives_away(text)
    assert process_time() - began < MOST_SECONDS * 60


# What names many ways to reckon, so that each of them looks at the long number behind it.
RECKONING = (
    "total sum, product, ratio, multiply, divide, take away, more, less, percent of, half, twice, squared "
)


@pytest.mark.parametrize("piece", ["1", "1.", "1,", "?", "_", "1 m in cm "])
def test_no_question_as_long_as_they_may_be_makes_it_slow(piece: str) -> None:
    began, text = process_time(), (RECKONING + piece * 8000)[:8000]
    Strict((), Said(text, (), ""), "")
    assert process_time() - began < MOST_SECONDS * 30


@pytest.mark.parametrize("piece", ["a", "<a ", "[", "(", "é", "one "])
def test_no_endless_line_makes_it_slow(piece: str) -> None:
    word = Listed("Which part melts?", ("fusewire",), place=1)
    strict = Strict((word,), Said("Which part melts?", (), ""), "")
    gate, began = Outgoing(frozenset(), 2400, strict.gives_away), process_time()
    for _ in range(2400 // len(piece)):
        gate.feed(piece)
    gate.finish(is_cut=False)
    assert process_time() - began < MOST_SECONDS * 60
