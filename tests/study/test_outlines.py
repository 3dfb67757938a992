"""Outlines in the shape of blueprint v2: numbered without gaps, and never in a circle."""

from dataclasses import replace

import pytest

from appliance.study.checks import Unusable
from appliance.study.outlines import Objective, Outline, OutlineTopic, Proof, checked_outline


def topic(key: str, sequence: int, *prerequisites: str) -> OutlineTopic:
    return OutlineTopic(
        key,
        key.capitalize(),
        sequence,
        None,
        None,
        prerequisites,
        (Objective(f"Explain what {key} are.", "understand"),),
        ("Draw one.",),
        (),
        (Proof("Source 1", "They are here."),),
    )


def outline(*topics: OutlineTopic) -> Outline:
    return Outline(" Plants. ", (" One. ", "One.", ""), (), None, topics)


def test_topics_come_in_their_order_and_texts_once() -> None:
    checked = checked_outline(outline(topic("roots", 2, "cells"), topic("cells", 1)))
    assert [each.key for each in checked.topics] == ["cells", "roots"]
    assert (checked.summary, checked.assumptions, checked.schema_version) == ("Plants.", ("One.",), "v2")


@pytest.mark.parametrize(
    "topics",
    [
        (),
        (topic("cells", 2),),
        (topic("cells", 1), topic("roots", 3)),
        (topic("cells", 1), topic("roots", 1)),
        (topic("cells", 1), topic("cells", 2)),
        (topic("cells", 1, "cells"),),
        (topic("cells", 1, "leaves"),),
        (topic("cells", 1, "roots"), topic("roots", 2, "cells")),
        (topic("a", 1, "c"), topic("b", 2, "a"), topic("c", 3, "b"), topic("d", 4)),
        (topic("Limits Intro", 1),),
        (replace(topic("cells", 1), title=" "),),
        (replace(topic("cells", 1), objectives=()),),
        (replace(topic("cells", 1), objectives=(Objective("", None),)),),
        (replace(topic("cells", 1), assessment_ideas=(" ",)),),
        (replace(topic("cells", 1), evidence=(Proof("", "Why."),)),),
        (replace(topic("cells", 1), evidence=(Proof("Source 1", " "),)),),
    ],
)
def test_an_outline_that_breaks_a_rule_is_unusable(topics: tuple[OutlineTopic, ...]) -> None:
    with pytest.raises(Unusable):
        checked_outline(outline(*topics))


def test_an_outline_says_what_it_is_about() -> None:
    with pytest.raises(Unusable):
        checked_outline(replace(outline(topic("cells", 1)), summary=" "))
