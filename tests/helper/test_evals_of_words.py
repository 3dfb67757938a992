"""The judgement that needs no model stays at least as good as it was, on the labelled sets."""

import pytest

from appliance.helper.evals.figures import baselines, fallen, share_of
from appliance.helper.evals.labelled import labelled
from appliance.helper.evals.words import intent_figures
from appliance.helper.text_languages import languages_in, leads_back

BLOCKS = "Scratch: a cat that dances"


def test_no_figure_of_words_falls_below_its_baseline() -> None:
    assert fallen(intent_figures()) == []


def test_intents_and_redirects_reach_what_is_promised() -> None:
    known = baselines()
    shares = {figure.name: figure.share for figure in intent_figures()}
    for name in ("intent accuracy", "intent accuracy, held half", "redirect precision"):
        assert known[name].reaches(shares[name]), name


def test_the_set_is_large_and_nothing_stands_in_it_twice() -> None:
    texts = [question.text for question in (*labelled("intents", 2), *labelled("intents-later", 2))]
    assert len(texts) >= 300
    assert len(texts) == len(set(texts))


def test_a_figure_that_falls_is_named() -> None:
    poor = share_of("intent accuracy", [("a", True), ("b", False)])
    assert fallen([poor]) == [poor]


@pytest.mark.parametrize(
    "question", ["can you write it in Python?", "dame el código en C++", "JavaScript version pls"]
)
def test_a_wish_for_a_text_language_leads_back_to_the_blocks(question: str) -> None:
    assert leads_back(question, BLOCKS)
    assert not leads_back(question, "Loops in Python")


@pytest.mark.parametrize(
    "question", ["how do I go left?", "good going", "I forgot", "what is Python?", "why do nails rust"]
)
def test_words_that_only_look_like_a_language_stay(question: str) -> None:
    assert not leads_back(question, BLOCKS)


def test_the_operators_list_replaces_the_languages_that_lead_back() -> None:
    own = languages_in("Karel, c++")
    assert leads_back("can you write it in Karel", BLOCKS, own)
    assert not leads_back("can you write it in Karel", BLOCKS)
    assert not leads_back("can you write it in Kotlin", BLOCKS, own)
    assert leads_back("can you write it in Kotlin", BLOCKS, languages_in(" "))
