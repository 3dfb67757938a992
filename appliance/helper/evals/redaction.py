"""Whether all that tells who somebody is goes, and nothing that a lesson needs."""

import re

from appliance.helper.evals.figures import Figure, share_of
from appliance.helper.evals.labelled import labelled
from appliance.helper.redaction import MARK, redacted

SECRET = re.compile("‹(.*?)›")


def redaction_figures() -> list[Figure]:
    lines = labelled("redaction", 1)
    personal = [line.text for line in lines if line.labels != ("clean",)]
    clean = [line.text for line in lines if line.labels == ("clean",)]
    return [
        share_of("personal details taken out", ((text, is_taken_out(text)) for text in personal)),
        share_of("lesson numbers left alone", ((text, redacted(text) == text) for text in clean)),
    ]


def is_taken_out(marked: str) -> bool:
    """What stands outside the marks has to stay as it is, but for signs at their edges."""
    around = [piece.strip(" +,.#:") for piece in SECRET.sub("\n", marked).split("\n")]
    safe = redacted(SECRET.sub(r"\1", marked))
    left = [piece.strip(" +,.#:") for piece in MARK.sub("\n", safe).split("\n")]
    return around == left
