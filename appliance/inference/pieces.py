"""From tokens to readable text: whole characters, stop strings across token borders, thoughts left out."""

import codecs

THOUGHT_OPENS = "<think>"
THOUGHT_CLOSES = "</think>"


class Pieces:
    """Takes the bytes of one token after another and gives the text that may be shown by now.

    `thinks` is false where a grammar holds the answer: it has no thoughts, and what looks like one is part of it.
    """

    def __init__(self, stop: tuple[str, ...] = (), thinking: bool = False, thinks: bool = True) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._stop = tuple(word for word in stop if word)
        self._held = ""
        self._shown = False
        self._opens = (THOUGHT_OPENS,) if thinks else ()
        self.thinking = thinking and thinks
        self.stopped = False

    def push(self, raw: bytes) -> str:
        return self._trimmed(self._take(self._decoder.decode(raw)))

    def rest(self) -> str:
        """What was held back and turned out to be plain text."""
        text = self._take(self._decoder.decode(b"", final=True))
        if not self.stopped and not self.thinking:
            text += self._held
        self._held = ""
        return self._trimmed(text)

    def _take(self, text: str) -> str:
        self._held += text
        out = ""
        while not self.stopped:
            marks = (THOUGHT_CLOSES,) if self.thinking else (*self._stop, *self._opens)
            at, mark = _first_of(marks, self._held)
            if mark:
                out += "" if self.thinking else self._held[:at]
                self._held = self._held[at + len(mark) :]
                self._cross(mark)
                continue
            kept = _longest_beginning(marks, self._held)
            split = len(self._held) - kept
            out += "" if self.thinking else self._held[:split]
            self._held = self._held[split:]
            break
        return out

    def _cross(self, mark: str) -> None:
        if self.thinking:
            self.thinking = False
        elif mark in self._opens and mark not in self._stop:
            self.thinking = True
        else:
            self.stopped = True

    def _trimmed(self, text: str) -> str:
        if not self._shown:
            text = text.lstrip()
        self._shown = self._shown or bool(text)
        return text


def _first_of(marks: tuple[str, ...], text: str) -> tuple[int, str]:
    found = [(at, mark) for mark in marks if (at := text.find(mark)) >= 0]
    return min(found, default=(-1, ""))


def _longest_beginning(marks: tuple[str, ...], text: str) -> int:
    """Length of the longest end of the text that may still become one of the marks."""
    lengths = (size for mark in marks for size in range(1, len(mark)) if text.endswith(mark[:size]))
    return max(lengths, default=0)
