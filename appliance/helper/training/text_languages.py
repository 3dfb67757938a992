"""`python -m appliance.helper.training.text_languages` makes text_languages.npz from text_languages.txt."""

from pathlib import Path

from appliance.helper.linear_text import LinearText, features_of, taught
from appliance.helper.text_languages import DOUBLE, SURE, WEIGHTS
from appliance.helper.training.lines import hash_of, lines_of

HELD_BACK = 1e-4
ROUNDS = 200
NAME = "text_languages"


def text_languages_taught() -> LinearText:
    lines = [
        (label, features_of(text)) for label, line in lines_of(NAME) for text in dict.fromkeys(_filled(line))
    ]
    return taught(lines, hash_of(NAME), HELD_BACK, ROUNDS)


def _filled(line: str) -> list[str]:
    return [line.replace("{D}", DOUBLE).replace("{L}", name) for name in (SURE, DOUBLE)]


if __name__ == "__main__":
    Path(__file__).parents[1].joinpath(WEIGHTS).write_bytes(text_languages_taught().to_bytes())
