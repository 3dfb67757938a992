"""How fast answers come, as measured lately: what a promise of seconds to somebody in line rests on."""

LEARNING = 0.2
# A small model on two cores, until something is measured: characters of a prompt, pieces of an answer, a second.
READING_GUESS = 400.0
WRITING_GUESS = 8.0
LENGTH_GUESS = 90.0
FEW_PIECES = 8


class Rate:
    """A speed that falls as more answers are written at once; kept apart for 1, 2-3, 4-7, 8-15, … of them."""

    def __init__(self, guess: float) -> None:
        self._guess = guess
        self._measured: dict[int, float] = {}

    def note(self, crowd: int, value: float) -> None:
        octave = crowd.bit_length()
        known = self._measured.get(octave, value)
        self._measured[octave] = known + LEARNING * (value - known)

    def at(self, crowd: int) -> float:
        """Where nothing was measured yet, from the nearest crowd: twice as many cost each about a third."""
        octave = crowd.bit_length()
        if not self._measured:
            return self._guess
        nearest = min(self._measured, key=lambda known: abs(known - octave))
        return float(self._measured[nearest] * 0.5 ** ((octave - nearest) / 2))


class Pace:
    """Sizes: a prompt's in characters, an answer's in pieces, about one for each token."""

    def __init__(self) -> None:
        self.reading = Rate(READING_GUESS)
        self.writing = Rate(WRITING_GUESS)
        self.length = LENGTH_GUESS
        self._has_length = False

    def note_first(self, crowd: int, size: int, seconds: float) -> None:
        self.reading.note(crowd, max(1, size) / max(0.001, seconds))

    def note_written(self, crowd: int, pieces: int, seconds: float) -> None:
        """From the first piece to the last; a short one says little about speed."""
        if pieces >= FEW_PIECES:
            self.writing.note(crowd, (pieces - 1) / max(0.001, seconds))

    def note_whole(self, pieces: int) -> None:
        """Only of answers that came to their own end: what was stopped says nothing about length."""
        known = self.length if self._has_length else float(pieces)
        self.length, self._has_length = known + LEARNING * (pieces - known), True

    def first(self, crowd: int, size: int) -> float:
        """Seconds from a slot to the first piece."""
        return size / self.reading.at(crowd)

    def whole(self, crowd: int, size: int) -> float:
        """Seconds that an answer holds its slot."""
        return self.first(crowd, size) + self.length / self.writing.at(crowd)

    def rest(self, crowd: int, pieces: int) -> float:
        """Seconds that an answer which has so many pieces still takes; one over its length a quarter more."""
        return max(self.length - pieces, self.length / 4) / self.writing.at(crowd)
