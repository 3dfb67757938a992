"""Who may what: one row for every route, walked by one test with every member of the cast."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Who = Literal["anyone", "visitor_before_setup", "student", "teacher", "operator"]
PLACEHOLDER = re.compile(r"<[^<>/]+>")


@dataclass(frozen=True)
class Rule:
    """A pattern is like `/class/<id>/roster`: `<id>` stands for one part, `<rest:path>` for all the rest."""

    method: str
    path_pattern: str
    who: frozenset[Who]

    def covers(self, method: str, path: str) -> bool:
        """HEAD is asked of the row for GET."""
        method = method.upper()
        return (
            self.method == ("GET" if method == "HEAD" else method)
            and self._pattern().fullmatch(path) is not None
        )

    @property
    def placeholders(self) -> int:
        return len(PLACEHOLDER.findall(self.path_pattern))

    def _pattern(self) -> re.Pattern[str]:
        literals = [re.escape(text) for text in PLACEHOLDER.split(self.path_pattern)]
        gaps = [".+" if ":path" in gap else "[^/]+" for gap in PLACEHOLDER.findall(self.path_pattern)]
        return re.compile("".join(part for pair in zip(literals, [*gaps, ""], strict=True) for part in pair))


WHO_MAY: tuple[Rule, ...] = ()


def lookup(method: str, path: str, rules: Sequence[Rule] = WHO_MAY) -> Rule | None:
    """The row for this path (or route pattern); of several the one with the fewest placeholders."""
    rows = [rule for rule in rules if rule.covers(method, path)]
    return min(rows, key=lambda rule: rule.placeholders, default=None)
