"""`python -m appliance.helper.training.intents` makes intents.npz, which the box ships, from the lines beside it."""

from collections.abc import Iterator
from pathlib import Path

from appliance.helper.evals.labelled import labelled
from appliance.helper.intents import WEIGHTS, features_of_question, rule_of
from appliance.helper.linear_text import LinearText, taught
from appliance.helper.training.families import families_of
from appliance.helper.training.lines import hash_of, lines_of
from appliance.helper.training.misspelt import misspelt

HELD_BACK = 2e-5
ROUNDS = 120
FAMILIES = "intents_families"
OF_A_FAMILY = 12
LABELLED = ("intents", "intents-later")


def intents_taught() -> LinearText:
    lines = [(intent, features_of_question(text, rule_of(text))) for intent, text in lines_that_teach()]
    return taught(lines, hash_of("intents", FAMILIES), HELD_BACK, ROUNDS)


def lines_that_teach() -> Iterator[tuple[str, str]]:
    """What is asked in the labelled sets teaches nothing."""
    asked = {each.text for name in LABELLED for each in labelled(name, 2)}
    return ((intent, text) for intent, text in _all_lines() if text not in asked)


def _all_lines() -> Iterator[tuple[str, str]]:
    """Written by hand and made, and how they look on a phone: all of the first, half of the others."""
    for family in families_of(FAMILIES, OF_A_FAMILY):
        yield from ((family.label, line) for line in family.lines)
        yield from ((family.label, misspelt(line)) for line in family.lines[::2])
    for intent, line in lines_of("intents"):
        yield from ((intent, line), (intent, misspelt(line)))


if __name__ == "__main__":
    Path(__file__).parents[1].joinpath(WEIGHTS).write_bytes(intents_taught().to_bytes())
