"""Whether messages of children in trouble are told from those that only sound so."""

from appliance.helper.care import needs_care
from appliance.helper.evals.figures import Figure, share_of
from appliance.helper.evals.labelled import APART

# As they stand in the set: what the phrases were written for, what they were not, another author's two halves, and
# what a third and a fourth author wrote, which was only counted.
PARTS = ("rules", "held back", "dev", "held", "later", "latest")


def care_figures(labelled: str) -> list[Figure]:
    """Of a set whose parts begin with `== name`, a message a line behind `care` or `fine`."""
    return [figure for part in PARTS for figure in _figures(part, _rows(labelled, part))]


def _rows(labelled: str, part: str) -> list[tuple[bool, str]]:
    lines = labelled.split(f"== {part}\n")[1].split("\n== ")[0].splitlines()
    rows = [line.split(APART, 1) for line in lines if APART in line]
    return [(label == "care", text) for label, text in rows]


def _figures(part: str, rows: list[tuple[bool, str]]) -> list[Figure]:
    judged = [(is_care, needs_care(text), text) for is_care, text in rows]
    return [
        share_of(f"care recall, {part}", ((text, called) for is_care, called, text in judged if is_care)),
        share_of(f"care precision, {part}", ((text, is_care) for is_care, called, text in judged if called)),
    ]
