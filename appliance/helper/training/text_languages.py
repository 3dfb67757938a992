"""`python -m appliance.helper.training.text_languages` makes text_languages.npz from the lines beside it."""

import re
from collections.abc import Iterator
from pathlib import Path

from appliance.helper.linear_text import LinearText, features_of, taught
from appliance.helper.text_languages import DOUBLE, SURE, WEIGHTS
from appliance.helper.training.families import families_of
from appliance.helper.training.lines import hash_of, lines_of
from appliance.helper.training.misspelt import misspelt

HELD_BACK = 5e-5
ROUNDS = 120
NAME, FAMILIES = "text_languages", "text_languages_families"
OF_A_FAMILY = 12
PLACE = re.compile(r"@([LD])", re.IGNORECASE)


def text_languages_taught() -> LinearText:
    lines = [
        (label, features_of(text)) for label, line in _all_lines() for text in dict.fromkeys(_filled(line))
    ]
    return taught(lines, hash_of(NAME, FAMILIES), HELD_BACK, ROUNDS)


def _all_lines() -> Iterator[tuple[str, str]]:
    yield from lines_of(NAME)
    for family in families_of(FAMILIES, OF_A_FAMILY):
        yield from ((family.label, _with_names(line)) for line in family.lines)
        yield from ((family.label, _with_names(misspelt(line))) for line in family.lines[::3])


def _with_names(line: str) -> str:
    """In families the names have a sign of their own, for braces are places to fill."""
    return PLACE.sub(lambda found: "{" + found[1].upper() + "}", line)


def _filled(line: str) -> list[str]:
    return [line.replace("{D}", DOUBLE).replace("{L}", name) for name in (SURE, DOUBLE)]


if __name__ == "__main__":
    Path(__file__).parents[1].joinpath(WEIGHTS).write_bytes(text_languages_taught().to_bytes())
