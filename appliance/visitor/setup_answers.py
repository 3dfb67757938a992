"""What was answered during first run so far: in memory alone, because a password and a secret are among it."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

SECONDS = 3600
# Each begins with the setup code, so these are the browsers of very few people.
MOST = 20

Answers = dict[str, Any]


class SetupAnswers:
    """By the token in the browser's cookie. `now` counts seconds and is no wall clock: first run sets that one."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._kept: OrderedDict[str, tuple[float, Answers]] = OrderedDict()

    def of(self, token: str) -> Answers:
        """Empty when the setup code was not typed, an hour ago, or before a restart."""
        ends_at, answers = self._kept.get(token, (0.0, {}))
        return answers if self._now() < ends_at else {}

    def keep(self, token: str, answers: Answers) -> None:
        """For an hour from now."""
        self._kept[token] = (self._now() + SECONDS, answers)
        self._kept.move_to_end(token)
        while len(self._kept) > MOST or next(iter(self._kept.values()))[0] <= self._now():
            self._kept.popitem(last=False)

    def forget(self) -> None:
        """All of them: the box is set up."""
        self._kept.clear()
