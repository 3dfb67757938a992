"""Names of students: short for charts and lists, and none at all for a model."""

import re
from collections.abc import Iterable, Mapping

UNKNOWN = "Unknown"
NOBODY = "[student]"
MARK = re.compile(r"\bS(\d+)\b")
SHORTEST_ALONE = 3
# Stands in what only looks like a mark, between letter and number, until the names are put in.
APART = "\u2060"


def short_name(name: str | None) -> str:
    """First name and last initial: `Mary Jane Watson` is `Mary W.`."""
    parts = (name or "").split()
    if len(parts) < 2:
        return parts[0] if parts else UNKNOWN
    return f"{parts[0]} {parts[-1][0].upper()}."


def mark_of(student_id: int) -> str:
    """What a student is called before a model."""
    return f"S{student_id}"


def kept_apart(text: str) -> str:
    """A switch called S2, or a semester, in a text that goes among marks: no student's name comes in its place."""
    return MARK.sub(rf"S{APART}\1", text)


def without_names(text: str, names: Iterable[str]) -> str:
    """Whole names and their parts become `[student]`; parts of one or two letters are words too often."""
    told: set[str] = set()
    for name in names:
        told |= {name, *(part for part in name.split() if len(part) >= SHORTEST_ALONE)}
    wanted = sorted(filter(None, (" ".join(each.split()) for each in told)), key=len, reverse=True)
    if not wanted:
        return text
    return re.sub(rf"(?<!\w)(?:{'|'.join(map(re.escape, wanted))})(?!\w)", NOBODY, text, flags=re.IGNORECASE)


def with_names(text: str, names: Mapping[int, str], unknown: str) -> str:
    """Marks become names again; `unknown` stands for somebody who has left."""
    return MARK.sub(lambda found: names.get(int(found[1]), unknown), text).replace(APART, "")
