"""The sentences of a passage, each compared with a question by itself: a long passage drowns a short one."""

import re

# Shorter ones share the vector of what stands before them.
LEAST_CHARACTERS = 16
# A passage of scraps must not make the index many times as large.
MOST_SENTENCES = 8

_END = re.compile(r"(?<=[.!?…:])[\"'”’)\]]*\s+")


def sentences_of(body: str) -> list[str]:
    """Nothing where the passage is one sentence: its own vector says as much."""
    found: list[str] = []
    for sentence in _END.split(body):
        if found and (len(sentence) < LEAST_CHARACTERS or len(found) == MOST_SENTENCES):
            found[-1] += f" {sentence}"
        else:
            found.append(sentence)
    return found if len(found) > 1 else []
