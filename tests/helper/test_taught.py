"""The small classifiers that ship are those that the committed lines give."""

from collections.abc import Callable
from importlib.resources import files
from time import perf_counter

import numpy as np
import pytest

from appliance.helper.evals.labelled import labelled
from appliance.helper.intents import intent_of
from appliance.helper.linear_text import LinearText, features_of, from_bytes
from appliance.helper.training.intents import intents_taught, lines_that_teach
from appliance.helper.training.text_languages import text_languages_taught


# Learning takes half a minute on two quiet cores, and tests are not alone there.
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("name", "taught"), [("intents", intents_taught), ("text_languages", text_languages_taught)]
)
def test_the_shipped_weights_come_from_the_committed_lines(
    name: str, taught: Callable[[], LinearText]
) -> None:
    kept = (files("appliance.helper") / f"{name}.npz").read_bytes()
    shipped, again = from_bytes(kept), taught()
    assert len(kept) < 300_000
    assert (shipped.labels, shipped.lines) == (again.labels, again.lines)
    assert np.abs(shipped.table.astype(int) - again.table.astype(int)).max() <= 1


def test_no_line_that_teaches_stands_in_a_labelled_set() -> None:
    taught = {text for _, text in lines_that_teach()}
    asked = {question.text for name in ("intents", "intents-later") for question in labelled(name, 2)}
    assert len(taught) > 8000
    assert taught.isdisjoint(asked)


def test_an_intent_is_told_in_two_milliseconds() -> None:
    intent_of("hello")
    began = perf_counter()
    for _ in range(100):
        intent_of("why does my light not go on when i put the led the other way round")
    assert (perf_counter() - began) / 100 < 0.01, "the budget is 2 ms on a quiet machine"


def test_letters_held_down_and_accents_change_nothing() -> None:
    assert features_of("¿Qué es un átomoooo?") == features_of("que es un atomoo?")
