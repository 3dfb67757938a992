"""`python -m appliance.helper.training.intents` makes intents.npz, which the box ships, from intents.txt."""

from pathlib import Path

from appliance.helper.intents import WEIGHTS, features_of_question, rule_of
from appliance.helper.linear_text import LinearText, taught
from appliance.helper.training.lines import hash_of, lines_of

HELD_BACK = 2e-5
ROUNDS = 200


def intents_taught() -> LinearText:
    lines = [(intent, features_of_question(text, rule_of(text))) for intent, text in lines_of("intents")]
    return taught(lines, hash_of("intents"), HELD_BACK, ROUNDS)


if __name__ == "__main__":
    Path(__file__).parents[1].joinpath(WEIGHTS).write_bytes(intents_taught().to_bytes())
