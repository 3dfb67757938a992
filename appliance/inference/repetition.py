"""Small models get caught in loops: a text that starts over is ended at the end of its first copy."""

LONGEST_LOOP = 240  # tokens
# Two copies of something this long are no accident; of shorter things people want up to four and more.
LONG_LOOP = 16
LEAST_REPEATED = 32


class Repetition:
    """Follows the tokens of one answer; what may turn out to be the copy is held back until it is known."""

    def __init__(self) -> None:
        self._tokens: list[int] = []
        self._seen: dict[int, list[int]] = {}
        self._runs: dict[int, int] = {}
        self.held: list[bytes] = []

    def push(self, token: int, raw: bytes) -> list[bytes]:
        """The bytes of those tokens that are no copy of the text right before them, as far as it is known."""
        at = len(self._tokens)
        places = self._seen.setdefault(token, [])
        runs = {
            at - place: self._runs.get(at - place, 0) + 1 for place in places if at - place <= LONGEST_LOOP
        }
        self._runs = runs
        self._tokens.append(token)
        places.append(at)
        del places[: max(0, len(places) - LONGEST_LOOP)]
        self.held.append(raw)
        known = max(0, len(self.held) - max(runs.values(), default=0))
        sure, self.held = self.held[:known], self.held[known:]
        return sure

    @property
    def is_loop(self) -> bool:
        return any(run >= _copies_that_tell(length) for length, run in self._runs.items())

    def rest(self) -> list[bytes]:
        """What was held back and is no loop after all."""
        held, self.held = self.held, []
        return [] if self.is_loop else held


def _copies_that_tell(length: int) -> int:
    """Repeated tokens from which on a loop of this length is one."""
    return length if length >= LONG_LOOP else max(LEAST_REPEATED, length)
